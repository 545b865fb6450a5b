"""Repetitions beside each other: those of one length, their rests, the last against the others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.review.model import Repeats
from kickcue.analysis.review.repeats import repeats_review
from kickcue.config.profile_files import load_profiles
from kickcue.core.events import LegEnd, LegKind, LegResult
from kickcue.core.units import s_to_ns
from kickcue.recording import Entry, Header, Recording
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

PROFILES = load_profiles()
Leg = tuple[float, float, float]
"""Begin and end in seconds, metres."""
FOUR = [(60.0, 100.0, 200.0), (160.0, 200.0, 200.0), (260.0, 302.0, 200.0), (362.0, 400.0, 200.0)]


def heard(legs: Sequence[Leg], until_s: int = 461) -> list[Entry]:
    """Return a pod and a strap each second: standing but in the legs, the heart ever faster."""
    entries: list[Entry] = []
    run_m = 0.0
    for second in range(until_s):
        leg = next((leg for leg in legs if leg[0] < second <= leg[1]), None)
        mps = 0.0 if leg is None else leg[2] / (leg[1] - leg[0])
        run_m += mps
        entries.append(pod_notification(s_to_ns(second), PodSample(mps, 90 if leg else 0, run_m)))
        entries.append(strap_notification(s_to_ns(second), 120 + second // 10))
    return entries


def results(legs: Sequence[Leg], last: LegEnd = LegEnd.DISTANCE) -> list[Entry]:
    return [
        LegResult(
            s_to_ns(end_s),
            LegKind.REP,
            2 * number,
            number,
            s_to_ns(begin_s),
            s_to_ns(end_s),
            last if number == len(legs) else LegEnd.DISTANCE,
            metres,
        )
        for number, (begin_s, end_s, metres) in enumerate(legs, 1)
    ]


def reviewed(
    entries: Sequence[Entry], planned: int | None = None, start_s: float = 0.0
) -> Repeats | None:
    in_order = sorted(entries, key=lambda entry: entry.t_ns)
    recording = Recording.of(Path("session.jsonl"), Header(), in_order)
    profiles = sensor_profiles(recording, PROFILES)
    return repeats_review(recording, profiles, s_to_ns(start_s), planned)


def test_the_session_has_the_last_word() -> None:
    """GIVEN what a session reported THEN its times, metres and rests are those, from the start; the
    last is compared with the mean of the others, and heart and cadence are the sensors'.
    """
    told = reviewed([*heard(FOUR), *results(FOUR)], planned=4, start_s=50.0)
    assert told is not None
    assert ("session", 4, 4) == (told.found_by, told.planned, told.alike)
    assert [10.0, 110.0, 210.0, 312.0] == [each.race_s for each in told.each]
    assert [60.0, 160.0, 260.0, 362.0] == [each.t_s for each in told.each]
    assert [None, 60.0, 60.0, 60.0] == [each.rest_s for each in told.each]
    assert (40.0, 38.0, 42.0) == (told.mean_s, told.fastest_s, told.slowest_s)
    assert (60.0, 0.0) == (told.mean_rest_s, told.rest_spread_s)
    assert told.last_percent == pytest.approx(100.0 * ((40 + 40 + 42) / 3 / 38 - 1.0))
    first = told.each[0].body
    assert (180.0, 130) == (first.cadence_spm, first.most_heart_rate_bpm)
    assert first.step_m == pytest.approx(60.0 * 5.0 / 180.0)
    assert first.heart_rate_bpm == pytest.approx(128.0, abs=1.0)


def test_one_that_was_broken_off_is_not_whole() -> None:
    """GIVEN a session that was ended within its last repetition THEN that one is told, and counts
    for no figure.
    """
    cut = [*FOUR[:3], (362.0, 380.0, 195.0)]
    told = reviewed([*heard(cut), *results(cut, LegEnd.SESSION)], planned=4)
    assert told is not None
    assert [True, True, True, False] == [each.whole for each in told.each]
    assert (3, 40.0) == (told.alike, told.fastest_s)


def test_a_later_result_replaces_an_earlier_one() -> None:
    """GIVEN an end that was corrected THEN the later one counts."""
    late = [replace(each, ended_ns=each.ended_ns + s_to_ns(3.0)) for each in results(FOUR)[-1:]]  # type: ignore[type-var,union-attr]
    told = reviewed([*heard(FOUR), *late, *results(FOUR)], planned=4)
    again = reviewed([*heard(FOUR), *results(FOUR), *late], planned=4)
    assert told is not None
    assert again is not None
    assert 4 == len(told.each) == len(again.each)
    assert 41.0 == again.each[-1].seconds


@pytest.mark.parametrize(
    ("metres", "alike"),
    [
        ([200.0, 200.0, 200.0, 200.0], 4),
        ([200.0, 206.0, 194.0, 400.0], 3),
        ([200.0, 400.0, 200.0, 400.0], 2),
        ([200.0, 300.0, 400.0, 500.0], 1),
    ],
)
def test_those_of_one_length_are_compared(metres: list[float], alike: int) -> None:
    """GIVEN repetitions of several lengths THEN the figures are of the most of one length."""
    legs = [(begin, end, m) for (begin, end, _), m in zip(FOUR, metres, strict=True)]
    told = reviewed([*heard(legs), *results(legs)], planned=4)
    assert told is not None
    assert (4, alike) == (len(told.each), told.alike)
    assert (told.last_percent is None) == (alike < 2)


def test_those_of_another_recorder_are_found() -> None:
    """GIVEN no plan and nothing reported THEN the speeds show them, with no kind of end."""
    told = reviewed(heard(FOUR))
    assert told is not None
    assert ("speed", None, 4) == (told.found_by, told.planned, len(told.each))
    assert {None} == {each.by for each in told.each}
    assert [40.0, 40.0, 42.0, 38.0] == pytest.approx([r.seconds for r in told.each], abs=1.5)


def test_an_even_run_has_none() -> None:
    """GIVEN a run at one pace, or a session of which nothing was run THEN there are none."""
    assert reviewed(heard([(0.0, 460.0, 1600.0)])) is None
    assert reviewed(heard(FOUR), planned=4) is None
