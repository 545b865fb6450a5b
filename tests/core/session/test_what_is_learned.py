"""What a session keeps: the day's scale, the pod's latest readings, and the numbers of its legs."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import CommandKind, LegKind
from kickcue.core.plan import Repeat, Rest, TimedRun
from kickcue.core.position.estimator import PositionEstimator, ScalePrior
from kickcue.core.session.day_scale import DayScale
from kickcue.core.session.numbered_legs import numbered, repetitions
from kickcue.core.session.reading_log import Reading, ReadingLog
from kickcue.core.session.session_legs import OPEN_COURSE
from kickcue.core.units import NS_PER_S
from tests.core.session.scripted import WHEN_READY, easy, plan, rep

GENERIC = ScalePrior(1.0, 0.03)


@given(st.floats(0.95, 1.05))
def test_the_scale_of_the_day(true_scale: float) -> None:
    """GIVEN five repetitions of 400 m that end at a line THEN the scale is known to 1 %, and better
    than before.
    """
    day = DayScale(GENERIC)
    for _ in range(5):
        day.measure(400.0, 400.0 * day.prior.mean / true_scale, 5.0)
    assert day.prior.mean == pytest.approx(true_scale, abs=0.01)
    assert day.prior.sd < 0.5 * GENERIC.sd


@pytest.mark.parametrize(("true_m", "estimated_m"), [(50.0, 52.0), (400.0, 250.0), (400.0, 0.0)])
def test_what_teaches_no_scale(true_m: float, estimated_m: float) -> None:
    """GIVEN a stride, a repetition cut short or none THEN the scale stays as it was."""
    day = DayScale(GENERIC)
    day.measure(true_m, estimated_m, 5.0)
    assert GENERIC == day.prior


def test_a_worse_end_teaches_less() -> None:
    """GIVEN an end that is known to 0.8 s and one known to 0.4 s THEN the second teaches more."""
    vague, exact = DayScale(GENERIC), DayScale(GENERIC)
    vague.measure(400.0, 390.0, 5.0, 0.8)
    exact.measure(400.0, 390.0, 5.0, 0.4)
    assert GENERIC.mean < vague.prior.mean < exact.prior.mean
    assert GENERIC.sd > vague.prior.sd > exact.prior.sd


def log() -> ReadingLog:
    return ReadingLog(PositionEstimator(OPEN_COURSE, GENERIC, 4.5))


def reading(t_s: float, metres: float) -> Reading:
    return Reading(round(t_s * NS_PER_S), "pod", 5.0, metres, 180.0 + t_s % 2)


@given(st.integers(3, 40))
def test_a_start_is_found_afterwards(ago_s: int) -> None:
    """GIVEN a start that is known so many seconds late THEN the metres since are those since."""
    some = log()
    for second in range(101):
        some.add(reading(second, 5.0 * second))
    estimator = some.begun((100 - ago_s) * NS_PER_S, rep(400.0).course, GENERIC)
    here = estimator.position_at(100 * NS_PER_S)
    assert here is not None
    assert here.distance_m == pytest.approx(5.0 * ago_s, abs=1.0)


def test_what_came_since() -> None:
    """GIVEN a moment THEN the readings after it are those that are handled again."""
    some = log()
    for second in range(20):
        some.add(reading(second, 5.0 * second))
    assert [17, 18, 19] == [each.t_ns // NS_PER_S for each in some.since(16 * NS_PER_S)]


def test_a_flood_is_bounded() -> None:
    """GIVEN a hundred readings a second THEN no more than 512 are kept."""
    some = log()
    for n in range(5000):
        some.add(reading(n / 100, 0.05 * n))
    assert len(some.since(-1)) <= 512


def test_the_numbers_of_legs() -> None:
    """GIVEN a plan with repeats THEN every leg has its number, each repetition its own, and a rest
    that of the repetition before it.
    """
    legs = numbered(plan(easy(600.0), Repeat(2, (rep(200.0), Rest(90.0))), rep(400.0)))
    assert [1, 2, 3, 4, 5, 6] == [leg.number for leg in legs]
    assert [0, 1, 1, 2, 2, 3] == [leg.rep for leg in legs]
    assert [LegKind.EASY, *[LegKind.REP, LegKind.REST] * 2, LegKind.REP] == [x.kind for x in legs]
    assert 3 == repetitions(legs)


@pytest.mark.parametrize(
    ("leg", "text"),
    [
        (rep(200.0), "200 m"),
        (rep(1609.344), "1609.34 m"),
        (TimedRun(1200.0), "20:00"),
        (TimedRun(None), "until the lap press"),
        (easy(90.0), "easy 1:30"),
        (easy(None), "easy until the lap press"),
        (Rest(120.0), "rest 2:00"),
        (Rest(distance_m=200.0), "rest 200 m"),
        (WHEN_READY, "rest until you run off"),
        (Rest(until=CommandKind.LAP), "rest until the lap press"),
    ],
)
def test_a_leg_in_a_few_words(leg: object, text: str) -> None:
    """Each leg is told as a runner says it."""
    assert text == numbered(plan(rep(100.0), leg))[1].text  # type: ignore[arg-type]
