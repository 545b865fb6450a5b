"""One hypothesis: its covariance stays one, its standard error is honest, and two of them merge
without loss.
"""

import math
from dataclasses import fields, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from kickcue.core.position.kalman_filter import (
    POD_NOISE,
    KalmanFilter,
    merged,
    normal_density,
)
from kickcue.core.position.parameters import ProcessNoise

Moves = st.tuples(st.floats(0.0, 12.0), st.floats(0.2, 60.0), st.floats(0.0, 4.0))
"""Speed in m/s, seconds, variance of the count."""
Measurements = st.tuples(st.floats(-3.0, 3.0), st.floats(0.05, 100.0), st.floats(0.0, 20.0))
"""How many standard deviations off, variance, metres ahead of the last count."""


def covariance(h: KalmanFilter) -> NDArray[np.float64]:
    return np.array([[h.p_ss, h.p_sc, h.p_so], [h.p_sc, h.p_cc, h.p_co], [h.p_so, h.p_co, h.p_oo]])


def state(h: KalmanFilter) -> NDArray[np.float64]:
    return np.array([h.distance_m, h.scale_error, h.scale_drift])


def at_the_gun(scale_sd: float = 0.03) -> KalmanFilter:
    return KalmanFilter.at_start(1.0, 1.0, scale_sd, start_var_m2=1.0)


@given(
    st.floats(0.001, 0.1),
    st.lists(Moves | st.tuples(st.just("measures"), Measurements), max_size=120),
)
def test_the_covariance_stays_one(
    scale_sd: float,
    events: list[tuple[float, float, float] | tuple[str, tuple[float, float, float]]],
) -> None:
    """GIVEN any race of steps and marks THEN the covariance is positive definite and every number
    finite.
    """
    h = at_the_gun(scale_sd)
    for event in events:
        if len(event) == 3:
            mps, dt_s, var_m2 = event
            h.predict(mps * dt_s, dt_s, var_m2)
        else:
            off_sds, var_m2, dd_m = event[1]
            s, ss, _, _ = h.state_ahead(dd_m)
            h.update(s + off_sds * math.sqrt(ss + var_m2), var_m2, dd_m)
        sds = np.sqrt(np.diag(covariance(h)))
        assert np.all(np.isfinite(state(h)))
        assert np.linalg.eigvalsh(covariance(h) / np.outer(sds, sds)).min() > -1e-9


@given(Moves, st.floats(0.8, 1.2))
def test_a_new_scale_is_as_if_the_pod_had_counted_on_by_the_old_one(
    first: tuple[float, float, float], by: float
) -> None:
    """GIVEN a pod that counts ``ratio`` times as much for 30 m WHEN that is taken in THEN place and
    its variance are those of a pod that counted as before, and the scale is so much smaller.
    """
    as_before = at_the_gun()
    as_before.predict(first[0] * first[1], *first[1:])
    rescaled = as_before.copy()
    as_before.predict(30.0, 0.0, 0.0)
    rescaled.predict(30.0 * by, 0.0, 0.0)
    rescaled.rescale(by, 0.0, 30.0 * by)
    assert state(rescaled)[0] == pytest.approx(state(as_before)[0], abs=1e-6)
    assert rescaled.scale == pytest.approx(as_before.scale / by)
    per = np.array([1.0, 1.0 / by, 1.0 / by])
    expected = covariance(as_before) * np.outer(per, per)
    assert covariance(rescaled) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_new_scale_is_no_surer_than_it_was_measured() -> None:
    """GIVEN a new scale measured to 1 % THEN 100 m that were counted by it, and those to come, are
    in doubt by as much.
    """
    h = at_the_gun(scale_sd=1e-6)
    h.p_oo = 0.0
    h.predict(100.0, 1.0, 0.0)
    h.rescale(1.0, 0.01, 100.0)
    assert h.p_ss == pytest.approx(1.0 + 1.0**2, rel=1e-3)
    assert h.variance_ahead_m2(100.0) == pytest.approx(1.0 + 2.0**2, rel=1e-2)


