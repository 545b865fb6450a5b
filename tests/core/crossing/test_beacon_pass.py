"""The moment of passing a beacon, from its signal strength alone."""

import math
from collections.abc import Callable, Iterable
from random import Random

import pytest
from hypothesis import given, strategies as st

from kickcue.core.course import course_for
from kickcue.core.crossing.beacon_pass import MAX_AGO_S, MAX_BELOW_BEST_DB, BeaconPassDetector
from kickcue.core.crossing.gate import REST_S
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.lab.athlete import run_race
from kickcue.lab.beacon import Beacon, advertisements

Heard = tuple[float, int]
"""Seconds, dBm."""
FADES_DB = 5.0


def crossings(
    heard: Iterable[Heard], until_s: float, watch: BeaconPassDetector | None = None
) -> list[tuple[float, float]]:
    """Return when the beacon was passed and when that was known; asked at each reading and every
    half second besides, as an engine does.
    """
    watch = watch or BeaconPassDetector()
    moments = sorted(
        [*heard, *((0.5 * n, None) for n in range(int(2 * until_s)))], key=lambda moment: moment[0]
    )
    found = []
    for t_s, rssi_dbm in moments:
        if rssi_dbm is not None:
            watch.update(s_to_ns(t_s), rssi_dbm)
        passed_ns = watch.passed(s_to_ns(t_s))
        if passed_ns is not None:
            found.append((ns_to_s(passed_ns), t_s))
    return found


def heard_of(
    away_m: Callable[[float], float],
    until_s: float,
    *,
    at_1_m_dbm: float = -60.0,
    fading: Random | None = None,
    from_s: float = 0.0,
) -> list[Heard]:
    """Return what is heard, ten times a second, of a beacon that is so far away."""
    found = []
    for n in range(int((until_s - from_s) * 10)):
        t_s = from_s + 0.1 * n + 0.01
        rssi_dbm = (
            at_1_m_dbm
            - 21.0 * math.log10(away_m(t_s))
            + (fading.gauss(0.0, FADES_DB) if fading else 0.0)
        )
        if rssi_dbm > -95.0:
            found.append((t_s, round(rssi_dbm)))
    return found


def passing(at_s: float, mps: float, aside_m: float) -> Callable[[float], float]:
    return lambda t_s: math.hypot(mps * (t_s - at_s), aside_m)


@pytest.mark.parametrize("mps", [3.0, 5.0, 8.0])
@pytest.mark.parametrize("aside_m", [1.0, 3.0, 5.0])
def test_a_clear_passage(mps: float, aside_m: float) -> None:
    """GIVEN a beacon that does not fade WHEN passed THEN the moment is right to 0.35 s, known
    within three seconds, and reported once.
    """
    ((passed_s, known_s),) = crossings(heard_of(passing(20.0, mps, aside_m), 40.0), 40.0)
    assert abs(passed_s - 20.0) <= 0.35
    assert passed_s < known_s <= 23.0


def test_all_lines_of_simulated_races() -> None:
    """GIVEN five races with fading, a body that hides the beacon and losses THEN 95 % of the lines
    are found, to 1 s, and nothing else.
    """
    course, off_s, lines = course_for("3000m"), list[float](), 0
    for seed in range(5):
        truth = run_race(Random(seed), course.distance_m, course.kick_m)
        true_s = [truth.time_at(line_m) for line_m in course.crossings_m[:-1]]
        heard = [
            (ns_to_s(each.t_ns), each.rssi_dbm)
            for each in advertisements(Random(seed), truth, course, Beacon())
        ]
        found = [
            passed_s
            for passed_s, _ in crossings(heard, truth.duration_s)
            if passed_s < true_s[-1] + 20.0
        ]
        lines += len(true_s)
        off_s += [min((passed_s - each for each in true_s), key=abs) for passed_s in found]
    assert 0.95 * lines <= len(off_s) <= lines
    assert sorted(abs(each) for each in off_s)[round(0.95 * len(off_s)) - 1] <= 1.0
    assert max(abs(each) for each in off_s) < 2.0


@pytest.mark.parametrize(
    "away_m",
    [pytest.param(1.5, marks=pytest.mark.long), 6.0, pytest.param(20.0, marks=pytest.mark.long)],
)
def test_standing_is_no_crossing(away_m: float) -> None:
    """GIVEN a runner who stands near the beacon THEN it was never passed; where it fades by 5 dB,
    once in 40 s at most.
    """
    assert [] == crossings(heard_of(lambda _: away_m, 20.0), 20.0)
    assert len(crossings(heard_of(lambda _: away_m, 40.0, fading=Random(7)), 40.0)) <= 1


