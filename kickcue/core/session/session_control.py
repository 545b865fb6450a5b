"""Which leg of a session is on, and what begins and ends each.

Nobody has to press anything: a rest ends when the runner runs off, a repetition at its distance. A
press is believed all the same, and says more exactly what was found without it: shortly after a
start it is that start, shortly after an end that end.
"""

from dataclasses import replace
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
from kickcue.core.plan import LONGEST_LEG_S, Rest, Run, straight
from kickcue.core.position.estimator import PositionEstimator
from kickcue.core.session.day_scale import PRESS_SD_S, SLOWED_SD_S, DayScale
from kickcue.core.session.effort_detection import EffortDetector
from kickcue.core.session.leg_before import Correction, LegBefore
from kickcue.core.session.numbered_legs import NumberedLeg, numbered, repetitions
from kickcue.core.session.reading_log import ReadingLog
from kickcue.core.session.rest_progress import RestProgress
from kickcue.core.session.session_cues import SessionCues
from kickcue.core.session.stretch_progress import AT_LINE, Expectation, StretchProgress
from kickcue.core.units import NS_PER_S, s_to_ns

PRESS_LATE_NS: Final = 2 * NS_PER_S // 5
"""A thumb is so late [evaluation protocol: 0.4 s]."""
START_PRESS_NS: Final = 6 * NS_PER_S
"""A press so soon after a start that was found is that start's..."""
END_PRESS_NS: Final = 6 * NS_PER_S
"""...and one so soon after an end that was found is that end's."""
TWICE_NS: Final = 2 * NS_PER_S
"""Two presses within so long are one: nobody runs a repetition in it."""
OPEN_COURSE: Final = straight(100_000.0)
"""Of a leg that ends by time or a press: no runner gets to its end."""
UNDO_NS: Final = 60 * NS_PER_S
HOME_S: Final = 600.0
"""Who has not run off for so long, and for four times the rest that was planned, has gone home."""
HOME_RESTS: Final = 4.0
DRILLS_S: Final = 1800.0
"""Before the first repetition runners drill, stretch and wait for others: they have more time."""
LAST_S: Final = 300.0
"""After the last repetition so long is waited for one more."""
SLOWED_NS: Final = 8 * NS_PER_S
"""Who slows down so soon after the end that the pod gave was not at the line before."""
DOUBT_SDS: Final = 2.5
SKIPPED_NS: Final = 10 * NS_PER_S
"""Who runs on at that speed so long after the line has left the rest out."""

AT_ONCE_NS: Final = 4 * NS_PER_S
"""Who starts the session and has been at the speed of a repetition ever since ran off with it."""
EASY_NS: Final = 6 * NS_PER_S
"""Who has run for so long, and not fast, is running easily."""
BY_ITSELF: Final = (LegEnd.TIME, LegEnd.DISTANCE)

WAIT_FOR_RUNNER: Final = Rest(until=CommandKind.START)