@given(Moves, Moves)
def test_looking_ahead_is_going_there(
    first: tuple[float, float, float], ahead: tuple[float, float, float]
) -> None:
    """``state_ahead`` gives what ``predict`` makes of further metres where no time passes."""
    h = at_the_gun()
    h.predict(first[0] * first[1], first[1], first[2])
    dd_m = ahead[0] * ahead[1]
    predicted = h.state_ahead(dd_m)
    h.predict(dd_m, 0.0, 0.0)
    assert (h.distance_m, h.p_ss, h.p_sc, h.p_so) == pytest.approx(predicted)


@given(st.floats(-3.0, 3.0), st.floats(0.05, 100.0), st.floats(0.0, 50.0))
def test_an_update_is_that_of_the_textbook(off_sds: float, var_m2: float, dd_m: float) -> None:
    """``update`` does to mean and covariance what the textbook's matrices do, and returns the
    likelihood of what was measured.
    """
    h = at_the_gun()
    h.predict(300.0, 60.0, 0.15)
    p, x, row = covariance(h), state(h), np.array([1.0, dd_m, dd_m])
    innovation_var_m2 = float(row @ p @ row) + var_m2
    innovation_m = off_sds * math.sqrt(innovation_var_m2)
    gain = p @ row / innovation_var_m2
    likelihood = h.update(h.distance_m + h.scale * dd_m + innovation_m, var_m2, dd_m)
    assert np.allclose(x + gain * innovation_m, state(h), rtol=1e-9, atol=1e-12)
    assert np.allclose(p - np.outer(gain, row @ p), covariance(h), rtol=1e-6, atol=1e-12)
    assert math.exp(-0.5 * off_sds**2) / math.sqrt(
        2.0 * math.pi * innovation_var_m2
    ) == pytest.approx(likelihood)


def lived(
    weight: float, moves: list[tuple[float, float, float]], measurement: tuple[float, float, float]
) -> KalmanFilter:
    h = replace(at_the_gun(), weight=weight)
    for mps, dt_s, var_m2 in moves:
        h.predict(mps * dt_s, dt_s, var_m2)
    h.update(h.distance_m + measurement[0] * math.sqrt(h.p_ss), measurement[1])
    return h


filters = st.builds(
    lived, st.floats(0.001, 1.0), st.lists(Moves, min_size=1, max_size=5), Measurements
)


@given(filters, filters)
def test_merging_keeps_mean_and_covariance(a: KalmanFilter, b: KalmanFilter) -> None:
    """Two hypotheses merged have the weight, mean and covariance of both together, and leave the
    two as they were.
    """
    before = (a.copy(), b.copy())
    both = merged(a, b)
    wa, wb = a.weight / (a.weight + b.weight), b.weight / (a.weight + b.weight)
    mean = wa * state(a) + wb * state(b)
    spread = sum(
        w * (covariance(h) + np.outer(state(h) - mean, state(h) - mean))
        for w, h in ((wa, a), (wb, b))
    )
    assert a.weight + b.weight == pytest.approx(both.weight)
    assert np.allclose(mean, state(both))
    assert np.allclose(spread, covariance(both), rtol=1e-6, atol=1e-9)
    assert before == (a, b)


def test_a_copy_is_its_own() -> None:
    """WHEN a copy goes on THEN the original stays."""
    h = at_the_gun()
    before = [getattr(h, f.name) for f in fields(h)]
    h.copy().predict(100.0, 20.0, 1.0)
    assert before == [getattr(h, f.name) for f in fields(h)]


def test_standing_adds_no_doubt_about_place() -> None:
    """GIVEN no metres WHEN time passes THEN the position is as sure as before, and the drift
    returns to what is usual.
    """
    h = at_the_gun()
    h.predict(300.0, 60.0, 0.0)
    ss = h.p_ss
    h.predict(0.0, 600.0, 0.0)
    assert ss == h.p_ss
    assert POD_NOISE.drift_sd**2 == pytest.approx(h.p_oo)


