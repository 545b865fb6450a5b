"""What the runner may want to be told at a line of the body: off even pace, and the lap's time."""

from collections.abc import Iterable
from dataclasses import replace

from kickcue.core.cueing.arbiter import SPACING_M, SPACING_S, Candidate
from kickcue.core.cueing.even_pace import EARLY_SHARE, EvenSchedule, PaceWatch
from kickcue.core.cueing.lap_splits import Splits, split_cue
from kickcue.core.cueing.policy import off_even_pace
from kickcue.core.engine_config import EngineConfig
from kickcue.core.events import Cue, CueKind, Output
from kickcue.core.line_times import SLOWEST_MPS, LinePassed, LineTimes
from kickcue.core.position.estimator import Position
from kickcue.core.race_control import RaceControl
from kickcue.core.units import NS_PER_S


class LineCues:
    """Looks at each line of the race that ``control`` is in; ask it in the body alone."""

    def __init__(self, config: EngineConfig, control: RaceControl) -> None:
        self.wanted = config.target_s is not None or config.splits is not Splits.OFF
        """Whether there is ever anything to tell."""
        self._config, self._control = config, control
        course = config.race.course
        self._schedule = (
            None if config.target_s is None else EvenSchedule(course.distance_m, config.target_s)
        )
        self._race: object = None
        """Which race it follows: the very one, not its like."""

    def _begin(self) -> None:
        """Begin with another race: started, come back to, or over another distance."""
        course = self._control.course
        self._race = self._control.race
        self._times = LineTimes(course.crossings_m, course.marker_m, self._control.started_ns)
        lap_s = 0.0 if self._schedule is None else self._schedule.flying_s_per_m * course.marker_m
        self._pace = PaceWatch(lap_s)
        self._off_s = 0.0

    def due(self, timer_ns: int, here: Position) -> list[Candidate]:
        """Return what is to be told now, if anything; ``was_told`` must hear what was given."""
        if self._race is not self._control.race:
            self._begin()
        line = self._times.passed(timer_ns, here, self._control.marked)
        if line is None or self._is_near_bell(here):
            return []
        off_pace, split = self._off_pace(line), self._split(line)
        if off_pace is not None:
            off_pace = replace(off_pace, after=split)
        return [each for each in (off_pace, split) if each is not None]

    def was_told(self, given: Iterable[Output]) -> None:
        """Note which of the cues that were ``due`` were given."""
        if any(isinstance(each, Cue) and each.kind is CueKind.EVEN for each in given):
            self._pace.told(self._off_s)

    def _is_near_bell(self, here: Position) -> bool:
        ahead_m = self._control.bell_m - here.distance_m
        return ahead_m < max(SPACING_M, SPACING_S * max(here.speed_mps, SLOWEST_MPS))

    def _off_pace(self, line: LinePassed) -> Candidate | None:
        course = self._control.course
        schedule = self._schedule
        if schedule is None or schedule.distance_m != course.distance_m:  # a goal is for a distance
            return None
        if line.number >= course.laps - 1:  # the last lap, also where the bell comes within it
            return None
        ran_s = (line.passed_ns - self._control.started_ns) / NS_PER_S
        self._off_s = ran_s - schedule.at(line.line_m)
        if not self._pace.is_worth_a_cue(self._off_s, line.error_s):
            return None
        return off_even_pace(self._off_s, early=line.line_m <= EARLY_SHARE * course.distance_m)

    def _split(self, line: LinePassed) -> Candidate | None:
        if line.lap_s is None:
            return None
        return split_cue(self._config.splits, line.number, line.lap_s, line.lap_error_s)
