"""What falls due as the runner gets on: the bell, the cues of the last window, the finish."""

from collections.abc import Iterable
from typing import Final

from kickcue.core.cueing.arbiter import Candidate
from kickcue.core.cueing.cue_issuer import ARM_AHEAD_S, CueIssuer
from kickcue.core.cueing.phases import Signal
from kickcue.core.cueing.policy import (
    SILENT_TO_GO_M,
    Moment,
    bell_cue,
    in_last_window,
)
from kickcue.core.engine_config import EngineConfig
from kickcue.core.events import CueKind, Level, Notice, Output
from kickcue.core.line_cues import LineCues
from kickcue.core.position.estimator import CLOCK, Position
from kickcue.core.position.firing_threshold import EVEN_PROBABILITY
from kickcue.core.position.uncertainty import half_width_m, is_about, to_go
from kickcue.core.race_control import NEXT_SIGNAL, RaceControl
from kickcue.core.sensors.hub import SensorHub
from kickcue.core.units import NS_PER_S, s_to_ns

SLOWEST_MPS = 0.5
NEAR_S = 10.0
"""From here on the time of the bell is worked out from the present speed and the whole belief;
before, pace and mean will do."""
DOUBT_SD = 1.0
"""...and so it is from farther away if the place is not known: hypotheses may disagree by laps."""
FINISHED_PROBABILITY = 0.975
STOOD_S = 30.0
"""Who stands so long after the bell, where the finish may be, has finished: nobody stops for that
long just before the line."""
AT_FINISH_M = 10.0
"""Where the finish may be in any case, however sure the estimate: runners and timekeepers are not
at the very line."""
ON_TIME_S = 0.001
ALONE_S = 3.0
"""While the engine waits for the mark of the bell line, the watch waits this much longer at each
word it hears: a watch that has lost the engine cannot hear the mark either, and even odds are its
best. Sensors speak every second: two words may be lost."""

_TO_GO_M: Final = {Signal.TO_GO_200: 200.0, Signal.TO_GO_100: 100.0, Signal.TO_GO_50: 50.0}


