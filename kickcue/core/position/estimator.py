"""Distance run, to go and the time of the bell: marks count laps, the pod fills them in.

The best evidence leads: marks > pod x learned scale > pod x generic scale > cadence x step length >
clock x planned pace. All of it goes through one mixture (``mixture.py``), so every answer comes
with an honest standard error.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.events import MarkSource, Mode
from kickcue.core.position.common_lateness import CommonLateness
from kickcue.core.position.firing_threshold import (
    EVEN_PROBABILITY,
    ComponentAtLine,
    firing_probability,
)
from kickcue.core.position.kalman_filter import PACE_NOISE, POD_NOISE, KalmanFilter
from kickcue.core.position.line_association import Observation, next_detection_probability
from kickcue.core.position.mark_models import MARK_MODELS, MarkModel
from kickcue.core.position.mark_undo import BeforeMark, MarkUndo
from kickcue.core.position.mixture import GaussianMixture
from kickcue.core.position.mixture_quantile import Components, mass_above, quantile
from kickcue.core.position.monitors import Monitors
from kickcue.core.position.odometer import Odometer
from kickcue.core.position.parameters import PARAMETERS, ProcessNoise
from kickcue.core.position.scale_measurement import NO_POD, PodScale
from kickcue.core.position.scale_prior import GENERIC_SCALE, GENERIC_SCALE_SD
from kickcue.core.position.speed_leaps import SpeedLeaps
from kickcue.core.position.start_hypotheses import (
    OdometerReading,
    clock_hypothesis,
    hypotheses_at_gun,
    pod_hypotheses,
    running_since,
    switched_to_pod,
    track_of,
)
from kickcue.core.units import NS_PER_S

MARK_GOOD_FOR_LAPS: Final = PARAMETERS.mark_good_for_laps
AUTOMATIC: Final = frozenset({MarkSource.GATE, MarkSource.BEACON})
"""Automatic marks: undo does not remove them."""
CLOCK: Final = Mode.CLOCK
MARKS: Final = Mode.MARKS
"""The two that are meant at nearly every reading: an Enum is slow to look up."""


@dataclass(frozen=True, slots=True)
class ScalePrior:
    """True metres per pod metre before the race: generic, or learned from earlier ones."""

    mean: float = GENERIC_SCALE
    sd: float = GENERIC_SCALE_SD


class Position(NamedTuple):
    """Distance run with its standard deviation, and the true speed, or the planned one."""

    distance_m: float
    sd_m: float
    speed_mps: float
    pace_mps: float | None
    """The same over the last half minute, None in the first seconds."""


class PositionEstimator:
    """Follows one runner over one course."""

    def __init__(self, course: Course, prior: ScalePrior, planned_mps: float) -> None:
        self._course = course
        self._prior = prior
        self._odometer = Odometer(planned_mps)
        self._mixture: GaussianMixture | None = None
        self._monitors = Monitors(self._common_lateness(self._pod_hypotheses()[0]))
        self._leaps = SpeedLeaps()
        self._undo = MarkUndo()
        self._marked_at_m: float | None = None
        self._source: MarkSource | None = None
        self._received_ns: int | None = None
        self._started_ns = 0
        self._running_since: OdometerReading | None = None
        self._shared_sd_m = 0.0
        """One standard deviation of the error that all marks of a learned line share: it does not
        average out."""

    def set_course(self, course: Course) -> None:
        """Set another course; only before the start of the race."""
        self._course = course

    def set_prior(self, prior: ScalePrior) -> None:
        """Set what is known of the pod's scale; only before a start."""
        self._prior = prior

    def start(self, t_ns: int, *, seen: bool = False) -> None:
        """Begin the race: distance is zero here.

        ``seen``: the start was found in the readings themselves, so that what was run before it is
        no part of it.
        """
        if seen:
            self._running_since = None
        self._odometer.catch_up(t_ns)
        self._started_ns = t_ns
        self._undo = MarkUndo()
        self._marked_at_m = self._source = None
        self._shared_sd_m = 0.0
        self._mixture = self._at_the_gun(t_ns)
        self._monitors = Monitors(self._common_lateness(self._mixture.hypotheses[0]))
        self._leaps = SpeedLeaps()

    def _at_the_gun(self, t_ns: int) -> GaussianMixture:
        planned_mps = self._odometer.planned_mps
        if self._received_ns is None:
            hypotheses, wrong_start = [clock_hypothesis(planned_mps)], PARAMETERS.start_unseen
        else:
            hypotheses, wrong_start = hypotheses_at_gun(
                self._pod_hypotheses(),
                self._running_since,
                OdometerReading(t_ns, self._odometer.total_m),
                self._course.crossings_m,
            )
        for h in hypotheses:
            h.last_mark_ns = t_ns
        return GaussianMixture(hypotheses, track_of(self._course, planned_mps, wrong_start))

    def _common_lateness(self, h: KalmanFilter) -> CommonLateness:
        return CommonLateness(h, self._course.first_crossing_m, self._course.marker_m)

    def _pod_hypotheses(self) -> list[KalmanFilter]:
        return pod_hypotheses(self._odometer, self._prior.mean, self._prior.sd)

    def handle_reading(
        self,
        t_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> None:
        """Handle one reading of a foot pod."""
        if self._undo.possible:
            self._undo.keep(t_ns, ("handle_reading", t_ns, pod, speed_mps, total_m, cadence_spm))
        step = self._odometer.update(t_ns, pod, speed_mps, total_m, cadence_spm)
        if step is None:
            return
        first, self._received_ns = self._received_ns is None, t_ns
        self._running_since = running_since(self._running_since, t_ns, self._odometer)
        if self._mixture is not None:
            if first:
                self._switch_to_pod(t_ns)
            noise = self._noise
            self._mixture.predict(step.dd_m, step.dt_s, step.var_m2, noise)
            self._monitors.predict(step, NO_POD if self._odometer.by_cadence else pod, noise)
            if self._odometer.jump_m:
                self._mixture.split_by_jump(
                    self._odometer.jump_m, as_run=self._odometer.jump_as_run
                )
            leap = self._leaps.update(t_ns, speed_mps, cadence_spm, self._odometer.total_m)
            if leap is not None and self._mixture.split_by_leap(leap):
                self._monitors.rescale(self._mixture.hypotheses[0], leap)
                self._odometer.rescale_pace(leap.ratio)

    def _switch_to_pod(self, t_ns: int) -> None:
        """Go by the pod from here on: until now there was the clock alone."""
        assert self._mixture is not None
        self._mixture.hypotheses = switched_to_pod(
            self._mixture.hypotheses, self._pod_hypotheses(), t_ns - self._started_ns
        )
        self._monitors.restart_lateness(self._common_lateness(self._mixture.hypotheses[0]))

    def pause(self) -> None:
        """Handle a stopped recorder: what is walked meanwhile is no part of the race."""
        self._odometer.pause()
        self._leaps.reset()

    @property
    def at_last_line(self) -> bool:
        """Whether the finish line itself has been marked."""
        return self._mixture is not None and self._mixture.marked_line_m == self._course.distance_m

    def mark(
        self, t_ns: int, source: MarkSource, age_s: float = 0.0, shared_sd_m: float = 0.0
    ) -> float | None:
        """Handle a mark ``age_s`` after (below 0: before) its line; return that line in metres.

        None for a double or a stray one. ``shared_sd_m``: standard deviation of the error that it
        has in common with all marks of its source.
        """
        if self._mixture is None:
            return None
        before_mark = self._before(t_ns, self._mixture)
        if source in AUTOMATIC:
            self._undo.keep(t_ns, ("mark", t_ns, source, age_s, shared_sd_m))
        else:
            self._undo.begin(before_mark)
        before = self._mixture.marked_line_m
        silent = self._odometer.silent_since(self._odometer.t_ns, t_ns)
        if silent:
            self._catch_up(t_ns)
        speed_mps, ahead = self._speed_mps(), self._odometer.ahead(t_ns)
        model = self._mark_model(source).aged(age_s)
        heaviest_before = self._mixture.hypotheses[0]
        observation = Observation(
            t_ns, model, speed_mps, *ahead, self._since_s(t_ns), repeated=False
        )
        self._mixture.update(t_ns, model, speed_mps, ahead, self._since_s(t_ns))
        line_m = self._mixture.marked_line_m
        if line_m is None or line_m == before:
            return None
        if self.at_last_line:  # a race that ends with it can be undone, whatever made the mark
            self._undo.begin(before_mark)
        self._shared_sd_m = max(self._shared_sd_m, shared_sd_m)
        pressed = source not in AUTOMATIC
        heaviest_after = self._mixture.hypotheses[0]
        self._monitors.update(heaviest_before, heaviest_after, line_m, observation, pressed=pressed)
        self._marked_at_m, self._source = self._odometer.total_m, source
        if silent:
            self._odometer.restart_total()
            self._odometer.set_marked_pace(line_m * NS_PER_S / (t_ns - self._started_ns))
        return line_m

    def _mark_model(self, source: MarkSource) -> MarkModel:
        """Return the model of marks from ``source`` on this course."""
        model = MARK_MODELS[source]
        return model.at_boards() if self._course.lap_m is None else model

    def _before(self, t_ns: int, mixture: GaussianMixture) -> BeforeMark:
        return BeforeMark(
            t_ns,
            mixture.copy(),
            self._odometer.copy(),
            self._marked_at_m,
            self._source,
            self._monitors.copy(),
            self._shared_sd_m,
            self._leaps.copy(),
        )

    def _catch_up(self, t_ns: int) -> None:
        step = self._odometer.catch_up(t_ns)
        if step is not None and self._mixture is not None:
            self._mixture.predict(step.dd_m, step.dt_s, step.var_m2, self._noise)
            self._monitors.predict(step, NO_POD, self._noise)

    @property
    def _noise(self) -> ProcessNoise:
        """The process noise of the metres that the odometer counts now."""
        return PACE_NOISE if self._odometer.by_cadence else POD_NOISE

    @property
    def has_mark_to_undo(self) -> bool:
        """Whether a mark that a person made can be undone."""
        return self._undo.possible

    def undo_mark(self) -> bool:
        """Undo the last mark that a person made, as if it had never been; False: there is none."""
        undone = self._undo.take()
        if undone is None:
            return False
        before, since = undone
        self._mixture, self._odometer = before.mixture.copy(), before.odometer.copy()
        self._marked_at_m, self._source = before.marked_at_m, before.source
        self._monitors, self._shared_sd_m = before.monitors.copy(), before.shared_sd_m
        self._leaps = before.leaps.copy()
        for name, *what in since:
            getattr(self, name)(*what)
        return True

    def copy(self) -> "PositionEstimator":
        """Return an independent copy, to go on in another way."""
        copy = PositionEstimator(self._course, self._prior, self._odometer.planned_mps)
        copy.__dict__.update(self.__dict__)
        copy._odometer = self._odometer.copy()
        copy._mixture = None if self._mixture is None else self._mixture.copy()
        copy._monitors, copy._leaps = self._monitors.copy(), self._leaps.copy()
        copy._undo = self._undo.copy()
        return copy

    def deny_finish(self, t_ns: int) -> None:
        """Update by the fact that at ``t_ns`` the runner has not finished, as was estimated."""
        if self._mixture is not None:
            dd_m, dd_sd_m = self._odometer.ahead(t_ns)
            self._mixture.deny_finish(dd_m, self._since_s(t_ns), dd_sd_m * dd_sd_m)

    def pods(self) -> tuple[str, ...]:
        """Return the pods that the distance of this race was taken from, most metres first."""
        return self._monitors.pods()

    def measured_scale(self) -> PodScale | None:
        """Return what the marks of this race measure of the pod's scale.

        None while that is not worth handing on.
        """
        if (
            self._mixture is None
            or self._marked_at_m is None
            or self._mixture.hypotheses[0].changed
        ):
            return None
        if (
            self._odometer.total_m - self._marked_at_m
            > PARAMETERS.mark_teaches_for_laps * self._course.marker_m
        ):
            return None
        return self._monitors.measured_scale(self._mixture.hypotheses)

    def position_at(self, t_ns: int) -> Position | None:
        """Return the estimate at ``t_ns``, which must not lie before the last reading."""
        if self._mixture is None:
            return None
        if t_ns == self._odometer.t_ns:  # at a reading
            dd_m = dd_sd_m = since_s = 0.0
        else:
            dd_m, dd_sd_m = self._odometer.ahead(t_ns)
            since_s = self._since_s(t_ns)
        mean, variance = self._mixture.moments(dd_m, since_s, dd_sd_m * dd_sd_m)
        heaviest = self._mixture.hypotheses[0]
        if self._monitors.add_variance:
            variance += self._monitors.variance_m2(self._mixture.hypotheses, mean, dd_m, since_s)
        sd_m = math.sqrt(variance + self._shared_sd_m * self._shared_sd_m)
        if heaviest.clock_mps:
            return Position(
                mean, sd_m, heaviest.clock_mps * heaviest.scale, heaviest.clock_mps * heaviest.scale
            )
        pod_mps, pace_mps = self._odometer.speed_mps, self._odometer.pace_mps
        if pod_mps is None:
            return Position(mean, sd_m, self._odometer.planned_mps, self._odometer.planned_mps)
        scale = heaviest.scale
        return Position(mean, sd_m, pod_mps * scale, None if pace_mps is None else pace_mps * scale)

    def distance_passed_with(self, probability: float, t_ns: int) -> float:
        """Return the distance that the runner has passed with ``probability`` at ``t_ns``."""
        if self._mixture is None:
            return -math.inf
        return quantile(self._components(t_ns), probability)

    def firing_probability(self, distance_m: float, t_ns: int) -> float:
        """Return how probably ``distance_m`` must have been passed to fire.

        More than a half while its mark is due.
        """
        if self._mixture is None or self._source is None:
            return EVEN_PROBABILITY
        model = self._mark_model(self._source)
        dd_m, dd_sd_m = self._odometer.ahead(t_ns)
        since_s = self._since_s(t_ns)
        places = [
            ComponentAtLine(
                component.weight,
                component.mean_m - distance_m,
                math.sqrt(component.variance_m2),
                next_detection_probability(h, distance_m, model),
            )
            for h, component in zip(
                self._mixture.hypotheses,
                self._mixture.components(dd_m, since_s, dd_sd_m * dd_sd_m),
                strict=True,
            )
        ]
        return firing_probability(places, *model.known_after_m(self._speed_mps()))

    def passed_probability(self, distance_m: float, t_ns: int) -> float:
        """Return the probability that the runner has passed ``distance_m`` at ``t_ns``."""
        if self._mixture is None:
            return 0.0
        return mass_above(self._components(t_ns), distance_m)

    def mode(self, t_ns: int) -> Mode:
        """Return the best evidence that the estimate rests on now."""
        if self._mixture is None:
            return Mode.NONE
        if (
            self._mixture.hypotheses[0].clock_mps
            or self._received_ns is None
            or self._odometer.silent_since(self._received_ns, t_ns)
        ):
            return CLOCK
        if (
            self._marked_at_m is not None
            and self._odometer.total_m - self._marked_at_m
            < MARK_GOOD_FOR_LAPS * self._course.marker_m
        ):
            return MARKS
        if self._odometer.by_cadence:
            return Mode.CADENCE
        learned = self._marked_at_m is not None or self._prior.sd <= PARAMETERS.learned_scale_sd
        return Mode.POD_LEARNED if learned else Mode.POD

    def _since_s(self, t_ns: int) -> float:
        """Return how long ago the odometer last counted."""
        counted_ns = self._odometer.t_ns
        return 0.0 if counted_ns is None or t_ns <= counted_ns else (t_ns - counted_ns) / NS_PER_S

    def _components(self, t_ns: int) -> Components:
        assert self._mixture is not None
        dd_m, _ = self._odometer.ahead(t_ns)
        return [
            (w, mean, math.sqrt(variance))
            for w, mean, variance in self._mixture.components(dd_m, self._since_s(t_ns))
        ]

    def _speed_mps(self) -> float:
        """Return the true speed, or the planned one where that is unknown."""
        if self._mixture is None or self._odometer.speed_mps is None:
            return self._odometer.planned_mps
        heaviest = self._mixture.hypotheses[0]
        return (heaviest.clock_mps or self._odometer.speed_mps) * heaviest.scale
