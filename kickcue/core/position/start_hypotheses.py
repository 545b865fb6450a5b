"""What is believed at the gun: the hypotheses that a race begins with, and where its lines are."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.position.change_points import Track, clocked
from kickcue.core.position.kalman_filter import KalmanFilter, Regime
from kickcue.core.position.odometer import JOGGING_MPS, Odometer
from kickcue.core.position.parameters import PARAMETERS
from kickcue.core.units import NS_PER_S

TYPICAL_RUNNING_MPS: Final = 4.0
"""The speed that a cadence is taken for before any is known."""
START_SEEN_WITHIN_NS: Final = 5 * NS_PER_S
"""A pod whose first reading comes this soon after the gun has seen the start."""


class OdometerReading(NamedTuple):
    """The pod's metres at a time."""

    t_ns: int
    pod_m: float


def running_since(
    before: OdometerReading | None, t_ns: int, odometer: Odometer
) -> OdometerReading | None:
    """Return where the pod began to run, as known at ``t_ns``; None while it stands or walks."""
    if odometer.speed_mps is None or odometer.speed_mps <= JOGGING_MPS:
        return None
    return before or OdometerReading(t_ns, odometer.total_m)


def clock_hypothesis(planned_mps: float) -> KalmanFilter:
    """Return the belief while no pod is heard: the clock, at the planned pace."""
    return clocked(
        KalmanFilter.at_start(1.0, 1.0, 1.0, 1.0), planned_mps, PARAMETERS.planned_pace_sd
    )


def pod_hypotheses(odometer: Odometer, scale: float, scale_sd: float) -> list[KalmanFilter]:
    """Return the belief in the pod of ``odometer``, whose ``scale`` is expected before the race."""
    if odometer.by_cadence and odometer.step_length_is_guessed:
        return [_step_length_hypothesis(odometer.planned_mps, odometer.speed_mps)]
    return _scale_hypotheses(scale, scale_sd)


def _step_length_hypothesis(planned_mps: float, cadence_mps: float | None) -> KalmanFilter:
    """Return the belief in a pod that gives its cadence alone.

    The runner's step is as long as makes the planned pace of the speed the cadence was taken for.
    """
    return KalmanFilter.at_start(
        1.0,
        planned_mps / (cadence_mps or TYPICAL_RUNNING_MPS),
        PARAMETERS.step_length_sd,
        PARAMETERS.cadence_start_var_m2,
    )


def _scale_hypotheses(scale: float, scale_sd: float) -> list[KalmanFilter]:
    """Return the belief in a pod: its scale as expected, or far from it."""
    wide = max(PARAMETERS.outlier_scale_sd, 2.0 * scale_sd)
    return [
        KalmanFilter.at_start(
            1.0 - PARAMETERS.outlier_weight,
            scale,
            scale_sd,
            start_var_m2=PARAMETERS.start_var_m2,
        ),
        KalmanFilter.at_start(
            PARAMETERS.outlier_weight, scale, wide, start_var_m2=PARAMETERS.start_var_m2
        ),
    ]


def hypotheses_at_gun(
    by_pod: list[KalmanFilter],
    running: OdometerReading | None,
    now: OdometerReading,
    lines_m: Sequence[float],
) -> tuple[list[KalmanFilter], float]:
    """Return the hypotheses of a start that a pod has seen.

    With them: how probably the start was pressed late or early.
    """
    if running is None:
        return by_pod, PARAMETERS.start_standing
    ran_s = (now.t_ns - running.t_ns) / NS_PER_S
    if ran_s > PARAMETERS.max_late_start_s:
        return by_pod, PARAMETERS.start_running
    ran_m = now.pod_m - running.pod_m
    return _with_late_start(by_pod, ran_s, ran_m, lines_m), PARAMETERS.start_running


def _with_late_start(
    hypotheses: Sequence[KalmanFilter], ran_s: float, ran_m: float, lines_m: Sequence[float]
) -> list[KalmanFilter]:
    """Return also what follows if the ``ran_m`` before the gun were of the race, for ``ran_s``."""
    share = (
        PARAMETERS.ran_before_start
        if ran_s <= PARAMETERS.warm_up_s
        else PARAMETERS.ran_long_before_start
    )
    ran = [h.copy() for h in hypotheses]
    for h in ran:
        h.weight *= share
        h.distance_m, h.p_ss = ran_m, PARAMETERS.ran_before_start_sd_m**2
        h.regime, h.changed = Regime.SHIFTED, True
        h.last_mark_m = h.distance_m
        h.last_line = bisect_left(lines_m, h.distance_m) - 1
    for h in hypotheses:
        h.weight *= 1.0 - share
    return sorted([*ran, *hypotheses], key=lambda h: -h.weight)


def switched_to_pod(
    hypotheses: Sequence[KalmanFilter], by_pod: Sequence[KalmanFilter], since_start_ns: int
) -> list[KalmanFilter]:
    """Return hypotheses that went by the clock, each with the pod scales of ``by_pod``."""
    both = []
    for h in hypotheses:
        for pod in by_pod:
            copy = h.copy()
            copy.weight *= pod.weight
            copy.clock_mps = 0.0
            copy.scale_error, copy.scale_drift = pod.scale_error, 0.0
            copy.p_cc, copy.p_oo = pod.p_cc, pod.p_oo
            copy.p_co = copy.p_sc = copy.p_so = 0.0
            if since_start_ns < START_SEEN_WITHIN_NS:
                copy.p_ss = PARAMETERS.start_var_m2
            both.append(copy)
    return sorted(both, key=lambda h: -h.weight)


def track_of(course: Course, planned_mps: float, wrong_start: float) -> Track:
    """Return where marks can be made on a course.

    ``wrong_start`` is how probably the start was pressed late or early.
    """
    return Track(
        course.crossings_m,
        course.marker_m,
        _start_lines_m(course),
        planned_mps,
        wrong_start,
        laps=course.lap_m is not None,
    )


def _start_lines_m(course: Course) -> tuple[float, ...]:
    """Return where the runner passes the start line again.

    Nowhere on the road, or where finish line and start line are one or near.
    """
    lap_m, first_m = course.lap_m, course.first_crossing_m
    if lap_m is None or min(first_m, lap_m - first_m) < PARAMETERS.min_line_spacing_m:
        return ()
    return tuple(n * lap_m for n in range(1, int(course.distance_m / lap_m) + 1))
