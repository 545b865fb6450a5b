"""What only the passing of time shows of a session: a rest that ends, is left out, or goes on."""

from typing import Final

from kickcue.core.events import (
    CommandKind,
    LegEnd,
    LegKind,
    Notice,
    Output,
    Phase,
)
from kickcue.core.plan import LONGEST_LEG_S, Rest
from kickcue.core.session.day_scale import SLOWED_SD_S
from kickcue.core.session.session_presses import SessionPresses
from kickcue.core.units import NS_PER_S, s_to_ns

HOME_S: Final = 600.0
"""Who has not run off for so long, and for four times the rest that was planned, has gone home."""
HOME_RESTS: Final = 4.0
DRILLS_S: Final = 1800.0
"""Before the first repetition runners drill, stretch and wait for others: they have more time."""
LAST_S: Final = 300.0
"""After the last repetition so long is waited for one more."""
SLOWED_NS: Final = 8 * NS_PER_S
"""Who slows down so soon after the end that the pod gave was not at the line before; and who has
slowed down before it was there already, as far as the pod may be wrong."""
WORTH_TELLING_NS: Final = NS_PER_S // 10
"""A correction of less is none that a runner sees."""
SKIPPED_NS: Final = 10 * NS_PER_S
"""Who runs on at that speed so long after the line has left the rest out."""
AT_ONCE_NS: Final = 4 * NS_PER_S
"""Who starts the session and has been at the speed of a repetition ever since ran off with it."""
EASY_NS: Final = 6 * NS_PER_S
"""Who has run for so long, and not fast, is running easily."""


class SessionControl(SessionPresses):
    """The legs, presses, and the runner who runs off, slows down or goes home."""

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
        later_ns = slowed_ns - self.began_ns
        if -left.doubt_ns <= later_ns <= SLOWED_NS + left.doubt_ns and not stretch.blind:
            self._learn_scale(stretch, slowed_ns, SLOWED_SD_S)
            if abs(later_ns) >= WORTH_TELLING_NS:
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
