"""Distance run, to go and the time of the bell: marks count laps, the pod fills them in.

The best evidence leads: marks > pod x learned scale > pod x generic scale > cadence x step length >
clock x planned pace. All of it goes through one mixture (``mixture.py``), so every answer comes
with an honest standard error.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.events import MarkSource, Mode
from kickcue.core.position.change_points import Track, clocked
from kickcue.core.position.common_lateness import CommonLateness
from kickcue.core.position.firing_threshold import (
    EVEN_PROBABILITY,
    ComponentAtLine,
    firing_probability,
)
from kickcue.core.position.kalman_filter import PACE_NOISE, POD_NOISE, KalmanFilter, Regime
from kickcue.core.position.line_association import Observation, detection_probability
from kickcue.core.position.mark_models import MARK_MODELS, MarkModel
from kickcue.core.position.mixture import GaussianMixture
from kickcue.core.position.monitors import Monitors
from kickcue.core.position.odometer import JOGGING_MPS, Odometer
from kickcue.core.position.parameters import PARAMETERS, ProcessNoise
from kickcue.core.position.scale_measurement import NO_POD, PodScale
from kickcue.core.position.scale_prior import GENERIC_SCALE, GENERIC_SCALE_SD
from kickcue.core.position.speed_leaps import SpeedLeaps
from kickcue.core.units import NS_PER_S
from kickcue.core.zero_crossing import zero_crossing

MARK_GOOD_FOR_LAPS: Final = PARAMETERS.mark_good_for_laps
TYPICAL_RUNNING_MPS: Final = 4.0
"""The speed that a cadence is taken for before any is known."""
START_SEEN_WITHIN_NS: Final = 5 * NS_PER_S
"""A pod whose first reading comes this soon after the gun has seen the start."""
UNDO_WITHIN_NS: Final = 600 * NS_PER_S
"""A press can be undone for ten minutes: two laps of somebody who walks [judgement]."""
MAX_CALLS_SINCE_PRESS: Final = 10_000
"""What came since a press is kept to be handled again: sixteen calls a second over
``UNDO_WITHIN_NS``. After more of them the press stands."""
AUTOMATIC: Final = frozenset({MarkSource.GATE, MarkSource.BEACON})
"""Automatic marks: undo does not remove them."""
CLOCK: Final = Mode.CLOCK
MARKS: Final = Mode.MARKS
"""The two that are meant at nearly every reading: an Enum is slow to look up."""
QUANTILE_TOLERANCE_M: Final = 1e-6
QUANTILE_RANGE_SDS: Final = 6.0


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


Call = tuple[str, *tuple[object, ...]]
"""The name of a method, and its arguments, kept to be called again.

