"""The legs of a session, one after the other: which is on, what begins and ends each."""

from typing import Final

from kickcue.core.course import Course
from kickcue.core.engine_config import EngineConfig
from kickcue.core.events import (
    CommandKind,
    LegBegin,
    LegEnd,
    LegKind,
    LegResult,
    Level,
    Notice,
    Output,
    Phase,
    PhaseChange,
)
from kickcue.core.plan import Rest, Run, straight
from kickcue.core.position.estimator import PositionEstimator
from kickcue.core.session.day_scale import PRESS_SD_S, SLOWED_SD_S, DayScale
from kickcue.core.session.effort_detection import EffortDetector
from kickcue.core.session.leg_before import Correction, LegBefore
from kickcue.core.session.numbered_legs import NumberedLeg, numbered, repetitions
from kickcue.core.session.reading_log import ReadingLog
from kickcue.core.session.rest_progress import RestProgress
from kickcue.core.session.session_cues import SessionCues
from kickcue.core.session.stretch_progress import Expectation, StretchProgress
from kickcue.core.units import NS_PER_S, s_to_ns

OPEN_COURSE: Final = straight(100_000.0)
"""Of a leg that ends by time or a press: no runner gets to its end."""
DOUBT_SDS: Final = 2.5
BY_ITSELF: Final = (LegEnd.TIME, LegEnd.DISTANCE)
WAIT_FOR_RUNNER: Final = Rest(until=CommandKind.START)