@pytest.mark.parametrize("stood_s", [0.0, 5.0, 120.0])
def test_no_mark_at_the_gun(stood_s: float) -> None:
    """GIVEN a start at the finish line WHEN the runner leaves the beacon at the gun THEN that is no
    crossing; coming by again is one.
    """
    watch = BeaconPassDetector()
    before = heard_of(lambda _: 2.0, stood_s, fading=Random(1))
    for t_s, rssi_dbm in before:
        watch.update(s_to_ns(t_s), rssi_dbm)
    watch.rest(s_to_ns(stood_s))
    gone = heard_of(lambda t_s: 2.0 + 4.0 * (t_s - stood_s), stood_s + 60.0, from_s=stood_s)
    assert [] == crossings(gone, stood_s + 60.0, watch)
    back_s = stood_s + 100.0
    assert 1 == len(
        crossings(
            heard_of(passing(back_s, 4.0, 2.0), back_s + 20.0, from_s=back_s - 20.0),
            back_s + 20.0,
            watch,
        )
    )


def test_who_only_comes_near_or_only_leaves_has_not_passed() -> None:
    """GIVEN a runner who comes to the beacon and stays THEN there is one crossing at most, the
    arrival; leaving it is none.
    """
    arrived = crossings(heard_of(lambda t_s: max(60.0 - 4.0 * t_s, 3.0), 60.0), 60.0)
    assert all(abs(passed_s - 14.25) < 1.0 for passed_s, _ in arrived)
    assert [] == crossings(heard_of(lambda t_s: 30.0 + 4.0 * t_s, 60.0, at_1_m_dbm=-50.0), 60.0)


def test_the_back_straight_is_not_the_line() -> None:
    """GIVEN a beacon that is heard 73 m across the track, where it comes closest too THEN that is
    no crossing, at any strength.
    """
    for at_1_m_dbm in (-45.0, -55.0):
        assert [] == crossings(
            heard_of(passing(30.0, 5.0, 73.0), 60.0, at_1_m_dbm=at_1_m_dbm, fading=Random(3)), 60.0
        )


def test_a_far_weaker_passage_is_none() -> None:
    """GIVEN a crossing WHEN a later passage is weaker by more than the limit (another lane of the
    world) THEN it is none.
    """
    near = heard_of(passing(20.0, 5.0, 2.0), 40.0)
    far = heard_of(
        passing(120.0, 5.0, 2.0), 140.0, at_1_m_dbm=-62.0 - MAX_BELOW_BEST_DB, from_s=100.0
    )
    again = heard_of(passing(220.0, 5.0, 2.0), 240.0, from_s=200.0)
    assert [20, 220] == [round(passed_s) for passed_s, _ in crossings([*near, *far, *again], 240.0)]


def test_silence_tells_that_it_is_over() -> None:
    """GIVEN a beacon that the body hides wholly once it is passed WHEN nothing more is heard THEN
    the crossing is known all the same.
    """
    heard = [
        (t_s, rssi_dbm) for t_s, rssi_dbm in heard_of(passing(20.0, 5.0, 2.0), 40.0) if t_s < 20.4
    ]
    ((passed_s, known_s),) = crossings(heard, 40.0)
    assert abs(passed_s - 20.0) <= 0.4
    assert known_s < 23.0


@given(
    st.lists(st.tuples(st.floats(0.0, 60.0), st.integers(-127, 20)), max_size=120),
    st.floats(0.0, 60.0),
)
def test_whatever_is_heard(heard: list[Heard], gun_s: float) -> None:
    """GIVEN readings of any strength at any time THEN none raises, a crossing lies a little in the
    past, after the gun and its rest.
    """
    watch = BeaconPassDetector()
    watch.rest(s_to_ns(gun_s))
    last_s = gun_s
    for passed_s, known_s in crossings(sorted(heard), 70.0, watch):
        assert known_s - MAX_AGO_S <= passed_s < known_s
        assert passed_s >= last_s + REST_S - MAX_AGO_S
        last_s = passed_s


@pytest.mark.parametrize("seed", [2, pytest.param(4, marks=pytest.mark.long)])
def test_a_minute_of_standing_is_no_crossing(seed: int) -> None:
    """GIVEN a runner who stands 5 m from the beacon for a minute, heard ten times a second and
    fading by 5 dB THEN it was never passed: what is heard fits one who stands, too.
    """
    heard = heard_of(lambda _: 5.0, 60.0, fading=Random(seed))
    assert [] == crossings(heard, 60.0)
