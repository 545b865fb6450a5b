"""The marks of a race, and which line each is of, by what the engine made of it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kickcue.analysis.review.model import TimedBy
from kickcue.core.course import Course
from kickcue.core.events import (
    Command,
    CommandKind,
    Estimate,
    Mark,
    MarkSource,
    Mode,
    Notice,
    PhaseChange,
)
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.recording.model import INPUTS, Recording

SAID: Final = re.compile(r"([0-9.]+(?:e\+[0-9]+)?) m \((\w+)\)$")
"""How the engine's notice of a line ends: metres run, to five digits, and who marked it."""
DIGITS_SHARE: Final = 1e-4
"""Five digits leave so much out."""
OLDEST_S: Final = 3.0
"""A crossing by position or beacon is known so late at most."""
NEAR_S: Final = 3.0
"""The estimate just before a mark is no older than this."""
GUESSED: Final = frozenset({Mode.CLOCK, Mode.NONE})
"""An estimate of this kind was measured by nothing."""

BY: Final = {
    MarkSource.BUTTON: TimedBy.BUTTON,
    MarkSource.TRACKSIDE: TimedBy.TRACKSIDE,
    MarkSource.GATE: TimedBy.GATE,
    MarkSource.BEACON: TimedBy.BEACON,
}


@dataclass(frozen=True, slots=True)
class RaceMark:
    """A mark at ``t_ns``, when its line was passed; ``line_m`` None: it was of no line.

    ``told`` is the estimate just before it, None where there was none.
    """

    t_ns: int
    source: MarkSource
    line_m: float | None
    told: Estimate | None

    @property
    def by_hand(self) -> bool:
        """Whether a person made it."""
        return self.source in (MarkSource.BUTTON, MarkSource.TRACKSIDE)

    @property
    def told_m(self) -> float | None:
        """Where the engine had the runner at the moment of the mark."""
        return None if self.told is None else estimated_m(self.told, self.t_ns)


def estimated_m(estimate: Estimate, t_ns: int) -> float | None:
    """Return where an estimate has the runner a moment after it, or before."""
    if estimate.distance_m is None:
        return None
    return estimate.distance_m + (estimate.speed_mps or 0.0) * (t_ns - estimate.t_ns) / NS_PER_S


def race_marks(recording: Recording, course: Course, from_ns: int, to_ns: int) -> list[RaceMark]:
    """Return the marks of a race in order of time; those that were taken back are none."""
    found: list[RaceMark] = []
    estimates = [out for out in recording.outputs if isinstance(out, Estimate)]
    for each in _as_told(recording, course, estimates):
        if each is None:
            _take_back(found)
        elif from_ns < each.t_ns <= to_ns:
            found.append(_placed(each, course, estimates))
    return found


def finish_mark(recording: Recording, course: Course, t_ns: int, source: MarkSource) -> RaceMark:
    """Return the mark that an order to finish is, or a press at the end."""
    estimates = [out for out in recording.outputs if isinstance(out, Estimate)]
    return _placed(RaceMark(t_ns, source, course.distance_m, None), course, estimates)


def _as_told(
    recording: Recording, course: Course, estimates: Sequence[Estimate]
) -> Iterator[RaceMark | None]:
    """Yield each mark that the engine heard of, None where the last one was taken back."""
    cause = None
    for entry in recording.entries:
        if isinstance(entry, INPUTS):
            cause = entry
        elif isinstance(entry, PhaseChange):
            cause = None if isinstance(cause, Command) and _undoes(cause) else cause
        elif isinstance(entry, Notice):
            if entry.code == "line":
                yield _said(entry) or _seen(entry.t_ns, cause, course, estimates)
            elif entry.code == "mark_doubted" and isinstance(cause, Mark | Command):
                source = cause.source if isinstance(cause, Mark) else MarkSource.BUTTON
                yield RaceMark(entry.t_ns, source, None, None)
            elif entry.code == "undone" and isinstance(cause, Command) and _undoes(cause):
                yield None


def _undoes(order: Command) -> bool:
    return order.kind is CommandKind.UNDO_LAP


def _said(notice: Notice) -> RaceMark | None:
    """Return the mark that a notice is of, None where its words are of another kickcue."""
    said = SAID.search(notice.text)
    if said is None or said[2] not in set(MarkSource):
        return None
    return RaceMark(notice.t_ns, MarkSource(said[2]), float(said[1]), None)


def _seen(t_ns: int, cause: object, course: Course, estimates: Sequence[Estimate]) -> RaceMark:
    """Return the mark of a line that was taken then, by where the estimate was put by it.

    After the finish there is no estimate: that before it tells.
    """
    source = cause.source if isinstance(cause, Mark) else MarkSource.BUTTON
    at = bisect_left(estimates, t_ns, key=_t_ns)
    for estimate in (*estimates[at : at + 1], *estimates[max(at - 1, 0) : at]):
        here_m = estimated_m(estimate, t_ns)
        if here_m is not None and abs(ns_to_s(estimate.t_ns - t_ns)) <= NEAR_S:
            line_m = min(course.crossings_m, key=lambda line_m: abs(line_m - here_m))
            return RaceMark(t_ns, source, line_m, None)
    return RaceMark(t_ns, source, None, None)


def _take_back(found: list[RaceMark]) -> None:
    """Take away the last mark that a person made."""
    for at in range(len(found) - 1, -1, -1):
        if found[at].by_hand and found[at].line_m is not None:
            del found[at]
            return


def _placed(mark: RaceMark, course: Course, estimates: Sequence[Estimate]) -> RaceMark:
    """Return the mark with its line to the last digit, its own time and the estimate before it."""
    if mark.line_m is not None:
        line_m = _to_the_digit(mark.line_m, course)
        after = bisect_right(estimates, mark.t_ns, key=_t_ns)
        around = estimates[max(after - 1, 0) : after + 1]
        t_ns = mark.t_ns if mark.by_hand else _passed_ns(mark, line_m, around)
        mark = replace(mark, line_m=line_m, t_ns=t_ns)
    at = bisect_left(estimates, mark.t_ns, key=_t_ns)
    before = estimates[at - 1] if at else None
    if before is not None and ns_to_s(mark.t_ns - before.t_ns) <= NEAR_S:
        return replace(mark, told=before)
    return mark


def _t_ns(estimate: Estimate) -> int:
    return estimate.t_ns


def _to_the_digit(place_m: float, course: Course) -> float:
    """Return the line that a place of five digits is, or the place itself."""
    near_m = min(course.crossings_m, key=lambda line_m: abs(line_m - place_m))
    return near_m if abs(near_m - place_m) <= DIGITS_SHARE * near_m + 0.1 else place_m


def _passed_ns(mark: RaceMark, line_m: float, around: Sequence[Estimate]) -> int:
    """Return when the line was passed, of which the engine heard a little later."""
    for estimate in around:
        here_m, mps = estimated_m(estimate, mark.t_ns), estimate.speed_mps
        if estimate.t_ns >= mark.t_ns and here_m is not None and mps:
            ago_s = (here_m - line_m) / mps
            return mark.t_ns - round(min(max(ago_s, 0.0), OLDEST_S) * NS_PER_S)
    return mark.t_ns