class SessionControl:
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

    @property
    def undo_until_ns(self) -> int | None:
        """Until when an undo takes the last press back; None where there is none."""
        if self._correction is not None:
            return self._correction.t_ns + UNDO_NS
        left = self._left
        return left.t_ns + UNDO_NS if left is not None and left.by_press else None

    # ---- the session

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

    # ---- what ends and begins legs

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

    def press(self, t_ns: int, out: list[Output]) -> None:
        """Handle a lap press: it begins, ends, or corrects."""
        last_ns, self._last_press_ns = self._last_press_ns, t_ns
        if not self.running:
            told = f"lap press ignored: no session is on ({self.phase})"
            out.append(Notice(t_ns, "mark_ignored", told))
        elif last_ns is not None and t_ns - last_ns < TWICE_NS:
            out.append(Notice(t_ns, "mark_doubted", "lap press ignored: a double press"))
        elif self.stretch is None:
            self._press_in_rest(t_ns, out)
        else:
            self._press_in_stretch(t_ns, self.stretch, out)

    def _press_in_rest(self, t_ns: int, out: list[Output]) -> None:
        left = self._left
        pressed_ns = t_ns - PRESS_LATE_NS
        if (
            left is not None
            and left.stretch is not None
            and not self._by_press
            and pressed_ns - self.began_ns <= END_PRESS_NS
        ):
            self._correct_end(t_ns, max(pressed_ns, left.began_ns), left, left.stretch, out)
            return
        self._keep(t_ns, by_press=True)
        self.run_off(t_ns, max(pressed_ns, self.began_ns), out, by=LegEnd.PRESS)

    def _press_in_stretch(self, t_ns: int, stretch: StretchProgress, out: list[Output]) -> None:
        pressed_ns = t_ns - PRESS_LATE_NS
        is_start = pressed_ns - self.began_ns <= START_PRESS_NS and not self._by_press
        if is_start and stretch.leg.kind is not LegKind.EASY:
            self._correct(t_ns, pressed_ns, None)
            self._restart(pressed_ns, stretch)
            out.append(Notice(t_ns, "leg_start", f"start of {stretch.leg.text} by the lap press"))
            return
        self._keep(t_ns, by_press=True)
        pressed_ns = max(pressed_ns, stretch.began_ns)
        length_m, ran_m = stretch.leg.distance_m, stretch.distance_m(pressed_ns)
        if length_m is not None and (ran_m is None or abs(ran_m - length_m) <= AT_LINE * length_m):
            self._learn_scale(stretch, pressed_ns)
        self.end_stretch(t_ns, pressed_ns, LegEnd.PRESS, out)

    def pass_line(self, t_ns: int, passed_ns: int, out: list[Output]) -> None:
        """Handle a crossing of the finish line: the end of a repetition that is due there."""
        stretch = self.stretch
        if stretch is None or stretch.leg.kind is LegKind.EASY:
            return
        length_m, ran_m = stretch.leg.distance_m, stretch.distance_m(t_ns)
        if length_m is None or ran_m is None or abs(ran_m - length_m) > AT_LINE * length_m:
            return
        self._learn_scale(stretch, passed_ns)
        self.end_stretch(t_ns, passed_ns, LegEnd.LINE, out)

    def turn_timer(self, t_ns: int, *, running: bool, out: list[Output]) -> None:
        """Handle a watch that is stopped, or goes on: many stop theirs in the rests."""
        out.append(Notice(t_ns, "timer", f"timer {'running' if running else 'stopped'}"))
        if not self.running:
            return
        stretch = self.stretch
        if running and stretch is None:
            self._keep(t_ns, by_press=True)
            self.run_off(t_ns, t_ns, out, by=LegEnd.PRESS)
        elif not running and stretch is not None and stretch.leg.kind is not LegKind.EASY:
            self._keep(t_ns, by_press=True)
            self.end_stretch(t_ns, t_ns, LegEnd.PRESS, out)

    def undo(self, t_ns: int, out: list[Output]) -> None:
        """Take the last press back: go on with the leg that it ended."""
        left, until_ns = self._left, self.undo_until_ns
        if until_ns is None or t_ns > until_ns:
            out.append(Notice(t_ns, "undo_refused", "no lap press to undo"))
            return
        if self._correction is not None:
            self._undo_correction(t_ns, self._correction, out)
            return
        assert left is not None
        if left.stretch is not None and left.leg.kind is not LegKind.EASY:
            self.done -= 1
        self._left, self._last_press_ns = None, None
        self._index, self.leg, self.began_ns = left.index, left.leg, left.began_ns
        self.stretch, self.rest = left.stretch, left.rest
        self._by_press = False
        if self.stretch is not None:
            for reading in self._log.since(left.t_ns):
                self.stretch.estimator.handle_reading(*reading)
                self.stretch.note_reading(reading.t_ns)
        out.append(Notice(t_ns, "undone", f"last lap press undone: {left.leg.text} goes on"))
        self._tell_begin(t_ns, out)

    def _correct(self, t_ns: int, began_ns: int, result: LegResult | None) -> None:
        """Have the leg begin where it was pressed; ``result``: of the one before, to go back to."""
        self._correction = Correction(t_ns, self.began_ns, result, self.scale.prior)
        self.began_ns, self._by_press = began_ns, True

    def _undo_correction(self, t_ns: int, correction: Correction, out: list[Output]) -> None:
        """Have the leg begin where it was found to."""
        self._correction, self._last_press_ns, self._by_press = None, None, False
        self.began_ns, self.scale.prior = correction.began_ns, correction.prior
        if self.stretch is not None:
            self._restart(correction.began_ns, self.stretch)
        if self.rest is not None:
            self.rest.began_ns = correction.began_ns
        if correction.result is not None:
            out.append(replace(correction.result, t_ns=t_ns))
        assert self.leg is not None
        out.append(Notice(t_ns, "undone", f"last lap press undone: {self.leg.text} as found"))

    # ---- what only the passing of time shows

    def watch_rest(self, t_ns: int, out: list[Output]) -> bool:
        """Notice that the rest has ended, was left out, or has become the way home.

        Return whether another leg has begun.
        """
        ended = self._rest_ended(t_ns)
        if ended is None:
            self._watch_rest_that_goes_on(t_ns, out)
        else:
            self.run_off(t_ns, ended[0], out, by=ended[1])
        return ended is not None

    def _rest_ended(self, t_ns: int) -> tuple[int, LegEnd] | None:
        """Return when the rest has ended, and by what; None where it goes on."""
        assert self.leg is not None
        assert self.rest is not None
        rest, following = self.leg.leg, self._kind(self._index + 1)
        assert isinstance(rest, Rest)
        ran_off_ns = self._ran_off_ns(t_ns, rest, following)
        if ran_off_ns is not None:
            return ran_off_ns, LegEnd.RUNNING
        runs_easily = rest.until is CommandKind.START and self._detector.running_since(
            t_ns, max(self.began_ns, t_ns - EASY_NS), EASY_NS
        )
        if following is LegKind.EASY and runs_easily:
            return t_ns, LegEnd.TIME
        if not self.rest.over or following is None:
            return None
        if following is LegKind.REP and self._detector.fresh(t_ns):
            return None  # it will show when the runner runs off
        return t_ns, LegEnd.TIME if rest.distance_m is None else LegEnd.DISTANCE

    def _ran_off_ns(self, t_ns: int, rest: Rest, following: LegKind | None) -> int | None:
        """Return when the runner ran off, None where it is not certain, or not for running."""
        if rest.until is CommandKind.LAP:
            return None
        ran_off_ns = self._detector.started_ns(self.began_ns)
        before_all = self._index < 0
        if before_all and ran_off_ns is None and t_ns - self.began_ns >= AT_ONCE_NS:
            return self.began_ns if self._detector.kept_running(self.began_ns) else None
        if ran_off_ns is None or (ran_off_ns <= self.began_ns and not before_all):
            return None
        if following is LegKind.EASY and not self._detector.at_effort:
            return None
        return ran_off_ns

    def _watch_rest_that_goes_on(self, t_ns: int, out: list[Output]) -> None:
        rested_ns = t_ns - self.began_ns
        left = self._left
        self._watch_slowing(t_ns, out)
        if (
            left is not None
            and left.stretch is not None
            and left.stretch.leg.distance_m is not None
            and SKIPPED_NS + left.doubt_ns <= rested_ns <= 2 * SKIPPED_NS + left.doubt_ns
            and self._kind(self._index + 1) is LegKind.REP
            and self.leg is self.legs[self._index]
            and self._detector.fresh(t_ns)
            and self._detector.kept_running(self.began_ns)
        ):
            told = f"rest left out after repetition {self.done}"
            out.append(Notice(t_ns, "rest_skipped", told))
            self.run_off(t_ns, self.began_ns, out, by=LegEnd.RUNNING)
            self._left = left  # a press that ended the run before may have been the mistake
            return
        if rested_ns > s_to_ns(self._longest_rest_s):
            self.finish(t_ns, Phase.FINISHED, out)

    def _watch_slowing(self, t_ns: int, out: list[Output]) -> None:
        """Take the moment at which the runner slowed down for the line, where none was pressed."""
        left = self._left
        stretch = None if left is None or self._by_press else left.stretch
        if left is None or stretch is None or left.slowed or stretch.leg.distance_m is None:
            return
        slowed_ns = self._detector.slowed_ns(self.began_ns)
        if slowed_ns is None:
            return
        left.slowed = True
        if 0 <= slowed_ns - self.began_ns <= SLOWED_NS + left.doubt_ns and not stretch.blind:
            self._learn_scale(stretch, slowed_ns, SLOWED_SD_S)
            out.append(stretch.result(t_ns, slowed_ns, LegEnd.DISTANCE))

    @property
    def _longest_rest_s(self) -> float:
        if self._index + 1 >= len(self.legs):
            return LAST_S
        leg = None if self.leg is None else self.leg.leg
        planned_s = leg.duration_s if isinstance(leg, Rest) else None
        if self.done == 0:
            return DRILLS_S
        return min(max(HOME_S, HOME_RESTS * (planned_s or 0.0)), LONGEST_LEG_S)

    # ---- how it is done

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
            self._left.slowed = by is LegEnd.STOPPED
            self._left.ended_by = by
            self._left.doubt_ns = s_to_ns(DOUBT_SDS * stretch.end_sd_s(t_ns))
        self.done += stretch.leg.kind is not LegKind.EASY
        if by is LegEnd.STOPPED and stretch.ran_m(ended_ns, by) == stretch.leg.distance_m:
            self._learn_scale(stretch, ended_ns, SLOWED_SD_S)
        out.append(stretch.result(t_ns, ended_ns, by))
        out.extend(stretch.notice_short(t_ns, ended_ns, by))
        self._learn_effort(stretch, ended_ns)

    def _correct_end(
        self,
        t_ns: int,
        pressed_ns: int,
        left: LegBefore,
        stretch: StretchProgress,
        out: list[Output],
    ) -> None:
        """Take a press just after the end that was found for the end itself."""
        self._correct(t_ns, pressed_ns, stretch.result(t_ns, self.began_ns, left.ended_by))
        if self.rest is not None:
            self.rest.began_ns = pressed_ns
        left.slowed = True
        self._learn_scale(stretch, pressed_ns)
        out.append(stretch.result(t_ns, pressed_ns, LegEnd.PRESS))

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
