"""What a runner asks of a recording: how long, how far, the laps.

By its inputs, and by what the engine made of them in a race.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kickcue.core.cueing.phases import OVER
from kickcue.core.events import (
    Command,
    CommandKind,
    Estimate,
    Mark,
    MarkSource,
    Phase,
    PhaseChange,
    mark_source,
)
from kickcue.core.restart import TAKEN_BACK_NS
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Entry, Recording

_ENDS: Final = frozenset({CommandKind.FINISH, CommandKind.ABORT})


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """From the start to the end of the run, seconds of the recording.

    ``estimated_m`` is how far the engine had it at the end. ``started`` and ``ended``: whether
    anybody marked it; without it the recording's own ends stand there. ``lap_times_s`` lie between
    the start and the lines that were marked, one after the other; a lap press that was taken back
    is none.
    """

    from_s: float
    to_s: float
    started: bool
    ended: bool
    estimated_m: float | None
    lap_times_s: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.to_s - self.from_s


def recorded_run(recording: Recording) -> RecordedRun:
    """Return the run as recorded.

    Of several starts, such as after a false start, the last one counts that was not taken back; an
    end that was taken back is none.
    """
    begun, over_ns = _as_raced(recording) or _as_ordered(recording)
    from_ns = begun or 0
    from_s, last_s = ns_to_s(from_ns), recording.duration_s
    to_s = max(last_s, from_s) if over_ns is None else ns_to_s(over_ns)
    lines = [ns_to_s(t_ns) for t_ns, _ in presses(recording) if from_s < ns_to_s(t_ns) <= to_s]
    return RecordedRun(
        from_s=from_s,
        to_s=to_s,
        started=begun is not None,
        ended=over_ns is not None,
        estimated_m=_estimated_m(recording, to_s),
        lap_times_s=tuple(after - before for before, after in pairwise((from_s, *lines))),
    )


def presses(recording: Recording) -> list[tuple[int, MarkSource]]:
    """Return when the line was marked and by whom, in the order of time.

    An order to take a lap back takes the last press away, or the start or the end that came after
    it.
    """
    stood = _not_taken_back(recording.entries or recording.inputs)
    return [(t_ns, what) for t_ns, what in stood if isinstance(what, MarkSource)]


def _not_taken_back(entries: Iterable[Entry]) -> list[tuple[int, MarkSource | CommandKind]]:
    """Return the marks, starts and ends that stand, in the order of time."""
    done: list[tuple[int, MarkSource | CommandKind]] = []
    told = [each for each in entries if isinstance(each, Mark | Command | PhaseChange)]
    for event in sorted(told, key=lambda event: event.t_ns):
        what = mark_source(event) or _start_or_end(event)
        if isinstance(event, Command) and event.kind is CommandKind.UNDO_LAP:
            del done[_last_to_undo(done, event.t_ns) :]
        elif what is not None and not (isinstance(event, PhaseChange) and _is_end(done, event)):
            done.append((event.t_ns, what))
    return done


def _start_or_end(event: Entry) -> CommandKind | None:
    if isinstance(event, Command) and event.kind in {CommandKind.START, *_ENDS}:
        return event.kind
    over = isinstance(event, PhaseChange) and event.phase in OVER
    return CommandKind.FINISH if over else None


def _is_end(done: Sequence[tuple[int, MarkSource | CommandKind]], event: PhaseChange) -> bool:
    """Tell whether the order for this end is there already."""
    return bool(done) and done[-1][0] == event.t_ns and done[-1][1] in _ENDS


def _last_to_undo(done: Sequence[tuple[int, MarkSource | CommandKind]], t_ns: int) -> int:
    """Return the place of what is taken back; behind the last one where nothing is.

    A start or an end stands after a minute.
    """
    if not done:
        return 0
    then_ns, what = done[-1]
    stands = isinstance(what, CommandKind) and t_ns - then_ns > TAKEN_BACK_NS
    return len(done) if stands else len(done) - 1


_Span = tuple[int | None, int | None]
"""When the run began and when it was over; None: not marked."""


def _as_ordered(recording: Recording) -> _Span:
    """Return the span by the orders alone."""
    stood = _not_taken_back(recording.inputs)
    from_ns = max((t_ns for t_ns, what in stood if what is CommandKind.START), default=None)
    ends = (t_ns for t_ns, what in stood if what in _ENDS and t_ns > (from_ns or 0))
    return from_ns, min(ends, default=None)


def _as_raced(recording: Recording) -> _Span | None:
    """Return the span by the phases that the engine reported; None where it reported none."""
    span: _Span = (None, None)
    before = span
    reported, order, asked_ns = False, None, None
    for entry in recording.entries:
        if isinstance(entry, Command):
            order = entry.kind
            asked_ns = entry.t_ns if order is CommandKind.START else asked_ns
        elif isinstance(entry, PhaseChange):
            reported = True
            began_ns, _ = span
            if entry.phase is Phase.WAITING:
                span = (None, None)  # the first start was taken back
            elif entry.phase in OVER and entry.t_ns < (began_ns or 0):
                span = before  # so was that of a next heat
            elif entry.phase in OVER:
                span = (asked_ns if began_ns is None else began_ns, entry.t_ns)
            elif entry.phase is Phase.BODY and order is CommandKind.START:
                before, span, order = span, (entry.t_ns, None), None
            elif entry.previous in OVER:
                span = (began_ns, None)  # the end was taken back
    return span if reported else None


def _estimated_m(recording: Recording, to_s: float) -> float | None:
    """Return how far the engine had the runner at the end, no farther than the race is long.

    Its end is noticed a few metres behind it.
    """
    for out in reversed(recording.outputs):
        if isinstance(out, Estimate) and ns_to_s(out.t_ns) <= to_s and out.distance_m is not None:
            return out.distance_m + min(out.to_go_m or 0.0, 0.0)
    return None
