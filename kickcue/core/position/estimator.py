"""Distance run, to go and the time of the bell: marks count laps, the pod fills them in.

The best evidence leads: marks > pod x learned scale > pod x generic scale > cadence x step length >
clock x planned pace. All of it goes through one belief (``mixture.py``), so every answer comes with
an honest standard error.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.events import MarkSource, Mode
from kickcue.core.position.change_points import PRIORS, Track, clocked
from kickcue.core.position.common_lateness import CommonLateness
from kickcue.core.position.firing_threshold import EVEN_ODDS, Awaited, odds_to_fire
from kickcue.core.position.kalman_filter import PACE_DRIFT, POD_DRIFT, Drift, KalmanFilter, Regime
from kickcue.core.position.line_association import Observation, seen_next
from kickcue.core.position.mark_models import MARK_MODELS, MarkModel
from kickcue.core.position.mixture import GaussianMixture
from kickcue.core.position.monitors import Monitors
from kickcue.core.position.odometer import RUNNING_MPS, Odometer
from kickcue.core.position.scale_measurement import NO_POD, PodScale
from kickcue.core.position.speed_leaps import SpeedLeaps
from kickcue.core.units import NS_PER_S
from kickcue.core.zero_crossing import zero_crossing

MARK_GOOD_FOR_LAPS = 1.3
"""Without a mark for longer than this many laps the count stands on the pod again."""
MARK_TEACHES_FOR_LAPS = 2.5
"""With the last mark that fits a line farther back the marks, or the pod, were given up: nothing of
them is for other races."""
LEARNED_SD = 0.015
OUTLIER_WEIGHT, OUTLIER_SD = 0.005, 0.08
"""One pod in two hundred is far off (shoe change, wrong runner's pod); a small wide hypothesis
keeps the door open."""
STOPPED_AFTER_LINES = 3
"""So many lines in a row without a mark, and no further one is waited for."""
CADENCE_SD = 0.22
"""Of the step length while unknown: that of a race's pace against the planned one."""
CADENCE_START_VAR_M2 = 10.0**2
"""Legs turn at once, and the body follows."""
USUAL_CADENCE_MPS = 4.0
WARM_UP_S, LATEST_START_S = 60.0, 180.0
"""Who has been running for longer than the first when the start is pressed was more probably
warming up; beyond the second surely."""
RAN_SD_M = 8.0
"""How well the pod tells what was run before a late start: it begins slowly, and lags."""
RAN_SHARE, LONG_RAN_SHARE = 0.6, 0.3
"""Share of those in whom what the pod ran before the start belongs to the race."""
UNDO_WITHIN_NS: Final = 600 * NS_PER_S
"""A press can be taken back for ten minutes: two laps of somebody who walks [judgement]."""
MOST_SINCE_PRESS: Final = 10_000
"""What came since a press is kept to be read again: sixteen a second over ``UNDO_WITHIN_NS``. After
more of it the press stands."""
UNPRESSED: Final = frozenset({MarkSource.GATE, MarkSource.BEACON})
"""Marks that nobody made, and nobody takes back."""
CLOCK: Final = Mode.CLOCK
MARKS: Final = Mode.MARKS
"""The two that are meant at nearly every reading: an Enum is slow to look up."""
WITHIN_M: Final = 1e-6
"""So well is worked out which place has been passed with a given probability."""
APART_M = 50.0
"""Lines nearer than this to each other are not told apart by a first mark."""


@dataclass(frozen=True, slots=True)
class ScalePrior:
    """True metres per pod metre before the race: generic, or learned from earlier ones."""

    mean: float = 1.0
    sd: float = 0.03


class Position(NamedTuple):
    """Distance run with its standard deviation, and the true speed, or the planned one."""

    distance_m: float
    sd_m: float
    speed_mps: float
    pace_mps: float | None
    """The same over the last half minute, None in the first seconds."""


Call = tuple[str, *tuple[object, ...]]
"""The name of a method, and what it was called with, kept to be called again.

The method itself would be looked at whenever Python collects garbage, and thousands are kept.
"""


class _Before(NamedTuple):
    """What a mark that is taken back had changed; ``t_ns`` is when it was made."""

    t_ns: int
    belief: GaussianMixture
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
        self._belief: GaussianMixture | None = None
        self._monitors = Monitors(self._common_lateness(self._pod_hypotheses()[0]))
        self._leaps = SpeedLeaps()
        self._undo: _Before | None = None
        self._since_press: list[Call] = []
        self._marked_at_m: float | None = None
        self._source: MarkSource | None = None
        self._heard_ns: int | None = None
        self._started_ns = 0
        self._running_since: tuple[int, float] | None = None
        """Before the start: since when the pod has been running, and its metres then."""
        self._shared_sd_m = 0.0
        """Of the error that the marks of a learned line have in common: no number of them makes it
        smaller."""

    def go_by(self, course: Course) -> None:
        """Follow the runner over another course; before the start of the race alone."""
        self._course = course

    def start(self, t_ns: int) -> None:
        """Begin the race: distance is zero here."""
        self._odometer.catch_up(t_ns)
        self._started_ns = t_ns
        self._undo, self._since_press = None, []
        self._marked_at_m = self._source = None
        self._shared_sd_m = 0.0
        self._belief = self._at_the_gun(t_ns)
        self._monitors = Monitors(self._common_lateness(self._belief.hypotheses[0]))
        self._leaps = SpeedLeaps()

    def _at_the_gun(self, t_ns: int) -> GaussianMixture:
        hypotheses = self._pod_hypotheses()
        start_prior = PRIORS.start_standing
        if self._heard_ns is None:
            start_prior = PRIORS.start_unseen
            hypotheses = [
                clocked(
                    KalmanFilter.at_start(1.0, 1.0, 1.0, 1.0),
                    self._odometer.planned_mps,
                    PRIORS.first_pace_sd,
                )
            ]
        elif self._running_since is not None:
            start_prior = PRIORS.start_running
            since_ns, since_m = self._running_since
            ran_s = (t_ns - since_ns) / NS_PER_S
            if ran_s <= LATEST_START_S:
                share = RAN_SHARE if ran_s <= WARM_UP_S else LONG_RAN_SHARE
                ran = [h.copy() for h in hypotheses]
                for h in ran:
                    h.weight *= share
                    h.s, h.ss, h.regime, h.changed = (
                        self._odometer.total_m - since_m,
                        RAN_SD_M**2,
                        Regime.SHIFTED,
                        True,
                    )
                    h.tied_m = h.s
                    h.last_line = bisect_left(self._course.crossings_m, h.s) - 1
                for h in hypotheses:
                    h.weight *= 1.0 - share
                hypotheses = sorted(ran + hypotheses, key=lambda h: -h.weight)
        for h in hypotheses:
            h.tied_ns = t_ns
        course = self._course
        track = Track(
            course.crossings_m,
            course.marker_m,
            _start_lines_m(course),
            self._odometer.planned_mps,
            start_prior,
            laps=course.lap_m is not None,
        )
        return GaussianMixture(hypotheses, track)

    def _common_lateness(self, h: KalmanFilter) -> CommonLateness:
        return CommonLateness(h, self._course.first_crossing_m, self._course.marker_m)

    def _pod_hypotheses(self) -> list[KalmanFilter]:
        prior = self._prior
        if self._odometer.by_cadence and self._odometer.step_is_guessed:
            speed_mps = self._odometer.speed_mps or USUAL_CADENCE_MPS
            return [
                KalmanFilter.at_start(
                    1.0, self._odometer.planned_mps / speed_mps, CADENCE_SD, CADENCE_START_VAR_M2
                )
            ]
        wide = max(OUTLIER_SD, 2.0 * prior.sd)
        return [
            KalmanFilter.at_start(1.0 - OUTLIER_WEIGHT, prior.mean, prior.sd, start_var_m2=1.0),
            KalmanFilter.at_start(OUTLIER_WEIGHT, prior.mean, wide, start_var_m2=1.0),
        ]

    def read(
        self,
        t_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> None:
        """Take in one reading of a foot pod."""
        if self._undo is not None:
            self._keep_for_undo(t_ns, ("read", t_ns, pod, speed_mps, total_m, cadence_spm))
        step = self._odometer.read(t_ns, pod, speed_mps, total_m, cadence_spm)
        if step is None:
            return
        first, self._heard_ns = self._heard_ns is None, t_ns
        self._watch_warm_up(t_ns)
        if self._belief is not None:
            if first:
                self._take_up_pod(t_ns)
            drift = self._drift
            self._belief.advance(step.dd_m, step.dt_s, step.var_m2, drift)
            self._monitors.advance(step, NO_POD if self._odometer.by_cadence else pod, drift)
            if self._odometer.leapt_m:
                self._belief.leap(self._odometer.leapt_m, as_run=self._odometer.leapt_as_run)
            leap = self._leaps.read(t_ns, speed_mps, cadence_spm, self._odometer.total_m)
            if leap is not None and self._belief.rescale(leap):
                self._monitors.rescale(self._belief.hypotheses[0], leap)
                self._odometer.rescale_pace(leap.by)

    def _watch_warm_up(self, t_ns: int) -> None:
        running = self._odometer.speed_mps is not None and self._odometer.speed_mps > RUNNING_MPS
        if not running:
            self._running_since = None
        elif self._running_since is None:
            self._running_since = (t_ns, self._odometer.total_m)

    def _take_up_pod(self, t_ns: int) -> None:
        """Go by the pod from here: until now there was the clock alone."""
        assert self._belief is not None
        both = []
        for h in self._belief.hypotheses:
            for pod in self._pod_hypotheses():
                twin = h.copy()
                twin.weight *= pod.weight
                twin.clock_mps = 0.0
                twin.c, twin.o, twin.cc, twin.co, twin.oo, twin.sc, twin.so = (
                    pod.c,
                    0.0,
                    pod.cc,
                    0.0,
                    pod.oo,
                    0.0,
                    0.0,
                )
                if t_ns - self._started_ns < 5 * NS_PER_S:
                    twin.ss = 1.0
                both.append(twin)
        self._belief.hypotheses = sorted(both, key=lambda h: -h.weight)
        self._monitors.follow(self._common_lateness(self._belief.hypotheses[0]))

    def pause(self) -> None:
        """Note that the recorder was stopped: what is walked meanwhile is no part of the race."""
        self._odometer.pause()
        self._leaps.forget()

    @property
    def at_last_line(self) -> bool:
        """Whether the finish line itself has been marked."""
        return self._belief is not None and self._belief.marked_m == self._course.distance_m

    def mark(
        self, t_ns: int, source: MarkSource, age_s: float = 0.0, shared_sd_m: float = 0.0
    ) -> float | None:
        """Take in a mark ``age_s`` after (below 0: before) its line; return that line in metres.

        None for a double or a stray one. ``shared_sd_m``: standard deviation of the error that it
        has in common with all marks of its source.
        """
        if self._belief is None:
            return None
        as_it_was = self._before(t_ns, self._belief)
        if source in UNPRESSED:
            self._keep_for_undo(t_ns, ("mark", t_ns, source, age_s, shared_sd_m))
        else:
            self._undo, self._since_press = as_it_was, []
        before = self._belief.marked_m
        silent = self._odometer.silent_since(self._odometer.t_ns, t_ns)
        if silent:
            self._catch_up(t_ns)
        speed_mps, ahead = self._speed_mps(), self._odometer.ahead(t_ns)
        model = self._mark_model(source).aged(age_s)
        likeliest = self._belief.hypotheses[0]
        seen = Observation(t_ns, model, speed_mps, *ahead, self._since_s(t_ns), repeated=False)
        self._belief.mark(t_ns, model, speed_mps, ahead, self._since_s(t_ns))
        line_m = self._belief.marked_m
        if line_m is None or line_m == before:
            return None
        if self.at_last_line:  # a race that ends with it can be taken back, whoever made the mark
            self._undo, self._since_press = as_it_was, []
        self._shared_sd_m = max(self._shared_sd_m, shared_sd_m)
        pressed = source not in UNPRESSED
        now_likeliest = self._belief.hypotheses[0]
        self._monitors.mark(likeliest, now_likeliest, line_m, seen, pressed=pressed)
        self._marked_at_m, self._source = self._odometer.total_m, source
        if silent:
            self._odometer.rebase()
            self._odometer.learn_pace(line_m * NS_PER_S / (t_ns - self._started_ns))
        return line_m

    def _mark_model(self, source: MarkSource) -> MarkModel:
        """Return what a mark from ``source`` is worth on this course."""
        model = MARK_MODELS[source]
        return model.at_boards() if self._course.lap_m is None else model

    def _keep_for_undo(self, t_ns: int, call: Call) -> None:
        """Keep what comes after a press, to be taken in again should the press be taken back.

        In the end the press is forgotten.
        """
        if self._undo is None:
            return
        if t_ns - self._undo.t_ns > UNDO_WITHIN_NS or len(self._since_press) >= MOST_SINCE_PRESS:
            self._undo, self._since_press = None, []
        else:
            self._since_press.append(call)

    def _before(self, t_ns: int, belief: GaussianMixture) -> _Before:
        return _Before(
            t_ns,
            belief.copy(),
            self._odometer.copy(),
            self._marked_at_m,
            self._source,
            self._monitors.copy(),
            self._shared_sd_m,
            self._leaps.copy(),
        )

    def _catch_up(self, t_ns: int) -> None:
        step = self._odometer.catch_up(t_ns)
        if step is not None and self._belief is not None:
            self._belief.advance(step.dd_m, step.dt_s, step.var_m2, self._drift)
            self._monitors.advance(step, NO_POD, self._drift)

    @property
    def _drift(self) -> Drift:
        """How the scale of the metres that the odometer counts now wanders."""
        return PACE_DRIFT if self._odometer.by_cadence else POD_DRIFT

    @property
    def has_mark_to_undo(self) -> bool:
        """Whether a mark that a person made can be taken back."""
        return self._undo is not None

    def undo_mark(self) -> bool:
        """Take back the last mark that a person made, as if it had never been; False: none is."""
        if self._undo is None:
            return False
        before, since, self._undo, self._since_press = self._undo, self._since_press, None, []
        self._belief, self._odometer = before.belief.copy(), before.odometer.copy()
        self._marked_at_m, self._source = before.marked_at_m, before.source
        self._monitors, self._shared_sd_m = before.monitors.copy(), before.shared_sd_m
        self._leaps = before.leaps.copy()
        for name, *what in since:
            getattr(self, name)(*what)
        return True

    def copy(self) -> "PositionEstimator":
        """Return an independent copy, to go on in another way."""
        twin = PositionEstimator(self._course, self._prior, self._odometer.planned_mps)
        twin.__dict__.update(self.__dict__)
        twin._odometer = self._odometer.copy()
        twin._belief = None if self._belief is None else self._belief.copy()
        twin._monitors, twin._leaps = self._monitors.copy(), self._leaps.copy()
        twin._since_press = list(self._since_press)
        return twin  # what a mark had changed is copied when it is come back to

    def deny_finish(self, t_ns: int) -> None:
        """Take in that the runner has not finished at ``t_ns``, although that was believed."""
        if self._belief is not None:
            dd_m, dd_sd_m = self._odometer.ahead(t_ns)
            self._belief.deny_finish(dd_m, self._since_s(t_ns), dd_sd_m * dd_sd_m)

    def pods(self) -> tuple[str, ...]:
        """Return the pods that the distance of this race was taken from, most metres first."""
        return self._monitors.pods()

    def measured(self) -> PodScale | None:
        """Return what the marks of this race say about the scale of the pod.

        None while that is not worth handing on.
        """
        if self._belief is None or self._marked_at_m is None or self._belief.hypotheses[0].changed:
            return None
        if (
            self._odometer.total_m - self._marked_at_m
            > MARK_TEACHES_FOR_LAPS * self._course.marker_m
        ):
            return None
        return self._monitors.measured(self._belief.hypotheses)

    def at(self, t_ns: int) -> Position | None:
        """Return the belief at ``t_ns``, which must not lie before the last reading."""
        if self._belief is None:
            return None
        dd_m, dd_sd_m = self._odometer.ahead(t_ns)
        since_s = self._since_s(t_ns)
        mean, variance = self._belief.moments(dd_m, since_s, dd_sd_m * dd_sd_m)
        heaviest = self._belief.hypotheses[0]
        variance += self._monitors.variance_m2(self._belief.hypotheses, mean, dd_m, since_s)
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

    def passed_with(self, probability: float, t_ns: int) -> float:
        """Return the distance that the runner has passed with ``probability`` at ``t_ns``."""
        if self._belief is None:
            return -math.inf
        return _quantile(self._parts(t_ns), probability)

    def odds_to_fire(self, distance_m: float, t_ns: int) -> float:
        """Return with what probability ``distance_m`` should have been passed before one acts.

        It is over a half while its mark is due.
        """
        if self._belief is None or self._source is None:
            return EVEN_ODDS
        model = self._mark_model(self._source)
        dd_m, dd_sd_m = self._odometer.ahead(t_ns)
        since_s = self._since_s(t_ns)
        places = [
            Awaited(
                part.weight,
                part.mean_m - distance_m,
                math.sqrt(part.variance_m2),
                _due(h, distance_m, model),
            )
            for h, part in zip(
                self._belief.hypotheses,
                self._belief.parts(dd_m, since_s, dd_sd_m * dd_sd_m),
                strict=True,
            )
        ]
        return odds_to_fire(places, *model.known(self._speed_mps()))

    def passed_probability(self, distance_m: float, t_ns: int) -> float:
        """Return the probability that the runner has passed ``distance_m`` at ``t_ns``."""
        if self._belief is None:
            return 0.0
        return _beyond(self._parts(t_ns), distance_m)

    def mode(self, t_ns: int) -> Mode:
        """Return the best evidence the present answer stands on."""
        if self._belief is None:
            return Mode.NONE
        if (
            self._belief.hypotheses[0].clock_mps
            or self._heard_ns is None
            or self._odometer.silent_since(self._heard_ns, t_ns)
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
        learned = self._marked_at_m is not None or self._prior.sd <= LEARNED_SD
        return Mode.POD_LEARNED if learned else Mode.POD

    def _since_s(self, t_ns: int) -> float:
        """Return how long ago the odometer last counted."""
        counted_ns = self._odometer.t_ns
        return 0.0 if counted_ns is None or t_ns <= counted_ns else (t_ns - counted_ns) / NS_PER_S

    def _parts(self, t_ns: int) -> "_Parts":
        assert self._belief is not None
        dd_m, _ = self._odometer.ahead(t_ns)
        return [
            (w, mean, math.sqrt(variance))
            for w, mean, variance in self._belief.parts(dd_m, self._since_s(t_ns))
        ]

    def _speed_mps(self) -> float:
        """Return the true speed behind the pod's; the planned one where that is unknown."""
        if self._belief is None or self._odometer.speed_mps is None:
            return self._odometer.planned_mps
        heaviest = self._belief.hypotheses[0]
        return (heaviest.clock_mps or self._odometer.speed_mps) * heaviest.scale


def _due(h: KalmanFilter, distance_m: float, model: MarkModel) -> float:
    """Return how probably the line at ``distance_m`` gives a mark that is still waited for."""
    next_line = h.last_line + 1
    if distance_m not in h.lines_m[next_line : next_line + STOPPED_AFTER_LINES]:
        return 0.0
    return seen_next(h, next_line, model)


def _start_lines_m(course: Course) -> tuple[float, ...]:
    """Return where the runner passes the start line again.

    Nowhere on the road, or where finish line and start line are one or near.
    """
    lap_m, first_m = course.lap_m, course.first_crossing_m
    if lap_m is None or min(first_m, lap_m - first_m) < APART_M:
        return ()
    return tuple(n * lap_m for n in range(1, int(course.distance_m / lap_m) + 1))


_ROOT_2: Final = math.sqrt(2.0)
_Parts = list[tuple[float, float, float]]
"""A Gaussian sum: weight, mean and standard deviation of each part."""


def _beyond(parts: _Parts, x: float) -> float:
    """Return the probability mass above ``x``."""
    return _mass_above([(w * 0.5, mean, sd * _ROOT_2) for w, mean, sd in parts], x)


def _mass_above(scaled: _Parts, x: float) -> float:
    """Return parts as the error function takes them: half the weight, mean, sqrt(2) sd."""
    mass, erfc = 0.0, math.erfc
    for half, mean, width in scaled:
        mass += half * erfc((x - mean) / width)
    return mass


def _quantile(parts: _Parts, probability: float) -> float:
    """Return the x above which ``probability`` of a Gaussian sum lies."""
    if len(parts) == 1 and probability == EVEN_ODDS:
        return parts[0][1]
    low = min(mean - 6.0 * sd for _, mean, sd in parts)
    high = max(mean + 6.0 * sd for _, mean, sd in parts)
    scaled = [(w * 0.5, mean, sd * _ROOT_2) for w, mean, sd in parts]

    def more(x: float) -> float:
        return _mass_above(scaled, x) - probability

    return zero_crossing(more, (low, more(low)), (high, more(high)), WITHIN_M)