class SessionLegs:
    """The legs one after the other.

    ``out``, wherever it is an argument, is the list that what follows is added to.
    """

    def __init__(self, config: EngineConfig, cues: SessionCues, detector: EffortDetector) -> None:
        self.legs = numbered(config.plan)
        self.reps = repetitions(self.legs)
        self.phase = Phase.WAITING
        self.started_ns: int | None = None
        self.stretch: StretchProgress | None = None
        self.rest: RestProgress | None = None
        self.leg: NumberedLeg | None = None
        self.began_ns = 0
        self.scale = DayScale(config.scale)
        self.done = 0
        """Repetitions that were run, the cut short and the extra ones included."""
        self._cues = cues
        self._detector = detector
        self._log = ReadingLog(PositionEstimator(OPEN_COURSE, config.scale, config.planned_mps))
        self._index = -1
        """Of the leg that is on, or, while the runner is waited for, of the one before it."""
        self._last_press_ns: int | None = None
        self._left: LegBefore | None = None
        self._by_press = False
        """Whether the beginning of the leg that is on was pressed."""
        self._correction: Correction | None = None
        self._extras = 0

    @property
    def log(self) -> ReadingLog:
        """Where readings go."""
        return self._log

    @property
    def running(self) -> bool:
        """Whether the session is on."""
        return self.phase is Phase.BODY

    def start(self, t_ns: int, out: list[Output]) -> None:
        """Begin the session."""
        if self.phase is not Phase.WAITING:
            told = f"the session is already {'on' if self.running else self.phase}: start ignored"
            out.append(Notice(t_ns, "start_ignored", told, Level.WARNING))
            return
        self._change_phase(t_ns, Phase.BODY, out)
        self.started_ns = t_ns
        self._go_on(t_ns, t_ns, out)

    def finish(self, t_ns: int, phase: Phase, out: list[Output]) -> None:
        """End the session, with whatever leg is on."""
        if self.phase in (Phase.FINISHED, Phase.ABORTED):
            told = f"the session is already {self.phase}"
            out.append(Notice(t_ns, "refused", told, Level.WARNING))
            return
        if self.stretch is not None:
            self._record_end(t_ns, t_ns, LegEnd.SESSION, out)
        elif self.leg is not None:
            self._close_rest(t_ns, t_ns, LegEnd.SESSION, out)
        if self.running:
            short = f"{self.done} of {self.reps} repetitions"
            out.append(Notice(t_ns, "session_done", f"session over: {short}"))
        self.stretch, self.rest, self.leg = None, None, None
        self._left, self._correction = None, None
        self._change_phase(t_ns, phase, out)

    def _change_phase(self, t_ns: int, phase: Phase, out: list[Output]) -> None:
        out.append(PhaseChange(t_ns, phase, self.phase))
        self.phase = phase

    def run_off(self, t_ns: int, began_ns: int, out: list[Output], *, by: LegEnd) -> None:
        """Begin what follows the rest at ``began_ns``: the runner has run off, or pressed.

        Whoever ends one rest so has ended one that follows it, too.
        """
        self._close_rest(t_ns, began_ns, by, out)
        if by is not LegEnd.PRESS:
            self._left = None
        self._by_press = by is LegEnd.PRESS
        following = self._index + 1
        while by not in BY_ITSELF and self._kind(following) is LegKind.REST:
            following += 1
        easy_next = self._kind(following) is LegKind.EASY
        if following < len(self.legs) and not (easy_next and by is LegEnd.RUNNING):
            self._begin(t_ns, following, self.legs[following], began_ns, out)
        else:
            self._begin_extra(t_ns, following - 1, began_ns, out)

    def _begin_extra(self, t_ns: int, index: int, began_ns: int, out: list[Output]) -> None:
        last = next(leg for leg in reversed(self.legs) if leg.kind is LegKind.REP)
        rep = self.done + 1
        self._extras += 1
        extra = NumberedLeg(len(self.legs) + self._extras, last.leg, LegKind.EXTRA, rep)
        self._begin(t_ns, index, extra, began_ns, out)
        told = f"repetition {rep}: one more than the {self.reps} of the plan"
        out.append(Notice(t_ns, "rep_extra", told))

    def end_stretch(self, t_ns: int, ended_ns: int, by: LegEnd, out: list[Output]) -> None:
        """End the run that is on, and go on with the plan."""
        self._record_end(t_ns, ended_ns, by, out)
        self._by_press = by is LegEnd.PRESS
        self._go_on(t_ns, ended_ns, out, stopped=by is LegEnd.STOPPED)

    def _kind(self, index: int) -> LegKind | None:
        """Return the kind of a leg of the plan, None beyond its end."""
        return self.legs[index].kind if index < len(self.legs) else None

    def _go_on(self, t_ns: int, began_ns: int, out: list[Output], *, stopped: bool = False) -> None:
        """Go on with the next leg of the plan after a run, or after the start.

        Whoever has ``stopped`` does not run the next repetition at once.
        """
        following = self._index + 1
        before = self.legs[self._index] if self._index >= 0 else None
        if before is not None and following >= len(self.legs) and before.kind is LegKind.EASY:
            self.stretch = self.leg = None
            self.finish(t_ns, Phase.FINISHED, out)
            return
        if following >= len(self.legs):
            self._wait(t_ns, began_ns, out)
            return
        leg = self.legs[following]
        after_rep = before is not None and before.kind is LegKind.REP
        if leg.kind is LegKind.REP and (stopped or not after_rep):
            self._wait(t_ns, began_ns, out)
        else:
            self._begin(t_ns, following, leg, began_ns, out)

    def _wait(self, t_ns: int, began_ns: int, out: list[Output]) -> None:
        """Wait for the runner to run off, though the plan has no rest here."""
        number = min(self._index + 2, len(self.legs))
        leg = NumberedLeg(number, WAIT_FOR_RUNNER, LegKind.REST, self.done)
        self._begin(t_ns, self._index, leg, began_ns, out)

    def _begin(
        self, t_ns: int, index: int, leg: NumberedLeg, began_ns: int, out: list[Output]
    ) -> None:
        self._index, self.leg, self.began_ns = index, leg, began_ns
        self._correction = None
        self._tell_begin(t_ns, out)
        if isinstance(leg.leg, Rest):
            self.stretch = None
            following = self._following()
            if following is not None:
                self._detector.expect(following.distance_m)
            leads = self._kind(index + 1) is LegKind.REP
            image = _imagery(following) if leads else None
            self.rest = RestProgress(leg.leg, began_ns, image, self._cues, leads_to_rep=leads)
            return
        self.rest = None
        self.stretch = self._stretch(leg, began_ns)
        self.stretch.note_reading(t_ns)
        self.stretch.begin(t_ns, self.reps, out)

    def _following(self) -> NumberedLeg | None:
        """Return the repetition that comes next, None where there is none."""
        later = self.legs[self._index + 1 :]
        return next((leg for leg in later if leg.kind is LegKind.REP), None)

    def _stretch(self, leg: NumberedLeg, began_ns: int) -> StretchProgress:
        estimator = self._log.begun(began_ns, _course(leg), self.scale.prior)
        expected = Expectation(self._detector.effort_mps, self.scale.prior.sd)
        return StretchProgress(leg, began_ns, estimator, self._cues, expected)

    def _restart(self, began_ns: int, stretch: StretchProgress) -> None:
        """Have the run begin at another moment, with the cues that it has had."""
        self.began_ns = stretch.began_ns = began_ns
        stretch.estimator = self._log.begun(began_ns, _course(stretch.leg), self.scale.prior)

    def _keep(self, t_ns: int, *, by_press: bool) -> None:
        assert self.leg is not None
        self._left = LegBefore(
            t_ns, self._index, self.leg, self.began_ns, self.stretch, self.rest, by_press
        )

    def _record_end(self, t_ns: int, ended_ns: int, by: LegEnd, out: list[Output]) -> None:
        stretch = self.stretch
        assert stretch is not None
        if by is not LegEnd.PRESS:
            self._keep(t_ns, by_press=False)
            assert self._left is not None
            self._left.slowed = by is not LegEnd.DISTANCE  # all others are more exact
            self._left.ended_by = by
            self._left.doubt_ns = s_to_ns(DOUBT_SDS * stretch.end_sd_s(t_ns))
        self.done += stretch.leg.kind is not LegKind.EASY
        if by is LegEnd.STOPPED and stretch.ran_m(ended_ns, by) == stretch.leg.distance_m:
            self._learn_scale(stretch, ended_ns, SLOWED_SD_S)
        out.append(stretch.result(t_ns, ended_ns, by))
        out.extend(stretch.notice_short(t_ns, ended_ns, by))
        self._learn_effort(stretch, ended_ns)

    def _learn_scale(
        self, stretch: StretchProgress, ended_ns: int, error_s: float = PRESS_SD_S
    ) -> None:
        length_m, ran_m = stretch.leg.distance_m, stretch.distance_m(ended_ns)
        if length_m is not None and ran_m is not None:
            ran_s = max((ended_ns - stretch.began_ns) / NS_PER_S, 1.0)
            self.scale.measure(length_m, ran_m, length_m / ran_s, error_s)

    def _learn_effort(self, stretch: StretchProgress, ended_ns: int) -> None:
        ran_m = stretch.distance_m(ended_ns)
        ran_s = (ended_ns - stretch.began_ns) / NS_PER_S
        if stretch.leg.kind is LegKind.REP and ran_m is not None and ran_s > 1.0:
            self._detector.learn_effort(stretch.leg.distance_m, ran_m / ran_s)

    def _close_rest(self, t_ns: int, ended_ns: int, by: LegEnd, out: list[Output]) -> None:
        leg = self.leg
        if leg is not None and leg.leg is not WAIT_FOR_RUNNER:
            out.append(
                LegResult(t_ns, leg.kind, leg.number, leg.rep, self.began_ns, ended_ns, by, None)
            )

    def _tell_begin(self, t_ns: int, out: list[Output]) -> None:
        leg = self.leg
        assert leg is not None
        out.append(
            LegBegin(
                t_ns,
                leg.kind,
                leg.number,
                len(self.legs),
                leg.rep,
                self.reps,
                self.began_ns,
                leg.text,
            )
        )


def _imagery(leg: NumberedLeg | None) -> str | None:
    return None if leg is None or isinstance(leg.leg, Rest) else leg.leg.imagery


def _course(leg: NumberedLeg) -> Course:
    return leg.leg.course if isinstance(leg.leg, Run) else OPEN_COURSE
