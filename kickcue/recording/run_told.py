"""What a runner asks of a recording: how long, how far, the laps. From the inputs, and from what the engine made of them in a race."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kickcue.core.events import Command, CommandKind, Estimate, Input, Mark, MarkSource, Phase, PhaseChange
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Recording


@dataclass(frozen=True, slots=True)
class RunTold:
    """From the start to the end of the run, seconds of the recording; ``estimated_m`` is how far the engine had it at the end.

    ``started`` and ``ended`` tell whether anybody said so; without it the recording's own ends stand there. ``lap_times_s`` lie between
    the start and the lines that were marked, one after the other; a lap press that was taken back is none.
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


def run_told(recording: Recording) -> RunTold:
    """Return what the recording tells of the run; of several starts, such as after a false start, the last one counts."""
    starts = [event.t_ns for event in recording.inputs if isinstance(event, Command) and event.kind is CommandKind.START]
    from_ns = starts[-1] if starts else 0
    ends = sorted(t_ns for t_ns in _ends(recording) if t_ns > from_ns)
    from_s, last_s = ns_to_s(from_ns), recording.duration_s
    to_s = ns_to_s(ends[0]) if ends else max(last_s, from_s)
    lines = [ns_to_s(t_ns) for t_ns, _ in presses(recording) if from_s < ns_to_s(t_ns) <= to_s]
    return RunTold(
        from_s=from_s,
        to_s=to_s,
        started=bool(starts),
        ended=bool(ends),
        estimated_m=_estimated_m(recording, to_s),
        lap_times_s=tuple(after - before for before, after in pairwise((from_s, *lines))),
    )


def presses(recording: Recording) -> list[tuple[int, MarkSource]]:
    """Return when the line was marked and by whom, in the order of time; an order to take a lap back takes the last press away."""
    found: list[tuple[int, MarkSource]] = []
    for event in sorted(recording.inputs, key=lambda event: event.t_ns):
        source = _source(event)
        if source is not None:
            found.append((event.t_ns, source))
        elif isinstance(event, Command) and event.kind is CommandKind.UNDO_LAP:
            del found[-1:]
    return found


def _source(event: Input) -> MarkSource | None:
    if isinstance(event, Mark):
        return event.source
    return MarkSource.BUTTON if isinstance(event, Command) and event.kind is CommandKind.LAP else None


def _ends(recording: Recording) -> Iterator[int]:
    for entry in recording.entries:
        match entry:
            case PhaseChange(phase=Phase.FINISHED | Phase.ABORTED) | Command(kind=CommandKind.FINISH | CommandKind.ABORT):
                yield entry.t_ns


def _estimated_m(recording: Recording, to_s: float) -> float | None:
    """Return how far the engine had the runner at the end, no farther than the race is long: its end is noticed a few metres behind it."""
    for out in reversed(recording.outputs):
        if isinstance(out, Estimate) and ns_to_s(out.t_ns) <= to_s and out.distance_m is not None:
            return out.distance_m + min(out.to_go_m or 0.0, 0.0)
    return None
