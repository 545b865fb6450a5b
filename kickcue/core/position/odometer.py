"""The pod's own distance, made monotone and whole: the axis on which the Kalman filters work.

A foot pod may give a running total, only a speed, or (as far as distance goes) only a cadence.
Totals reset, jump and carry a lifetime of metres, so only their differences are used. Between two
readings the pod is assumed to go on at its last speed; that guess is never committed as long as the
total can still tell what really happened.
"""

from collections import deque
from copy import copy
from typing import Final, NamedTuple

from kickcue.core.position.parameters import PARAMETERS
from kickcue.core.position.step_length import INITIAL_STEP_M, learned_step_m
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.sensors.bursts import Burst
from kickcue.core.sensors.notification_interval import NotificationInterval
from kickcue.core.units import NS_PER_S, s_to_ns

_COUNT_VAR_M2 = PARAMETERS.count_noise_m_per_sqrt_s**2
_LINE_VAR_M2 = PARAMETERS.line_noise_m_per_sqrt_m**2
GAP_S: Final = 3.0
"""How far the last speed reaches: what happens later is a guess unless the total counts on, however
seldom the pod notifies. In a recorded race with a notification every 1 to 7 s, speed gave the
metres of the next 4 to 6 s to 1.8 m."""
_GAP_NS = s_to_ns(GAP_S)
SILENT_NS: Final = 3 * NS_PER_S
"""A pod is silent after so long without a notification, unless its interval is longer."""
PLANNED_PACE_GUESS_SD: Final = PARAMETERS.planned_pace_guess_sd
MARKED_PACE_GUESS_SD: Final = PARAMETERS.marked_pace_guess_sd
JOGGING_MPS: Final = 1.5
"""Above this the athlete moves, and a total that stands still is frozen."""
SPEED_WINDOW_NS: Final = 5 * NS_PER_S
MAX_READINGS: Final = 128
"""No pod sends more within ``SPEED_WINDOW_NS``: of a flood the latest are kept."""
SETTLED_S: Final = 8.0
"""Seconds of running after which the speed is a pace."""
PACE_MEMORY_S: Final = 20.0
"""Against 50 ms of jitter a second: the bell's predicted time, minutes ahead, must not dance."""
SPEED_GUESS_SD: Final = PARAMETERS.speed_guess_sd
SPEED_SD: Final = PARAMETERS.speed_sd
BURST_INTERVAL_S: Final = 0.15
"""Readings nearer together than this are of a burst, queued while a link stood still."""
MAX_JUMP_M: Final = 3000.0
"""A machine that slept through more than this has missed the race."""
GUESS_SLACK: Final = 0.5
"""A total that would take back more than this share of a guess counts on from an old figure: it
stood still while the athlete ran."""


class Step(NamedTuple):
    """What one reading adds: pod metres, seconds, and the variance of those metres."""

    dd_m: float
    dt_s: float
    var_m2: float


NO_STEP = Step(0.0, 0.0, 0.0)


class _Trusted(NamedTuple):
    """A total that was trusted, when, and where this odometer stood then."""

    total_m: float
    t_ns: int
    stood_m: float


