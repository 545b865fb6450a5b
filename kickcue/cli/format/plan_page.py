"""A plan as a page for the runner: what it is for, a line of time, each step, what it comes to."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import fill
from typing import Final

from kickcue.cli.format.plan_estimate import Paces, Totals, guesses, totals
from kickcue.cli.format.plan_strip import strip
from kickcue.cli.format.timeline import Shades
from kickcue.config.plan_document import PlanDocument
from kickcue.core.clock_format import clock
from kickcue.core.events import CommandKind
from kickcue.core.plan import CuePoint, Leg, Repeat, Rest, Run, Step, TimedRun, straight

COLUMNS: Final = 80
_INDENT: Final = "  "
_WORD: Final = 6  # "hard", "easy", "rest", "race" and two blanks
_ORDERS: Final = {CommandKind.START: "until you run off", CommandKind.LAP: "until you press lap"}


def plan_page(document: PlanDocument, paces: Paces, using: Shades) -> Iterator[str]:
    """Yield the lines, none longer than ``COLUMNS``."""
    plan = document.plan()
    title = document.title or document.name
    yield title if title == document.name else f"{title} ({document.name})"
    if document.about:
        yield _folded(document.about, _INDENT, _INDENT)
    lines, column_s = strip(plan, paces, COLUMNS - len(_INDENT), using)
    yield ""
    yield from (f"{_INDENT}{line}" for line in lines)
    yield (
        f"{_INDENT}{using.strong} hard  {using.weaker} easy  {using.gap} rest  "
        f"(a character is {f'{column_s} s' if column_s < 60 else f'{column_s // 60} min'})"
    )
    yield ""
    yield from _steps(plan.steps, _INDENT)
    yield ""
    found = totals(guesses(plan.legs(), paces))
    yield _folded(f"{said(found)}.", "", "")
    yield _folded(_assumed(found, paces), "", "")


def said(found: Totals) -> str:
    """Return what a session comes to: "1.5 km hard, about 4.2 km easy, about 31 minutes"."""
    kinds = (
        (found.hard_m, "hard", found.hard_about),
        (found.easy_m, "easy", found.easy_about),
        (found.rest_m, "between", False),
    )
    parts = [
        f"{'about ' if about else ''}{metres(length_m)} {word}"
        for length_m, word, about in kinds
        if length_m
    ]
    return ", ".join((*parts, f"about {minutes(found.duration_s)}"))


def minutes(seconds: float) -> str:
    """Return "31 minutes", or "2:05 hours" where it is longer than two."""
    whole = max(round(seconds / 60.0), 1)
    if whole > 120:
        return f"{whole // 60}:{whole % 60:02} hours"
    return f"{whole} minute{'' if whole == 1 else 's'}"


def metres(length_m: float) -> str:
    """Return "250 m", or "4.2 km" from a kilometre on."""
    return f"{length_m / 1000:.1f} km" if length_m >= 1000 else f"{length_m:.0f} m"


def length_of(leg: Leg) -> str:
    """Return "200 m", "2:00" or "until you run off"."""
    if isinstance(leg, Run):
        return f"{leg.course.distance_m:.10g} m"
    if isinstance(leg, Rest) and leg.until is not None:
        return _ORDERS[leg.until]
    if isinstance(leg, Rest) and leg.distance_m is not None:
        return f"{leg.distance_m:.10g} m, walk or jog"
    return _ORDERS[CommandKind.LAP] if leg.duration_s is None else clock(leg.duration_s)


def _steps(steps: Sequence[Step], indent: str) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Repeat):
            yield f"{indent}{step.times} times"
            yield from _steps(step.steps, f"{indent}| ")
        else:
            yield from _leg(step, indent)


def _leg(leg: Leg, indent: str) -> Iterator[str]:
    yield f"{indent}{_word(leg):<{_WORD}}{length_of(leg)}"
    inside = f"{indent}{'':<{_WORD}}"
    if isinstance(leg, Run | TimedRun) and leg.imagery:
        yield _folded(f'"{leg.imagery}"', inside, f"{inside} ")
    if isinstance(leg, Run) and leg.cues:
        yield _folded(f"cues with metres to go: {_places(leg.cues)}", inside, f"{inside}  ")


def _places(cues: Sequence[CuePoint]) -> str:
    """Return "last lap 400, turnover 200"; of one kind, the places behind each other."""
    return ", ".join(
        " ".join((kind.value.replace("_", " "), *(f"{cue.to_go_m:g}" for cue in alike)))
        for kind, alike in groupby(cues, key=lambda cue: cue.kind)
    )


def _word(leg: Leg) -> str:
    if isinstance(leg, Rest):
        return "rest"
    is_race = isinstance(leg, Run) and leg.course != straight(leg.course.distance_m)
    return "race" if is_race else leg.effort.value


def _assumed(found: Totals, paces: Paces) -> str:
    waits = "; what waits for you is guessed" if found.open else ""
    return (
        f"(At {clock(paces.hard_s)} a kilometre hard and {clock(paces.easy_s)} easy: --hard and "
        f"--easy change that{waits}.)"
    )


def _folded(text: str, first: str, after: str) -> str:
    return fill(
        text,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=after,
        break_on_hyphens=False,
    )
