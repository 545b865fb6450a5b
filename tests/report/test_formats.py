"""Times, paces and lengths as a runner reads them."""

import pytest
from hypothesis import given, strategies as st

from kickcue.config.time_format import seconds as read_seconds
from kickcue.core.clock_format import lap_time, timed
from kickcue.core.length_format import metres
from kickcue.report.formats import PaceUnit, clock, count, pace, percent


@given(st.floats(0, 90_000))
def test_a_clock_reads_back(seconds: float) -> None:
    """GIVEN any time up to a day WHEN written THEN it reads back as itself to half a tenth, and no
    part of it is 60.
    """
    text = clock(seconds)
    assert read_seconds(text) == pytest.approx(seconds, abs=0.0501)
    assert all(float(part) < 60 for part in text.split(":")[1:])


@pytest.mark.parametrize(
    ("seconds", "digits", "expected"),
    [
        (0.0, 1, "0:00.0"),
        (59.96, 1, "1:00.0"),
        (942.31, 1, "15:42.3"),
        (3599.96, 1, "1:00:00.0"),
        (7502.0, 0, "2:05:02"),
        (-3.24, 1, "-0:03.2"),
        (-0.01, 1, "0:00.0"),
    ],
)
def test_a_clock(seconds: float, digits: int, expected: str) -> None:
    """The carry reaches minutes and hours; a minus stands before what is less than nothing."""
    assert expected == clock(seconds, digits)


@pytest.mark.parametrize(
    ("seconds", "lap", "said"),
    [(64.23, "64.2", "64.2 s"), (99.94, "99.9", "99.9 s"), (99.96, "1:40.0", "1:40.0")],
)
def test_a_lap_is_in_seconds_up_to_a_hundred(seconds: float, lap: str, said: str) -> None:
    """Short laps are in seconds alone, long ones in minutes, and 100.0 is never written."""
    assert (lap, said) == (lap_time(seconds), timed(seconds))


@pytest.mark.parametrize(
    ("mps", "unit", "expected"),
    [
        (1000 / 188, PaceUnit.KILOMETRE, "3:08"),
        (1609.344 / 300, PaceUnit.MILE, "5:00"),
        (0.5, PaceUnit.KILOMETRE, "-"),
        (None, PaceUnit.KILOMETRE, "-"),
    ],
)
def test_a_pace(mps: float | None, unit: PaceUnit, expected: str) -> None:
    """A pace is for a kilometre or a mile; standing has none."""
    assert expected == pace(mps, unit)


@pytest.mark.parametrize(
    ("length_m", "expected"),
    [
        (400.0, "400 m"),
        (1609.344, "1609.3 m"),
        (5000.0, "5000 m"),
        (10_000.0, "10 km"),
        (21_097.5, "21.098 km"),
        (42_195.0, "42.195 km"),
        (12_500.0, "12.5 km"),
    ],
)
def test_a_length(length_m: float, expected: str) -> None:
    """Long lengths are in kilometres, to the metre."""
    assert expected == metres(length_m)


def test_small_words() -> None:
    """One cue is no cues; a share has no sign."""
    assert ("1 cue", "3 cues", "2.5 %") == (count(1, "cue"), count(3, "cue"), percent(-2.5))