class RaceProgress:
    """Follows a race that is on, from start to finish.

    ``out``, wherever it is an argument, is the list that what follows is added to.
    """

    def __init__(
        self, config: EngineConfig, control: RaceControl, sensors: SensorHub, desk: CueIssuer
    ) -> None:
        self._config = config
        self._control = control
        self._sensors = sensors
        self._desk = desk
        self._lines = LineCues(config, control)
        self._lead_s = config.lead_ms / 1000
        self._hold = False
        self._baseline_spm: float | None = None
        self._baseline_mps: float | None = None

    def advance(self, t_ns: int, timer_ns: int, here: Position, out: list[Output]) -> int | None:
        """Do what is due with the runner ``here`` at ``t_ns``, ``timer_ns`` by the timer.

        Return when more falls due by the passing of time alone, None while that is not known.
        """
        if self._control.in_body:
            if self._lines.wanted:
                self._watch_lines(t_ns, timer_ns, here, out)
            due_ns = self._watch_bell(t_ns, timer_ns, here, out)
            if self._control.in_body:
                return due_ns
        due_ns = self._watch_finish(t_ns, timer_ns, here, out)
        if self._control.racing and not self._hold:
            moment = self._moment(t_ns, timer_ns, here)
            wanted = in_last_window(moment, self._config.race.cues, smile=self._config.smile)
            self._give(t_ns, here, wanted, out)
        return due_ns

    def _watch_bell(
        self, t_ns: int, timer_ns: int, here: Position, out: list[Output]
    ) -> int | None:
        """Give the cue of the bell, or arm the watch; return when it is due where that is near."""
        due = self._seconds_to_bell(timer_ns, here)
        if due is None:
            self._control.bell_in_s = None
            return None
        self._control.bell_in_s, alone_s = due
        if self._control.bell_in_s > ARM_AHEAD_S:
            return None
        to_go_m = self._control.course.distance_m - here.distance_m
        self._hold = self._sensors.over_ceiling(t_ns)
        cue = bell_cue(hold=self._hold, about=is_about(here.sd_m, self._control.course.kick_m))
        if self._control.bell_in_s > ON_TIME_S:
            out.extend(self._desk.arm(t_ns, alone_s, cue, (to_go_m, here.sd_m)))
            return _due_ns(t_ns, self._control.bell_in_s)
        elapsed_s = (timer_ns - self._control.started_ns) / NS_PER_S
        self._baseline_spm = self._sensors.cadence.baseline_spm()
        self._baseline_mps = here.distance_m / elapsed_s if elapsed_s > 0 else None
        self._control.signal(t_ns, Signal.BELL, out)
        if {CueKind.LAST_LAP, CueKind.HOLD} & self._desk.given:
            return None  # the end of the race was taken back after its bell
        if to_go_m > max(self._control.course.kick_m / 2, SILENT_TO_GO_M):
            self._give(t_ns, here, [cue], out)
            return None
        window = self._control.course.window_name  # a late cue is worse than none
        out.extend(self._desk.disarm(t_ns, f"the {window} is already half over"))
        noticed = f"too late for the {window} cue: only {to_go(to_go_m, here.sd_m)}"
        out.append(Notice(t_ns, "bell_missed", noticed, Level.WARNING))
        return None

    def _seconds_to_bell(self, timer_ns: int, here: Position) -> tuple[float, float] | None:
        """Return in how many seconds the bell cue is due, None while the runner stands.

        Twice: as the engine will give it, and as a watch should that hears no more of the engine.
        """
        if here.speed_mps < SLOWEST_MPS:
            return None
        pace_mps = here.speed_mps if here.pace_mps is None else max(here.pace_mps, SLOWEST_MPS)
        rough_s = (self._control.bell_m - here.distance_m) / pace_mps - self._lead_s
        if rough_s - DOUBT_SD * here.sd_m / pace_mps > NEAR_S:
            return None if here.pace_mps is None else (rough_s, rough_s)
        estimator, bell_m = self._control.estimator, self._control.bell_m
        probability = estimator.firing_probability(bell_m, timer_ns)
        cue_s, even_s = (
            (bell_m - estimator.distance_passed_with(share, timer_ns)) / here.speed_mps
            - self._lead_s
            for share in (probability, EVEN_PROBABILITY)
        )
        return cue_s, min(cue_s, max(even_s, ALONE_S))

    def _watch_finish(
        self, t_ns: int, timer_ns: int, here: Position, out: list[Output]
    ) -> int | None:
        """Notice the finish and the metres before it; return when the next of them are due."""
        estimator, finish_m = self._control.estimator, self._control.course.distance_m
        passed = estimator.passed_probability(finish_m, timer_ns)
        if estimator.at_last_line or passed > FINISHED_PROBABILITY:
            self._control.signal(t_ns, Signal.LINE, out)
            return None
        stood_ns = self._standing_at_finish(t_ns, here)
        if stood_ns is not None and t_ns - stood_ns >= s_to_ns(STOOD_S):
            told = (
                f"stopped at the finish for {STOOD_S:.0f} s: finish time taken from when you "
                "stopped"
            )
            out.append(Notice(t_ns, "finish_taken", told))
            self._control.signal(stood_ns, Signal.LINE, out, now_ns=t_ns)
            return None
        while self._control.phase in NEXT_SIGNAL:
            signal = NEXT_SIGNAL[self._control.phase]
            ahead_m = finish_m - _TO_GO_M[signal] - here.distance_m
            if ahead_m > 0.0:
                runs = here.speed_mps > SLOWEST_MPS
                return _due_ns(t_ns, ahead_m / here.speed_mps) if runs else None
            self._control.signal(t_ns, signal, out)
        return None

    def _standing_at_finish(self, t_ns: int, here: Position) -> int | None:
        """Return since when the runner has stood where the finish may be; None: it is not so."""
        off_m = abs(self._control.course.distance_m - here.distance_m)
        if here.speed_mps >= SLOWEST_MPS or off_m > max(half_width_m(here.sd_m), AT_FINISH_M):
            self._control.stood_ns = None
        elif self._control.stood_ns is None:
            self._control.stood_ns = t_ns
        return self._control.stood_ns

    def _watch_lines(self, t_ns: int, timer_ns: int, here: Position, out: list[Output]) -> None:
        """Tell what there is to tell at the line that was passed, if there is one."""
        wanted = self._lines.due(timer_ns, here)
        if wanted:
            given: list[Output] = []
            self._give(t_ns, here, wanted, given, last_window=False)
            self._lines.was_told(given)
            out.extend(given)

    def _give(
        self,
        t_ns: int,
        here: Position,
        wanted: Iterable[Candidate],
        out: list[Output],
        *,
        last_window: bool = True,
    ) -> None:
        """Give the most urgent of the ``wanted`` cues that may be given now."""
        whereabouts = (self._control.course.distance_m - here.distance_m, here.sd_m)
        given = self._desk.give(t_ns, here.distance_m, wanted, whereabouts, last_window=last_window)
        out.extend(given)

    def _moment(self, t_ns: int, timer_ns: int, here: Position) -> Moment:
        return Moment(
            to_go_m=self._control.course.distance_m - here.distance_m,
            error_m=half_width_m(here.sd_m),
            cadence_spm=self._sensors.cadence_spm(t_ns),
            baseline_spm=self._baseline_spm,
            speed_mps=None if self._control.estimator.mode(timer_ns) is CLOCK else here.speed_mps,
            baseline_mps=self._baseline_mps,
            given=self._desk.given,
        )


def _due_ns(t_ns: int, seconds: float) -> int:
    return max(t_ns + s_to_ns(seconds), t_ns + 1)
