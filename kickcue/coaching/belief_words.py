"""A belief as a sentence, in the languages of ``kickcue/scripts/belief.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from kickcue.coaching.belief import Belief, Kind, within_s
from kickcue.coaching.imagined_race import LONGEST_IN_SECONDS, event_name, number
from kickcue.coaching.script import ScriptWords
from kickcue.coaching.script_files import ANY_LANGUAGE, words_of
from kickcue.config.toml_file import read_toml
from kickcue.core.clock_format import brief_clock

TENTHS: Final = frozenset({Kind.LAST_LAP, Kind.LAST_REPEAT})
"""Told to a tenth of a second; the others rest on a reading a second, or on a distance."""


@dataclass(frozen=True, slots=True)
class BeliefWords:
    """A sentence for each kind, and how a date is said."""

    date: str
    months: list[str]
    last_repeat: str
    last_repeat_pace: str
    last_lap: str
    fastest_end: str
    last_kilometre: str
    even_laps: str
    even_repeats: str
    most_repeats: str


def sentence(belief: Belief, language: str = ANY_LANGUAGE) -> str:
    """Return the belief with its figures and its date; in English where kickcue lacks words."""
    form: str = getattr(_words(language), belief.kind)
    return form.format_map(_values(belief, language))


def _values(belief: Belief, language: str) -> Mapping[str, str]:
    words, figures = words_of(language), belief.figures
    values = {"date": _date(belief, _words(language))}
    for name in ("count", "before", "sessions", "metres"):
        if name in figures:
            values[name] = number(figures[name], words)
    if "time_s" in figures:
        values["time"] = _time(belief, words)
    if "gain_s" in figures:
        digits = 1 if belief.kind in TENTHS else 0
        values["gain"] = _point(f"{figures['gain_s']:.{digits}f}", words)
    if "spread_s" in figures:
        values["spread"] = _point(f"{within_s(figures['spread_s']):.1f}", words)
    if "run_m" in figures:
        values["distance"] = _point(f"{figures['run_m'] / 1000.0:.1f}".removesuffix(".0"), words)
    if belief.course is not None:
        values["event"] = event_name(belief.course, words)
    return values


def _time(belief: Belief, words: ScriptWords) -> str:
    seconds = belief.figures["time_s"]
    tenths = belief.kind in TENTHS
    exact = round(seconds, 1) if tenths else float(round(seconds))
    if belief.kind in (Kind.LAST_REPEAT_PACE, Kind.LAST_KILOMETRE) or exact >= LONGEST_IN_SECONDS:
        return _point(brief_clock(exact), words)
    return _point(f"{exact:.1f} s" if tenths else f"{exact:.0f} s", words)


def _date(belief: Belief, words: BeliefWords) -> str:
    day = belief.evidence.began
    return words.date.format(day=day.day, month=words.months[day.month - 1], year=day.year)


def _point(text: str, words: ScriptWords) -> str:
    return text.replace(".", words.point)


@cache
def _words(language: str) -> BeliefWords:
    document = read_toml(Path(str(files("kickcue"))) / "scripts" / "belief.toml").document
    return BeliefWords(**document.get(language, document[ANY_LANGUAGE]))
