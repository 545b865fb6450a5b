"""Whatever a recording holds, and however little of it: a review, with figures that make sense."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from math import fsum
from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.model import Ending, Review, ReviewKind
from kickcue.core.errors import KickcueError
from kickcue.core.events import (
    Command,
    CommandKind,
    Estimate,
    Mark,
    Notification,
    Tick,
    Timer,
)
from kickcue.core.units import s_to_ns
from kickcue.recording import Entry
from kickcue.replay.reviewed import reviewed
from tests.analysis.review import made_up

RACE = made_up.race_recording()


def floats(value: Any) -> Iterator[float]:
    """Yield every number with a fraction in a review."""
    if isinstance(value, float):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from floats(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from floats(each)


def check(review: Review) -> None:
    """Check what holds of every review."""
    assert all(math.isfinite(number) for number in floats(review))
    metres = [each for each in review.series.distance_m if each is not None]
    assert all(after >= before for before, after in pairwise(metres))
    assert len({len(getattr(review.series, each.name)) for each in fields(review.series)}) == 1
    if review.laps:
        assert review.seconds == pytest.approx(fsum(lap.seconds for lap in review.laps), abs=1e-6)
        assert all(a.to_m == b.from_m for a, b in pairwise(review.laps))
    assert all(lap.seconds > 0.0 and lap.to_m > lap.from_m for lap in review.laps)
    assert review.headline.endswith(".")
    assert review.seconds >= 0.0


def is_of(entry: Entry, *kinds: CommandKind) -> bool:
    return isinstance(entry, Command) and entry.kind in kinds


@given(st.floats(0.0, 1.0), st.integers(0, 20), st.integers(0, 2**32))
def test_any_part_of_a_recording_has_a_review(share: float, swaps: int, seed: int) -> None:
    """GIVEN a part of a race's entries, some of them in another order.

    THEN it is reviewed, or a clear error tells why not, and what holds of every review holds.
    """
    random = Random(seed)
    entries = [entry for entry in RACE.entries if random.random() < share]
    for _ in range(swaps if len(entries) > 1 else 0):
        a, b = random.randrange(len(entries)), random.randrange(len(entries))
        entries[a], entries[b] = entries[b], entries[a]
    try:
        review = reviewed(made_up.of_entries(RACE, entries))
    except KickcueError:
        return
    check(review)


@given(st.floats(0.0, 300.0), st.floats(0.0, 300.0))
def test_a_cut_recording_has_a_review(from_s: float, to_s: float) -> None:
    """GIVEN a race of which only a stretch was kept THEN it is reviewed."""
    entries = [e for e in RACE.entries if s_to_ns(from_s) <= e.t_ns <= s_to_ns(to_s)]
    try:
        check(reviewed(made_up.of_entries(RACE, entries)))
    except KickcueError:
        return


def test_no_start() -> None:
    """GIVEN a race whose start nobody pressed THEN what was run is shown, and that
    it never began.
    """
    inputs = [e for e in RACE.inputs if not is_of(e, CommandKind.START) and not isinstance(e, Mark)]
    review = reviewed(made_up.with_outputs(made_up.of_entries(RACE, inputs)))
    check(review)
    assert ReviewKind.RUN is review.kind
    assert "never started" in review.title


def test_aborted() -> None:
    """GIVEN a race that was given up THEN the review ends there, without a word on pacing."""
    inputs = [e for e in RACE.inputs if e.t_ns <= s_to_ns(200.0)]
    inputs.append(Command(s_to_ns(200.5), CommandKind.ABORT))
    review = reviewed(made_up.with_outputs(made_up.of_entries(RACE, inputs)))
    check(review)
    assert (Ending.ABORTED, None) == (review.ending, review.pacing)
    assert review.distance_m is not None
    assert 900.0 < review.distance_m < 1100.0
    assert 0.0 < review.seconds < 201.0


def test_cut_off() -> None:
    """GIVEN a recording that ends in the middle of the race THEN it says so."""
    entries = [e for e in RACE.entries if e.t_ns <= s_to_ns(200.0)]
    review = reviewed(made_up.of_entries(RACE, entries))
    check(review)
    assert (Ending.CUT_OFF, None) == (review.ending, review.pacing)


@pytest.mark.parametrize("sensor", ["strap", "pod"])
def test_without_a_sensor(sensor: str) -> None:
    """GIVEN a race without one sensor THEN its figures are unknown, and the laps are there."""
    inputs = [e for e in RACE.inputs if getattr(e, "sensor", None) != sensor]
    review = reviewed(made_up.with_outputs(made_up.of_entries(RACE, inputs)))
    check(review)
    assert Ending.FINISHED is review.ending
    assert len(review.laps) == 4
    body = review.body
    unknown = body.heart_rate_bpm if sensor == "strap" else body.cadence_spm
    assert unknown is None
    if sensor == "pod":
        assert set(review.series.mps) == {None}
        assert review.pacing is not None, "each line was pressed"
        assert review.pacing.last_200_s is None


def test_only_heart_rate() -> None:
    """GIVEN a run with nothing but a heart rate THEN it has no distance, and says so kindly."""
    review = reviewed(made_up.run_recording(pod=False))
    check(review)
    assert review.distance_m is None
    assert not review.laps
    assert 140.0 == pytest.approx(review.body.heart_rate_bpm, abs=1.0)


def test_a_gap_of_minutes() -> None:
    """GIVEN a gap of two minutes THEN the way goes on in it, its pace there is unknown, and the
    laps are still the whole time.
    """
    run = made_up.run_recording()
    hole = range(s_to_ns(300.0), s_to_ns(420.0))
    review = reviewed(
        made_up.of_entries(
            run, [e for e in run.entries if not (isinstance(e, Notification) and e.t_ns in hole)]
        )
    )
    check(review)
    assert review.series.mps[360] is None
    assert 3150.0 == pytest.approx(review.distance_m)
    assert [299.0, 420.0] == [
        bound for gap in review.gaps for bound in (gap.from_race_s, gap.to_race_s)
    ]


def test_fifty_kilometres() -> None:
    """GIVEN 50 km THEN there are as many laps, all even."""
    review = reviewed(made_up.run_recording(seconds=14_286, mps=3.5))
    check(review)
    assert len([lap for lap in review.laps if lap.full]) == 50


def test_a_stopped_watch_stops_the_clock() -> None:
    """GIVEN a watch that was stopped for 100 s THEN the laps and the whole leave them out."""
    run = made_up.run_recording(seconds=900)
    later = [
        type(e)(*(e.t_ns + s_to_ns(100.0), *[getattr(e, f.name) for f in fields(e)[1:]]))
        if e.t_ns > s_to_ns(400.0)
        else e
        for e in run.entries
        if not isinstance(e, Estimate)
    ]
    turns = [Timer(s_to_ns(400.0), False), Timer(s_to_ns(500.0), True)]
    entries = sorted([*later, *turns], key=lambda e: e.t_ns)
    review = reviewed(made_up.of_entries(run, entries))
    check(review)
    assert [900.0, 100.0] == pytest.approx([review.seconds, review.stopped_s])
    assert review.laps[1].seconds == pytest.approx(1000.0 / 3.5, abs=0.1)


def test_a_lap_order_is_a_mark() -> None:
    """GIVEN laps ordered by a command in place of a mark THEN the review is the same."""
    inputs = [
        Command(e.t_ns, CommandKind.LAP) if isinstance(e, Mark) else e
        for e in RACE.inputs
        if not isinstance(e, Tick)
    ]
    review = reviewed(made_up.with_outputs(made_up.of_entries(RACE, inputs)))
    assert [lap.seconds for lap in made_up.race().laps] == [lap.seconds for lap in review.laps]