class Odometer:
    """Turns readings of one pod into steps along its own distance."""

    def __init__(self, planned_mps: float) -> None:
        self.planned_mps = planned_mps
        self._pace_sd = PLANNED_PACE_GUESS_SD
        self.t_ns: int | None = None
        self.total_m = 0.0
        self.speed_mps: float | None = None
        self.pace_mps: float | None = None
        """The mean speed of the last half minute, to predict far ahead; None in the first seconds
        of running."""
        self._paced_s = 0.0
        self._unpaced = NO_STEP
        """Counted in a stall and in the burst after it, and not yet part of the pace."""
        self.by_cadence = False
        self._trusted_m: float | None = None
        self._trusted_ns = 0
        self._guessed_m = 0.0
        self._owed_m = 0.0
        """What could have been run in a stall and has not been counted yet: a burst may still bring
        it."""
        self._paused = False
        """The recorder was stopped: a total that has jumped since counts what was walked then."""
        self._draining = False
        """A new beginning was made in a stall: what is still queued has been run already."""
        self._drained = False
        """Some of that came just now; the metres from it to the next reading were run in more time
        than there was between."""
        self.jump_m = 0.0
        """By how much the last total jumped forward beyond what can be run, once the next one
        confirmed it; else 0."""
        self.jump_as_run = False
        """Whether that is what a runner runs in the time in which the total stood still before it:
        it had been frozen."""
        self._moved_ns = 0
        self._suspect: tuple[float, int] | None = None
        self._before: _Trusted | None = None
        """What was trusted before a gap whose metres are not those of a runner: a corrupt total
        just after it looks like that."""
        self._pod: str | None = None
        self._trail: deque[tuple[int, float]] = deque(maxlen=MAX_READINGS)
        self._step_m = INITIAL_STEP_M
        """Learned while speed is known, for the time when only cadence is left."""
        self._interval = NotificationInterval()
        self._burst = Burst()

    def copy(self) -> "Odometer":
        """Return an independent copy, to come back to when a mark is undone."""
        other = Odometer(self.planned_mps)
        other.__dict__.update(self.__dict__)  # all but these three are plain values
        other._trail = self._trail.copy()
        other._interval = self._interval.copy()
        other._burst = copy(self._burst)
        return other

    @property
    def step_length_is_guessed(self) -> bool:
        """Whether this runner's step length is unknown: no pod gave speed and cadence."""
        return self._step_m == INITIAL_STEP_M

    def catch_up(self, t_ns: int) -> Step | None:
        """Commit to the guess up to ``t_ns``; return that step, None before any reading."""
        if self.t_ns is None:
            self.t_ns = t_ns
            return None
        dd_m, sd_m = self.ahead(t_ns)
        dt_s = (t_ns - self.t_ns) / NS_PER_S
        self._commit(t_ns, dd_m)
        self._guessed_m += dd_m
        return Step(dd_m, dt_s, sd_m**2)

    def silent_since(self, then_ns: int | None, t_ns: int) -> bool:
        """Return whether the pod is silent at ``t_ns`` if its last notification was at ``then_ns``.

        Or the last ``catch_up``.
        """
        return (
            then_ns is not None
            and t_ns - then_ns > SILENT_NS
            and t_ns - then_ns > self._interval.allowed_silence_ns
        )

    def restart_total(self) -> None:
        """Count from the next total on: what was run before it is better known."""
        self._trusted_m, self._guessed_m, self._suspect, self._before = None, 0.0, None, None
        self._owed_m = 0.0
        self._draining = True

    def pause(self) -> None:
        """Handle a stopped recorder: what its pod counts meanwhile is walked."""
        self._paused = True

    def set_marked_pace(self, mean_mps: float) -> None:
        """Set the pace to guess by: the one that marks have shown."""
        self.planned_mps, self._pace_sd = mean_mps, MARKED_PACE_GUESS_SD

    def rescale_pace(self, ratio: float) -> None:
        """Scale the pace: the pod counts ``ratio`` times as much as in the half minute before."""
        if self.pace_mps is not None:
            self.pace_mps *= ratio

    def update(
        self,
        t_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> Step | None:
        """Update by one reading of ``pod`` (any part may be unknown).

        Return the step it makes, None where it tells nothing.
        """
        if pod != self._pod:  # another pod has another total
            self._pod, self._interval, self._burst = pod, NotificationInterval(), Burst()
            self.restart_total()
        self.jump_m = 0.0
        speed_mps = self._usable_speed(speed_mps, total_m, cadence_spm)
        if (speed_mps is None and total_m is None) or self._is_queued(t_ns, speed_mps, total_m):
            return None
        step = self._step(t_ns, speed_mps, total_m, cadence_spm)
        self._interval.update(t_ns)
        self._commit(t_ns, step.dd_m)
        if self._owed_m or self._drained:
            self._trail.clear()  # what a burst brings was not run in its moment
            self._trail.append((t_ns, self.total_m))
        self._drained &= self._draining
        self.speed_mps = self._smoothed(speed_mps)
        self._learn_pace(step)
        return step

    def ahead(self, t_ns: int) -> tuple[float, float]:
        """Return how far the pod has probably run since its last reading, and the sd, in metres."""
        if self.t_ns is None:
            return 0.0, 0.0
        dt_s = (t_ns - self.t_ns) / NS_PER_S
        if dt_s <= 0.0:
            return 0.0, 0.0
        if self.speed_mps is None:
            return self.planned_mps * dt_s, self._pace_sd * self.planned_mps * dt_s
        gap_s = dt_s - GAP_S if dt_s > GAP_S else 0.0
        relative = PLANNED_PACE_GUESS_SD if self.pace_mps is None else SPEED_GUESS_SD
        return self.speed_mps * dt_s, (dt_s - gap_s) * (
            0.1 + SPEED_SD * self.speed_mps
        ) + gap_s * relative * self.speed_mps

    def _usable_speed(
        self, speed_mps: float | None, total_m: float | None, cadence_spm: float | None
    ) -> float | None:
        """Return the pod's speed, or that of its cadence where that is all there is."""
        if speed_mps is not None and speed_mps > FASTEST_MPS:
            speed_mps = None  # one corrupt frame must not carry the runner away
        self.by_cadence = not speed_mps and total_m is None and cadence_spm is not None
        if self.by_cadence and cadence_spm is not None:
            speed_mps = cadence_spm * self._step_m / 60.0
        return speed_mps

    def _step(
        self,
        t_ns: int,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> Step:
        """Return the step since the last reading: counted by the total, or guessed by the speed."""
        dt_s = 0.0 if self.t_ns is None else (t_ns - self.t_ns) / NS_PER_S
        if total_m == self._trusted_m and (speed_mps or 0.0) > JOGGING_MPS:
            # It stands still although the athlete runs: it counts slowly, or never does.
            total_m = None
        counted_m = None if total_m is None else self._counted(t_ns, dt_s, total_m, speed_mps)
        if counted_m is not None:
            line_var_m2 = _LINE_VAR_M2 * counted_m if counted_m > 0.0 else 0.0
            self._step_m = learned_step_m(self._step_m, self.speed_mps, cadence_spm)
            var_m2 = _COUNT_VAR_M2 * dt_s + line_var_m2
            return tuple.__new__(Step, (counted_m, dt_s, var_m2))  # ``Step(...)`` takes thrice that
        if self.t_ns is None:
            return NO_STEP
        step = self._guess(dt_s, speed_mps)
        if total_m is None or self._suspect is not None:
            # Not counted yet: the total may still tell.
            self._guessed_m += step.dd_m
        return step

    def _counted(
        self, t_ns: int, dt_s: float, total_m: float, speed_mps: float | None
    ) -> float | None:
        """Return the metres that the total counts, None while it cannot be trusted."""
        if self._trusted_m is None or (self._draining and dt_s < BURST_INTERVAL_S):
            self._drained = self._trusted_m is not None
            self._trust(t_ns, total_m)
            return None if self.t_ns is None or dt_s > 0.0 else 0.0
        self._draining = False
        dd_m = total_m - self._trusted_m - self._guessed_m
        could_m = FASTEST_MPS * (t_ns - self._trusted_ns) / NS_PER_S
        owed_m = self._owed_m if dt_s < BURST_INTERVAL_S else 0.0
        most_m = could_m + owed_m + 3.0
        if -1.0 - GUESS_SLACK * abs(self._guessed_m) <= dd_m <= most_m - self._guessed_m:
            self._count_on(t_ns, dt_s, total_m, speed_mps, owed_m)
            return dd_m
        if self._before is not None and self._as_run(self._before, t_ns, total_m, speed_mps):
            # Only the one total between was wrong.
            dd_m = total_m - self._before.total_m - (self.total_m - self._before.stood_m)
            self._trust(t_ns, total_m)
            return dd_m
        if self._suspect is not None:
            then_m, then_ns = self._suspect
            onward_s = (t_ns - then_ns) / NS_PER_S
            if -1.0 <= total_m - then_m <= FASTEST_MPS * onward_s + 3.0:
                # The jump was a reset: count on from there.
                self._note_jump(self._trusted_m, then_m, then_ns)
                self._trust(t_ns, total_m)
                return total_m - then_m if onward_s <= dt_s + 1e-6 else None
        self._suspect = (total_m, t_ns)
        return None

    def _count_on(
        self, t_ns: int, dt_s: float, total_m: float, speed_mps: float | None, owed_m: float
    ) -> None:
        """Trust a total that goes on from the last one, and note what it still owes."""
        assert self._trusted_m is not None
        before = (
            _Trusted(self._trusted_m, self._trusted_ns, self.total_m - self._guessed_m)
            if dt_s > GAP_S
            else None
        )
        counted_m = total_m - self._trusted_m
        stalled = dt_s > GAP_S and counted_m < (1.0 - GUESS_SLACK) * (speed_mps or 0.0) * dt_s
        still_m = FASTEST_MPS * (t_ns - self._trusted_ns) / NS_PER_S if stalled else owed_m
        self._owed_m = still_m - counted_m if still_m > counted_m else 0.0
        self._trust(t_ns, total_m)
        if before is not None and not self._as_run(before, t_ns, total_m, speed_mps):
            self._before = before

    def _note_jump(self, trusted_m: float, then_m: float, then_ns: int) -> None:
        """Note by how much the total jumped forward, unless its metres were walked in a pause."""
        jump_m = then_m - trusted_m - FASTEST_MPS * (then_ns - self._trusted_ns) / NS_PER_S
        if 0.0 < jump_m < MAX_JUMP_M and not self._paused:
            self.jump_m = then_m - trusted_m - self._guessed_m
            usual_m = self.planned_mps * (then_ns - self._moved_ns) / NS_PER_S
            self.jump_as_run = abs(self.jump_m - usual_m) <= GUESS_SLACK * usual_m

    def _is_queued(self, t_ns: int, speed_mps: float | None, total_m: float | None) -> bool:
        """Return whether this may be an old reading out of a queue, and the runner farther on.

        It reports a running speed, and after a silence a total that is short of the guess by more
        than half.
        """
        if self._burst.head_ns is not None:
            return self._burst.continues(t_ns)
        if self.t_ns is None or t_ns - self.t_ns <= _GAP_NS or self._interval.allowed_silence_ns:
            return False
        if self._trusted_m is None or total_m is None or total_m == self._trusted_m:
            return False
        counted_m = total_m - self._trusted_m
        run_m = (1.0 - GUESS_SLACK) * (speed_mps or 0.0) * (t_ns - self.t_ns) / NS_PER_S
        goes_back = counted_m - self._guessed_m < -1.0 - GUESS_SLACK * abs(self._guessed_m)
        if goes_back or counted_m >= run_m:
            return False
        self._burst.start(t_ns)
        return True

    def _as_run(self, before: _Trusted, t_ns: int, total_m: float, speed_mps: float | None) -> bool:
        """Return whether ``total_m`` is what a runner adds to that of ``before``, to a half."""
        usual_m = (speed_mps or self.pace_mps or self.planned_mps) * (t_ns - before.t_ns) / NS_PER_S
        return abs(total_m - before.total_m - usual_m) <= GUESS_SLACK * usual_m

    def _trust(self, t_ns: int, total_m: float) -> None:
        if total_m != self._trusted_m:
            self._moved_ns = t_ns
        self._trusted_m, self._trusted_ns = total_m, t_ns
        self._guessed_m, self._suspect, self._before = 0.0, None, None
        self._paused = False

    def _guess(self, dt_s: float, speed_mps: float | None) -> Step:
        """Bridge by speed: the mean of before and now."""
        before = self.speed_mps if self.speed_mps is not None else speed_mps
        after = speed_mps if speed_mps is not None else before
        if before is None or after is None:
            before = after = self.planned_mps
        dd_m = 0.5 * (before + after) * dt_s
        relative = SPEED_GUESS_SD if dt_s > GAP_S or self.by_cadence else SPEED_SD
        return Step(dd_m, dt_s, (relative * dd_m) ** 2 + _COUNT_VAR_M2 * dt_s)

    def _commit(self, t_ns: int, dd_m: float) -> None:
        self.t_ns = t_ns
        self.total_m += dd_m
        trail = self._trail
        trail.append((t_ns, self.total_m))
        while t_ns - trail[0][0] > SPEED_WINDOW_NS:
            trail.popleft()

    def _learn_pace(self, step: Step) -> None:
        """Average the speed since the start, forgetting what is older than ``PACE_MEMORY_S``."""
        dd_m, dt_s, _ = step
        if self._unpaced is not NO_STEP:
            dd_m, dt_s = self._unpaced.dd_m + dd_m, self._unpaced.dt_s + dt_s
            self._unpaced = NO_STEP
        if self._owed_m:
            self._unpaced = Step(dd_m, dt_s, 0.0)
            return
        if (
            self.speed_mps is None
            or dt_s <= 0.0
            or (self.pace_mps is None and self.speed_mps < JOGGING_MPS)
        ):
            return
        if self._paced_s < SETTLED_S:  # the start is slow, and no pace
            self._paced_s += dt_s
            self.pace_mps = self.speed_mps if self._paced_s >= SETTLED_S else None
            return
        if self._paced_s < PACE_MEMORY_S:
            self._paced_s = min(self._paced_s + dt_s, PACE_MEMORY_S)
        before = self.speed_mps if self.pace_mps is None else self.pace_mps
        share = dt_s / self._paced_s if dt_s < self._paced_s else 1.0
        self.pace_mps = before + share * (dd_m / dt_s - before)

    def _smoothed(self, speed_mps: float | None) -> float | None:
        """Prefer the slope of the total over the pod's own speed, which lags 2-5 s.

        A slow pod's slope stands on two or three readings, and beside its intervals the lag is
        short: the mean of both is best. In eight recordings, read each 4 s or so, it gave the
        metres up to the next reading better than the slope (11 % in the median).
        """
        t0_ns, total0_m = self._trail[0]
        t1_ns, total1_m = self._trail[-1]
        span_s = (t1_ns - t0_ns) / NS_PER_S
        if self._trusted_m is not None and not self._guessed_m and span_s >= 2.0:
            slope_mps = (total1_m - total0_m) / span_s if total1_m > total0_m else 0.0
            slow = self._interval.allowed_silence_ns > SILENT_NS
            return 0.5 * (slope_mps + speed_mps) if slow and speed_mps else slope_mps
        return speed_mps
