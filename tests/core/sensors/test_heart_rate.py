"""Plausible heart rate, and a ceiling that is reached only by being seen there."""

import pytest

from kickcue.core.sensors.heart_rate import HeartRate
from kickcue.core.units import s_to_ns


def after(*bpms: float, ceiling_bpm: float | None = None, from_s: float = 0.0) -> HeartRate:
    """Return the heart rate after one value a second."""
    heart = HeartRate(ceiling_bpm)
    for second, bpm in enumerate(bpms):
        heart.update(s_to_ns(from_s + second), bpm)
    return heart


@pytest.mark.parametrize(
    ("bpm", "plausible"),
    [
        (0.0, False),
        (29.0, False),
        (30.0, True),
        (150.0, True),
        (225.0, True),
        (226.0, False),
        (65535.0, False),
    ],
)
def test_what_a_heart_can_do(bpm: float, plausible: bool) -> None:
    """Values outside 30 to 225 a minute are not a heart's."""
    heart = HeartRate(None)
    assert plausible == heart.update(0, bpm)
    assert (bpm if plausible else None) == heart.bpm


def test_a_spike_is_not_plausible() -> None:
    """GIVEN 150 WHEN 225 is said for a moment THEN it stays 150 and the next true value counts at
    once.
    """
    heart = after(150, 151, 225, 225)
    assert 151 == heart.bpm
    assert heart.update(s_to_ns(4), 152)


@pytest.mark.parametrize(
    ("leap", "plausible"), [(16.0, True), (17.0, False), (-16.0, True), (-17.0, False)]
)
def test_how_far_a_heart_jumps_in_a_second(leap: float, plausible: bool) -> None:
    """GIVEN 150 WHEN the next second says more than 16 away THEN that is not accepted until it is
    confirmed.
    """
    heart = after(150)
    assert plausible == heart.update(s_to_ns(1), 150 + leap)


def test_a_jump_that_stays_is_accepted_after_five_seconds() -> None:
    """GIVEN a strap that was wrong WHEN it goes on saying the new value THEN that is accepted after
    5 s, not before.
    """
    heart = after(100, *[160] * 5)
    assert 100 == heart.bpm
    assert heart.update(s_to_ns(6), 160)
    assert 160 == heart.bpm


def test_doubt_begins_anew_with_each_jump() -> None:
    """GIVEN wild values, each far from the last THEN none is accepted for 8 s."""
    assert 150 == after(150, *[220, 60] * 4).bpm


def test_a_gap_allows_a_change() -> None:
    """GIVEN nothing received for 10 s WHEN the heart is 50 higher THEN that is possible."""
    heart = after(120)
    assert heart.update(s_to_ns(10), 170)


def test_no_ceiling_by_default() -> None:
    """GIVEN no ceiling THEN no heart rate is over it."""
    assert not after(*[220] * 60).over_ceiling(s_to_ns(60))


@pytest.mark.parametrize(("seconds", "over"), [(19, False), (20, True)])
def test_the_ceiling_takes_twenty_seconds(seconds: int, over: bool) -> None:
    """GIVEN a ceiling WHEN the heart has been at it for 20 s THEN it is over, not before."""
    assert over == after(*[180] * (seconds + 1), ceiling_bpm=180).over_ceiling(s_to_ns(seconds))


def test_one_beat_below_begins_anew() -> None:
    """GIVEN 19 s at the ceiling WHEN one value is below THEN the 20 s begin anew."""
    assert not after(*[180] * 19, 179, *[180] * 19, ceiling_bpm=180).over_ceiling(s_to_ns(38))


@pytest.mark.parametrize("between", [[], [240.0] * 25, [0.0] * 25])
def test_what_was_not_seen_does_not_count(between: list[float]) -> None:
    """GIVEN one value at the ceiling WHEN the strap is silent or wild for 25 s and then at the
    ceiling again THEN that is no 20 s.
    """
    heart = after(170, 182, *between, ceiling_bpm=180)
    assert heart.update(s_to_ns(27), 182)
    assert not heart.over_ceiling(s_to_ns(27))


def test_a_lost_second_does_not_begin_anew() -> None:
    """GIVEN 20 s at the ceiling WHEN two values in it were lost on air THEN it is over all the
    same.
    """
    heart = HeartRate(180)
    for second in (0, 1, 2, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19, 20):
        heart.update(s_to_ns(second), 185)
    assert heart.over_ceiling(s_to_ns(20))
