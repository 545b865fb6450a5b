"""Figures in a runner's words, and what a sensor says just now."""

import pytest

from kickcue.cli.tui.formatting import ago, bars, coming, minutes, pace, since_gun, which_lap
from kickcue.cli.tui.values import Values, spelt
from kickcue.config.profile_files import load_profile
from kickcue.core.events import Link, Notification
from kickcue.core.units import s_to_ns


def test_signal_as_bars() -> None:
    """One bar for what is barely heard, four for what is held to the machine, none where nothing is
    known; always as wide.
    """
    assert ["    ", "▂   ", "▂▄  ", "▂▄▆ ", "▂▄▆█"] == [
        bars(dbm) for dbm in (None, -95, -80, -65, -45)
    ]


@pytest.mark.parametrize(
    ("mps", "text"),
    [(5.41, "3:05"), (3.0, "5:33"), (1000 / 299.6, "5:00"), (0.5, "-"), (0.0, "-"), (None, "-")],
)
def test_pace(mps: float | None, text: str) -> None:
    """Minutes a kilometre, rounded to the second;
    a dash below a walk and where nothing is known.
    """
    assert text == pace(mps)


def test_times() -> None:
    """Minutes and seconds, hours where there are any; before the gun with a minus; how long ago in
    four columns.
    """
    assert ["0:00", "1:05", "59:59", "1:00:01"] == [minutes(s) for s in (0.4, 65.9, 3599.0, 3601.0)]
    assert ["-0:05", "0:00", "0:07"] == [since_gun(s) for s in (-5.2, -0.4, 7.9)]
    assert ["now", "4 s", "59 s", "2 m", "99 m"] == [ago(s) for s in (0.0, 4.2, 59.0, 120.0, 1e6)]


def test_a_moment_or_a_window() -> None:
    """A moment has its 95 % behind it; known to more than 10 s and a tenth of the time until then
    it is a window from when to when.
    """
    assert ["1:23 ± 5 s", "1:23 ± 10 s", "3:40 ± 14 s"] == [
        coming(83.0, 2.5),
        coming(83.0, 5.1),
        coming(220.0, 7.0),
    ]
    assert "about 0:40 (0:22 to 0:57)" == coming(40.0, 9.0)
    assert "about 0:40 (0:00 to 1:59)" == coming(40.0, 40.5)
    assert "about 1:23" == coming(83.0, None)


def test_which_lap_it_may_be() -> None:
    """One lap where it is known or nobody says, two with "or", more with "to"."""
    assert ["10", "10", "10 or 11", "9 to 12"] == [
        which_lap(10, *it) for it in ((None, None), (10, 10), (10, 11), (9, 12))
    ]


def test_only_fresh_values_are_values() -> None:
    """GIVEN a heart rate and a battery WHEN three seconds pass in silence THEN the heart rate is
    gone, the battery stays.
    """
    values = Values(load_profile("polar-h10"))
    values.take(Notification(0, "strap", "2a19", bytes([80])))
    values.take(Notification(s_to_ns(1.0), "strap", "2a37", bytes([0, 142])))
    assert "142 beats/min, battery 80 %" == spelt(values.now(s_to_ns(4.0)))
    assert {"battery_percent": 80} == values.now(s_to_ns(4.1))


def test_what_says_nothing_takes_the_value_away() -> None:
    """GIVEN a heart rate WHEN the sensor says 0 (it is searching) THEN there is none; links and
    bytes that cannot be read change nothing.
    """
    values = Values(load_profile("polar-h10"))
    values.take(Notification(0, "strap", "2a37", bytes([0, 142])))
    values.take(Link(0, "strap", up=True))
    values.take(Notification(0, "strap", "2a37", b""))
    assert {"heart_rate_bpm": 142} == values.now(0)
    values.take(Notification(0, "strap", "2a37", bytes([0, 0])))
    assert {} == values.now(0)


def test_a_pod_says_steps_and_speed() -> None:
    """GIVEN a pod WHEN it notifies THEN steps a minute and speed are told, and either can be left
    out.
    """
    values = Values(load_profile("stryd"))
    values.take(Notification(0, "pod", "2a53", bytes.fromhex("0780035ae90039300000")))
    assert "180 steps/min, 3.5 m/s" == spelt(values.now(0))
    assert "180 steps/min" == spelt(values.now(0), frozenset({"speed_mps"}))
