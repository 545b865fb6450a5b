"""When each line is said and each cue is given, so that the whole takes the time it should.

Pure: how long a line takes to say is told from outside, by a voice that has said it or by
``reading_s``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from kickcue.coaching.imagined_race import ImaginedRace
from kickcue.coaching.place import ScriptPosition, cue_position, position
from kickcue.coaching.script import Script, ScriptLine
from kickcue.core.cueing.phrases import Vocabulary
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError
from kickcue.core.events import Cue

CUE_PAUSE_S: Final = 1.5
"""After a cue, before the script speaks of it."""
SHORTEST_PAUSES: Final = 0.25
"""Pauses are not made shorter than this share of what the script wants: that were no pauses."""
LETTERS_PER_S: Final = 14.0
"""How fast people read aloud, and voices speak [judgement]."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line, its placeholders filled: as it is read, and as a voice is given it."""

    text: str
    say: str


Content = Spoken | Cue


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """What comes next, and the pause that the script wants after it."""

    what: Content
    pause_s: float


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happens at ``at_s`` of the session and lasts ``lasts_s``; the rest is silence."""

    at_s: float
    lasts_s: float
    what: Content


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole session, in order of time."""

    entries: tuple[TimelineEntry, ...]
    total_s: float


def steps(
    script: Script,
    imagined: ImaginedRace,
    vocabulary: Vocabulary,
    rules: Rules,
    *,
    smile: bool = True,
) -> tuple[TimelineStep, ...]:
    """Return lines and cues in the order of the race.

    UsageError names a line whose place this race does not have.
    """
    found: list[tuple[ScriptPosition, TimelineStep]] = [
        (cue_position(point, imagined.course), TimelineStep(cue, CUE_PAUSE_S))
        for cue, point in imagined.cues(vocabulary, rules, smile=smile)
    ]
    for line in script.lines:
        at = _at(line, script, imagined)
        told = None if at is None else imagined.told(line, at)
        if at is not None and told is not None:
            found.append((at, TimelineStep(Spoken(told.text, told.say), line.pause_s)))
    return tuple(step for _, step in sorted(found, key=lambda each: each[0]))


def timeline(order: Sequence[TimelineStep], lasts_s: Sequence[float], minutes: float) -> Timeline:
    """Return when each step begins if it ``lasts_s`` and all of it takes ``minutes``.

    What is left beside the words goes into the pauses, by the measure of the script. UsageError
    where that is too little.
    """
    total_s = 60.0 * minutes
    said_s, pauses_s = math.fsum(lasts_s), math.fsum(step.pause_s for step in order)
    scale = (total_s - said_s) / pauses_s if order else 0.0
    if scale < SHORTEST_PAUSES:
        least = math.ceil((said_s + SHORTEST_PAUSES * pauses_s) / 6.0) / 10.0
        raise UsageError(
            f"minutes: expected at least {least:g} for this script, whose words take "
            f"{said_s:.0f} s, got {minutes:g}"
        )
    lengths = (lasts + scale * step.pause_s for step, lasts in zip(order, lasts_s, strict=True))
    begins_s = accumulate(lengths, initial=0.0)
    return Timeline(
        tuple(
            TimelineEntry(at_s, lasts, step.what)
            for at_s, lasts, step in zip(begins_s, lasts_s, order, strict=False)
        ),
        total_s,
    )


def reading_s(what: Content) -> float:
    """Return about how long it takes to say it."""
    words = what.say if isinstance(what, Spoken) else what.say or what.text
    return max(len(words) / LETTERS_PER_S, 1.0)


def _at(line: ScriptLine, script: Script, imagined: ImaginedRace) -> ScriptPosition | None:
    if not imagined.is_for(line.on):
        return None
    try:
        return position(line.at, imagined.course)
    except UsageError as error:
        row = "" if line.row is None else f"line {line.row}: "
        raise UsageError(f"{script.source}: {row}at: {error}, got '{line.at}'") from None
