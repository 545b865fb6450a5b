"""What the demo of a session knows while it is on: the leg, the repetitions so far, the news."""

from collections import defaultdict, deque
from typing import Final

from kickcue.cli.demo.entry import DemoLogEntry
from kickcue.cli.demo.session_figures import Repetition, repetition
from kickcue.cli.tui.race_state import RaceBoard, Wrist
from kickcue.cli.tui.session_state import SessionState, following, planned_s
from kickcue.config.plan_document import PlanDocument
from kickcue.core.course import Course
from kickcue.core.events import (
    Cue,
    CueKind,
    Estimate,
    Input,
    LegBegin,
    LegKind,
    LegResult,
    Level,
    Notice,
    Output,
    Phase,
    PhaseChange,
)
from kickcue.core.plan import straight
from kickcue.core.session.numbered_legs import numbered
from kickcue.core.units import ns_to_s
from kickcue.lab.simulate_session import SimulatedSession

SETTLED_AFTER_S: Final = 7.0
"""So long after its end the figures of a repetition may still be corrected."""
KEPT: Final = 6
_QUIET: Final = frozenset({"rules", "sensor_fresh"})
_COURSE: Final[Course] = straight(1000.0)
"""A session's view asks for no course, but a board has one."""


class SessionBoard:
    """Takes in the session as it goes on."""

    def __init__(self, document: PlanDocument, session: SimulatedSession) -> None:
        self.document = document
        self.now_s = 0.0
        self.rate: float | None = None
        self.phase = Phase.WAITING
        self.leg: LegBegin | None = None
        self.estimate: Estimate | None = None
        self.log: deque[DemoLogEntry] = deque(maxlen=KEPT)
        self.found: dict[int, LegResult] = {}
        """What each repetition came to, by its number."""
        self._session = session
        self._legs = numbered(document.plan())
        self._cues: defaultdict[int, list[Cue]] = defaultdict(list)

    def take(self, event: Input, outputs: tuple[Output, ...]) -> None:
        """Take in one event and what the engine made of it."""
        self.now_s = ns_to_s(event.t_ns)
        for output in outputs:
            self._output(output)

    def _output(self, output: Output) -> None:
        match output:
            case Estimate():
                self.estimate = output
            case PhaseChange():
                self.phase = output.phase
            case LegBegin():
                self.leg = output
            case LegResult() if output.kind is LegKind.REP:
                self.found[output.rep] = output
            case Cue():
                self._take_cue(output)
            case Notice() if output.code not in _QUIET:
                self._note(output.text, output.level)

    def _take_cue(self, cue: Cue) -> None:
        if self.leg is not None and self.leg.kind is LegKind.REP:
            self._cues[self.leg.rep].append(cue)
        if cue.kind is not CueKind.TICK:
            self._note(f"cue: {cue.text}", Level.INFO)

    def _note(self, text: str, level: Level) -> None:
        self.log.append(DemoLogEntry(self.now_s, text, level))

    @property
    def title(self) -> str:
        """What the plan is called."""
        return self.document.title or self.document.name

    @property
    def passed(self) -> int:
        """How many repetitions the runner has truly ended."""
        return sum(self.now_s >= each.ended_s for each in self._session.repetitions)

    def settled(self, rep: int) -> bool:
        """Return whether nothing more can happen to a repetition, which counts from 1."""
        ended_s = self._session.repetitions[rep - 1].ended_s
        return self.now_s >= ended_s + SETTLED_AFTER_S

    def repetition(self, rep: int) -> Repetition:
        """Return what is known of a repetition, which counts from 1."""
        true = self._session.repetitions[rep - 1]
        return repetition(self._session, true, self.found.get(rep), self._cues[rep])

    def repetitions(self) -> tuple[Repetition, ...]:
        """Return all of them, those that nobody has run yet as well."""
        return tuple(self.repetition(n + 1) for n in range(len(self._session.repetitions)))

    def state(self) -> RaceBoard:
        """Return it as the screen of a live session sees it."""
        return RaceBoard(
            title=self.title,
            course=_COURSE,
            phase=self.phase,
            wrist=Wrist("", None),
            recording="",
            estimate=self.estimate,
            session=self.session_state(),
            elapsed_s=self.now_s,
        )

    def session_state(self) -> SessionState:
        """Return the legs and repetitions as the screen of a live session sees them."""
        leg = self.leg
        return SessionState(
            title=self.title,
            reps=len(self._session.repetitions),
            leg=leg,
            leg_s=None if leg is None else max(self.now_s - ns_to_s(leg.began_ns), 0.0),
            lasts_s=None if leg is None else planned_s(self._legs, leg),
            following=None if leg is None else following(self._legs, leg),
            runs=tuple(self.found[rep] for rep in sorted(self.found)),
        )