def test_what_stays_of_a_drift_adds_up() -> None:
    """GIVEN a scale of which a part wanders and never returns THEN its variance grows by the
    second.
    """
    h = at_the_gun()
    before = h.p_cc
    for _ in range(100):
        h.predict(5.0, 1.0, 0.0, ProcessNoise(0.01, 40.0, 0.001))
    assert before + 100 * 0.001**2 == pytest.approx(h.p_cc)


def normalised_errors(
    random: Random, *, lap_m: float = 400.0, laps: int = 5, mark_sd_m: float = 1.5
) -> tuple[float, float]:
    """Return (error / its standard deviation) just before the last mark and in mid-lap after it,
    for a runner the filter describes.
    """
    h, speed = at_the_gun(), random.uniform(4.0, 6.0)
    scale, drift, true_m, line = (
        random.gauss(1.0, 0.03),
        random.gauss(0.0, POD_NOISE.drift_sd),
        random.gauss(0.0, 1.0),
        1,
    )
    keep = math.exp(-1.0 / POD_NOISE.time_constant_s)
    found: list[float] = []
    while len(found) < 2:
        dd_m = speed + random.gauss(0.0, 0.05)
        true_m += (scale + drift) * dd_m
        drift = keep * drift + random.gauss(0.0, POD_NOISE.drift_sd * math.sqrt(1.0 - keep * keep))
        h.predict(dd_m, 1.0, 0.05**2)
        if line <= laps and true_m >= line * lap_m:
            if line == laps:
                found.append((h.distance_m - true_m) / math.sqrt(h.p_ss))
            h.update(true_m + random.gauss(0.0, mark_sd_m), mark_sd_m**2)
            line += 1
        elif true_m >= (laps + 0.5) * lap_m:
            found.append((h.distance_m - true_m) / math.sqrt(h.p_ss))
    return found[0], found[1]


def test_the_standard_error_is_honest() -> None:
    """GIVEN 200 runners as the filter assumes them THEN the error is as large as it says: rms of
    error / sd near 1, mean near 0.
    """
    errors = np.array([normalised_errors(Random(seed)) for seed in range(200)])
    rms = np.sqrt(np.mean(errors**2, axis=0))
    assert np.all((rms > 0.88) & (rms < 1.12)), rms  # 1 +- 0.05 for 200 independent ones
    assert np.all(np.abs(errors.mean(axis=0)) < 0.2)


def test_density() -> None:
    """The density is a normal one, down to nothing far out."""
    assert 1.0 / math.sqrt(2.0 * math.pi * 4.0) == pytest.approx(normal_density(0.0, 4.0))
    assert 0.0 == normal_density(1e6, 1.0)


@pytest.mark.parametrize("clock_mps", [0.0, 9.5])
@pytest.mark.parametrize("years", [0.001, 1.0, 100.0])
def test_a_mark_after_a_leap_of_the_clock_tells_the_place_alone(
    years: float, clock_mps: float
) -> None:
    """GIVEN a clock that leapt by years, and all that may have been run in them WHEN a line is
    marked THEN the runner is there, about.
    """
    h = KalmanFilter.at_start(1.0, 1.0, 0.1, 1.0)
    h.clock_mps = clock_mps
    gap_s = years * 365.0 * 86400.0
    h.predict(5.0 * gap_s, gap_s, gap_s)
    h.update(1000.0, 4.0, 7.0)
    assert h.distance_m + h.scale * 7.0 == pytest.approx(1000.0, abs=1.0)
    assert all(h.variance_ahead_m2(ahead_m) > 0.0 for ahead_m in (0.0, 0.1, 1.0, 7.0, 400.0))
    h.update(1001.0, 4.0, 8.0)
    assert all(h.variance_ahead_m2(ahead_m) > 0.0 for ahead_m in (0.0, 0.1, 1.0, 8.0, 400.0))