A bound method would be traversed at each garbage collection, and thousands are kept.
"""


class _BeforeMark(NamedTuple):
    """What undo restores; ``t_ns`` is when the mark was made."""

    t_ns: int
    mixture: GaussianMixture
    odometer: Odometer
    marked_at_m: float | None
    source: MarkSource | None
    monitors: Monitors
    shared_sd_m: float
    leaps: SpeedLeaps


class PositionEstimator:
    """Follows one runner over one course."""

    def __init__(self, course: Course, prior: ScalePrior, planned_mps: float) -> None:
        self._course = course
        self._prior = prior
        self._odometer = Odometer(planned_mps)
        self._mixture: GaussianMixture | None = None
        self._monitors = Monitors(self._common_lateness(self._pod_hypotheses()[0]))
        self._leaps = SpeedLeaps()
        self._undo: _BeforeMark | None = None
        self._since_press: list[Call] = []
        self._marked_at_m: float | None = None
        self._source: MarkSource | None = None
        self._received_ns: int | None = None
        self._started_ns = 0
        self._running_since: tuple[int, float] | None = None
        """Before the start: since when the pod has been running, and its metres then."""
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
        self._undo, self._since_press = None, []
        self._marked_at_m = self._source = None
        self._shared_sd_m = 0.0
        self._mixture = self._at_the_gun(t_ns)
        self._monitors = Monitors(self._common_lateness(self._mixture.hypotheses[0]))
        self._leaps = SpeedLeaps()

    def _at_the_gun(self, t_ns: int) -> GaussianMixture:
        hypotheses = self._pod_hypotheses()
        wrong_start = PARAMETERS.start_standing
        if self._received_ns is None:
            wrong_start = PARAMETERS.start_unseen
            hypotheses = [
                clocked(
                    KalmanFilter.at_start(1.0, 1.0, 1.0, 1.0),
                    self._odometer.planned_mps,
                    PARAMETERS.planned_pace_sd,
                )
            ]
        elif self._running_since is not None:
            wrong_start = PARAMETERS.start_running
            since_ns, since_m = self._running_since
            ran_s = (t_ns - since_ns) / NS_PER_S
            if ran_s <= PARAMETERS.max_late_start_s:
                share = (
                    PARAMETERS.ran_before_start
                    if ran_s <= PARAMETERS.warm_up_s
                    else PARAMETERS.ran_long_before_start
                )
                ran = [h.copy() for h in hypotheses]
                for h in ran:
                    h.weight *= share
                    h.distance_m, h.p_ss, h.regime, h.changed = (
                        self._odometer.total_m - since_m,
                        PARAMETERS.ran_before_start_sd_m**2,
                        Regime.SHIFTED,
                        True,
                    )
                    h.last_mark_m = h.distance_m
                    h.last_line = bisect_left(self._course.crossings_m, h.distance_m) - 1
                for h in hypotheses:
                    h.weight *= 1.0 - share
                hypotheses = sorted(ran + hypotheses, key=lambda h: -h.weight)
        for h in hypotheses:
            h.last_mark_ns = t_ns
        course = self._course
        track = Track(
            course.crossings_m,
            course.marker_m,
            _start_lines_m(course),
            self._odometer.planned_mps,
            wrong_start,
            laps=course.lap_m is not None,
        )
        return GaussianMixture(hypotheses, track)

    def _common_lateness(self, h: KalmanFilter) -> CommonLateness:
        return CommonLateness(h, self._course.first_crossing_m, self._course.marker_m)

    def _pod_hypotheses(self) -> list[KalmanFilter]:
        prior = self._prior
        if self._odometer.by_cadence and self._odometer.step_length_is_guessed:
            speed_mps = self._odometer.speed_mps or TYPICAL_RUNNING_MPS
            return [
                KalmanFilter.at_start(
                    1.0,
                    self._odometer.planned_mps / speed_mps,
                    PARAMETERS.step_length_sd,
                    PARAMETERS.cadence_start_var_m2,
                )
            ]
        wide = max(PARAMETERS.outlier_scale_sd, 2.0 * prior.sd)
        return [
            KalmanFilter.at_start(
                1.0 - PARAMETERS.outlier_weight,
                prior.mean,
                prior.sd,
                start_var_m2=PARAMETERS.start_var_m2,
            ),
            KalmanFilter.at_start(
                PARAMETERS.outlier_weight, prior.mean, wide, start_var_m2=PARAMETERS.start_var_m2
            ),
        ]

    def handle_reading(
        self,
        t_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> None:
        """Handle one reading of a foot pod."""
        if self._undo is not None:
            self._keep_for_undo(
                t_ns, ("handle_reading", t_ns, pod, speed_mps, total_m, cadence_spm)
            )
        step = self._odometer.update(t_ns, pod, speed_mps, total_m, cadence_spm)
        if step is None:
            return
        first, self._received_ns = self._received_ns is None, t_ns
        self._follow_warm_up(t_ns)
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

    def _follow_warm_up(self, t_ns: int) -> None:
        running = self._odometer.speed_mps is not None and self._odometer.speed_mps > JOGGING_MPS
        if not running:
            self._running_since = None
        elif self._running_since is None:
            self._running_since = (t_ns, self._odometer.total_m)

    def _switch_to_pod(self, t_ns: int) -> None:
        """Go by the pod from here on: until now there was the clock alone."""
        assert self._mixture is not None
        both = []
        for h in self._mixture.hypotheses:
            for pod in self._pod_hypotheses():
                copy = h.copy()
                copy.weight *= pod.weight
                copy.clock_mps = 0.0
                (
                    copy.scale_error,
                    copy.scale_drift,
                    copy.p_cc,
                    copy.p_co,
                    copy.p_oo,
                    copy.p_sc,
                    copy.p_so,
                ) = (
                    pod.scale_error,
                    0.0,
                    pod.p_cc,
                    0.0,
                    pod.p_oo,
                    0.0,
                    0.0,
                )
                if t_ns - self._started_ns < START_SEEN_WITHIN_NS:
                    copy.p_ss = PARAMETERS.start_var_m2
                both.append(copy)
        self._mixture.hypotheses = sorted(both, key=lambda h: -h.weight)
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
            self._keep_for_undo(t_ns, ("mark", t_ns, source, age_s, shared_sd_m))
        else:
            self._undo, self._since_press = before_mark, []
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
            self._undo, self._since_press = before_mark, []
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

    def _keep_for_undo(self, t_ns: int, call: Call) -> None:
        """Keep what comes after a press, to be handled again should the press be undone.

        In the end the press can no longer be undone.
        """
        if self._undo is None:
            return
        if (
            t_ns - self._undo.t_ns > UNDO_WITHIN_NS
            or len(self._since_press) >= MAX_CALLS_SINCE_PRESS
        ):
            self._undo, self._since_press = None, []
        else:
            self._since_press.append(call)

    def _before(self, t_ns: int, mixture: GaussianMixture) -> _BeforeMark:
        return _BeforeMark(
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
        return self._undo is not None

    def undo_mark(self) -> bool:
        """Undo the last mark that a person made, as if it had never been; False: there is none."""
        if self._undo is None:
            return False
        before, since, self._undo, self._since_press = self._undo, self._since_press, None, []
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
        copy._since_press = list(self._since_press)
        return copy  # what undo restores is copied when it does

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
        return _quantile(self._components(t_ns), probability)

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
                _still_detectable(h, distance_m, model),
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
        return _mass_beyond(self._components(t_ns), distance_m)

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

    def _components(self, t_ns: int) -> "_Components":
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


def _still_detectable(h: KalmanFilter, distance_m: float, model: MarkModel) -> float:
    """Return how probably the line at ``distance_m`` still gives a mark; 0: none is waited for."""
    next_line = h.last_line + 1
    if distance_m not in h.lines_m[next_line : next_line + PARAMETERS.waited_lines]:
        return 0.0
    return detection_probability(h, next_line, model)


def _start_lines_m(course: Course) -> tuple[float, ...]:
    """Return where the runner passes the start line again.

    Nowhere on the road, or where finish line and start line are one or near.
    """
    lap_m, first_m = course.lap_m, course.first_crossing_m
    if lap_m is None or min(first_m, lap_m - first_m) < PARAMETERS.min_line_spacing_m:
        return ()
    return tuple(n * lap_m for n in range(1, int(course.distance_m / lap_m) + 1))


_ROOT_2: Final = math.sqrt(2.0)
_Components = list[tuple[float, float, float]]
"""A Gaussian mixture: weight, mean and standard deviation of each component."""


def _mass_beyond(components: _Components, x: float) -> float:
    """Return the probability mass above ``x``."""
    return _mass_above([(w * 0.5, mean, sd * _ROOT_2) for w, mean, sd in components], x)


def _mass_above(scaled: _Components, x: float) -> float:
    """Return the mass above ``x``; components as erfc wants them: weight / 2, mean, sqrt(2) sd."""
    mass, erfc = 0.0, math.erfc
    for half, mean, width in scaled:
        mass += half * erfc((x - mean) / width)
    return mass


def _quantile(components: _Components, probability: float) -> float:
    """Return the x above which ``probability`` of a mixture lies."""
    if len(components) == 1 and probability == EVEN_PROBABILITY:
        return components[0][1]
    low = min(mean - QUANTILE_RANGE_SDS * sd for _, mean, sd in components)
    high = max(mean + QUANTILE_RANGE_SDS * sd for _, mean, sd in components)
    scaled = [(w * 0.5, mean, sd * _ROOT_2) for w, mean, sd in components]

    def more(x: float) -> float:
        return _mass_above(scaled, x) - probability

    return zero_crossing(more, (low, more(low)), (high, more(high)), QUANTILE_TOLERANCE_M)
