"""How well each sensor was heard: the share of the time with fresh values, silences, losses."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from kickcue.analysis.review.model import SensorReview, Span
from kickcue.analysis.review.sensors import gaps_and_pauses, sensor_reviews
from kickcue.config.profile_files import load_profile
from kickcue.core.events import Link, Notification, Timer
from kickcue.core.units import s_to_ns
from kickcue.recording import Entry, Header, Recording
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

SENSORS = {"pod": "generic-rsc", "strap": "generic-hr"}
PROFILES = {name: load_profile(profile) for name, profile in SENSORS.items()}


def pod(second: float) -> Notification:
    return pod_notification(s_to_ns(second), PodSample(4.0, 88 + int(second) % 3, 4.0 * second))


def strap(second: float, bpm: int | None = None) -> Notification:
    return strap_notification(s_to_ns(second), 150 + int(second) % 5 if bpm is None else bpm)


def recorded(entries: Iterable[Entry]) -> Recording:
    in_order = sorted(entries, key=lambda entry: entry.t_ns)
    return Recording.of(Path("race.jsonl"), Header(sensors=SENSORS), in_order)


def reviews(
    entries: Iterable[Entry], from_s: float = 0.0, to_s: float = 100.0
) -> Mapping[str, SensorReview]:
    found = sensor_reviews(recorded(entries), PROFILES, s_to_ns(from_s), s_to_ns(to_s))
    return {each.name: each for each in found}


def test_a_sensor_that_never_failed() -> None:
    """GIVEN a notification a second THEN the whole time is covered, at one a second."""
    told = reviews([pod(s) for s in range(101)])["pod"]
    assert (101, 1.0, 1.0, 1.0) == (
        told.notifications,
        told.rate_hz,
        told.covered,
        told.longest_silence_s,
    )
    assert (0, 0, "generic-rsc") == (told.broken, told.lost_links, told.profile)


def test_a_sensor_that_never_came() -> None:
    """GIVEN a strap that the race names and nobody heard THEN it is there, with nothing covered."""
    told = reviews([pod(s) for s in range(101)])["strap"]
    assert (0, None, 0.0, 100.0) == (
        told.notifications,
        told.rate_hz,
        told.covered,
        told.longest_silence_s,
    )
    assert 0.0 == told.longest_silence_race_s


def test_a_silence() -> None:
    """GIVEN a strap that falls silent for 40 s THEN that long it covers nothing but what its last
    value was good for, and the silence is told from the gun.
    """
    told = reviews([strap(s) for s in range(150) if not 50 < s < 90], from_s=20.0, to_s=120.0)
    assert 0.6 < told["strap"].covered < 0.65
    assert (40.0, 30.0) == (
        told["strap"].longest_silence_s,
        told["strap"].longest_silence_race_s,
    )


def test_what_came_before_the_gun_and_after_the_end_does_not_count() -> None:
    """GIVEN a strap that was heard before and after the race alone THEN nothing is covered."""
    outside = [strap(s) for s in (*range(15), *range(125, 140))]
    told = reviews([*outside, Link(s_to_ns(5), "strap", up=False)], 20.0, 120.0)["strap"]
    assert (0, 0.0, 0) == (told.notifications, told.covered, told.lost_links)


def test_a_lost_link_ends_what_is_fresh() -> None:
    """GIVEN a link that breaks half a second after a value THEN no more than that is covered."""
    heard = [pod(s) for s in range(51)]
    told = reviews([*heard, Link(s_to_ns(50.5), "pod", up=False)])["pod"]
    assert 1 == told.lost_links
    assert told.covered == pytest.approx(0.505)


def test_a_value_that_is_none_is_not_fresh() -> None:
    """GIVEN a strap that sends 0 while it searches for half of the time THEN half is covered."""
    told = reviews([strap(s, 0 if s < 50 else None) for s in range(101)])["strap"]
    assert 101 == told.notifications
    assert told.covered == pytest.approx(0.5)


def test_a_frozen_pod_is_not_fresh() -> None:
    """GIVEN a pod that repeats one value for a minute THEN what is longer than a living runner can
    have it is not covered.
    """
    moving = [pod(s) for s in range(41)]
    stuck = pod(40)
    frozen = [
        Notification(s_to_ns(s), stuck.sensor, stuck.char, stuck.data) for s in range(41, 101)
    ]
    told = reviews([*moving, *frozen])["pod"]
    assert told.covered == pytest.approx(0.51, abs=0.02)


def test_what_cannot_be_read_is_counted() -> None:
    """GIVEN notifications cut short THEN they are counted, and cover nothing."""
    cut = [Notification(s_to_ns(s), "strap", "2a37", b"\x01") for s in range(101)]
    assert (101, 0.0) == (reviews(cut)["strap"].broken, reviews(cut)["strap"].covered)


def test_a_pause_counts_for_nothing() -> None:
    """GIVEN a recorder that was stopped for 40 s of 100 THEN a sensor that was heard all else of
    the time covers all, and its silence is none; pauses and gaps are told by the race's clock.
    """
    stop, go = Timer(s_to_ns(30), running=False), Timer(s_to_ns(70), running=True)
    heard = [pod(s) for s in (*range(31), *range(70, 81), *range(90, 101))]
    told = reviews([*heard, stop, go])["pod"]
    assert (10.0, 40.0) == (told.longest_silence_s, told.longest_silence_race_s)
    assert told.covered == pytest.approx(1.0 - 7.0 / 60.0, abs=0.03)
    gaps, pauses = gaps_and_pauses(recorded([*heard, stop, go]), 0, s_to_ns(100.0))
    assert ((Span(40.0, 50.0),), (Span(30.0, 30.0),)) == (gaps, pauses)
