"""One race: record, engine, deliver, record. Synchronous, no clock and no I/O of its own."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from kickcue.core.course import Course
from kickcue.core.cueing.phases import OVER
from kickcue.core.engine_choice import AnyEngine
from kickcue.core.events import (
    Arm,
    Command,
    Cue,
    Disarm,
    Estimate,
    Input,
    LegBegin,
    LegKind,
    LegResult,
    Mark,
    Notice,
    Output,
    Phase,
    PhaseChange,
)
from kickcue.core.line_times import MarkedLine
from kickcue.core.position.scale_measurement import PodScale
from kickcue.recording.model import Entry

KEPT: Final = 50


@dataclass(slots=True)
class View:
    """The engine's last outputs, as far as a screen or a new subscriber needs them."""

    phase: Phase = Phase.WAITING
    gun_ns: int | None = None
    undo_until_ns: int | None = None
    """Until when an undo takes the last start or end back; None where there is none to be taken
    back."""
    over_ns: int | None = None
    finish_pressed: bool = False
    """Whether it was over because somebody pressed, or by the estimate."""
    line_marked: MarkedLine | None = None
    """The last mark of a line, with the metres that it stands for."""
    estimate: Estimate | None = None
    armed: Arm | None = None
    leg: LegBegin | None = None
    """What of a session is on."""
    runs: dict[int, LegResult] = field(default_factory=dict)
    """The repetitions so far, by the number of their leg."""
    cues: list[Cue] = field(default_factory=list)
    notices: deque[Notice] = field(default_factory=lambda: deque(maxlen=KEPT))

    def take(self, output: Output) -> None:
        """Note one output."""
        match output:
            case Estimate():
                self.estimate = output
            case PhaseChange():
                self.over_ns = output.t_ns if output.phase in OVER else None
                self.phase = output.phase
            case LegBegin():
                self.leg = output
            case LegResult() if output.kind in (LegKind.REP, LegKind.EXTRA):
                self.runs[output.leg] = output
            case Arm():
                self.armed = output
            case Disarm():
                self.armed = None
            case Cue():
                self.cues.append(output)
                if self.armed is not None and self.armed.cue.id == output.id:
                    self.armed = None
            case Notice():
                self.notices.append(output)


class RaceSession:
    """One runner's race, live. ``record`` and ``deliver`` must neither wait nor raise."""

    def __init__(
        self,
        engine: AnyEngine,
        record: Callable[[Entry], None],
        deliver: Callable[[Output], None],
        *,
        from_ns: int = 0,
    ) -> None:
        """Begin with a fresh engine, or at ``from_ns`` with one that has been fed before."""
        self.view = View()
        self._engine = engine
        self._record = record
        self._deliver = deliver
        self._last_ns = from_ns

    @property
    def wake_ns(self) -> int | None:
        """By when the engine wants a tick."""
        return self._engine.wake_ns

    @property
    def course(self) -> Course:
        """What is run, as it is known now."""
        return self._engine.course

    @property
    def measured_scale(self) -> PodScale | None:
        """The scale of the pod as measured by the marks."""
        return self._engine.measured_scale

    @property
    def distance_pods(self) -> tuple[str, ...]:
        """The pods that the distance was taken from."""
        return self._engine.distance_pods

    def feed(self, event: Input) -> tuple[Output, ...]:
        """Take in one event; return what followed from it.

        Stamps from several sources may overlap by milliseconds. An event earlier than the last one
        is recorded and fed with the last one's time, so that a replay sees just what the engine
        saw.
        """
        if event.t_ns < self._last_ns:
            event = replace(event, t_ns=self._last_ns)
        self._last_ns = event.t_ns
        self._record(event)
        outputs = self._engine.feed(event)
        self.publish(outputs)
        if any(isinstance(output, PhaseChange) for output in outputs):
            self.view.finish_pressed = isinstance(event, Command | Mark)
        return outputs

    def publish(self, outputs: Iterable[Output]) -> None:
        """Deliver outputs and record them; the wrist comes first."""
        published = tuple(outputs)
        for output in published:
            self._deliver(output)
        for output in published:
            self._record(output)
            self.view.take(output)
        self._look_at_engine()

    def remember(self, outputs: Iterable[Output]) -> None:
        """Take note of outputs that were delivered and recorded by an earlier process."""
        for output in outputs:
            self.view.take(output)
        self._look_at_engine()

    def _look_at_engine(self) -> None:
        self.view.gun_ns, self.view.undo_until_ns = self._engine.gun_ns, self._engine.undo_until_ns
        self.view.line_marked = self._engine.line_marked
