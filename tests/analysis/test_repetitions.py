"""Repetitions with their figures out of whole recordings: by positions, speeds, presses, and where
there are none.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.repetitions import RepetitionSource, RepFigures, repetitions
from kickcue.config.profile_files import load_profiles
from kickcue.core.crossing.gate import Plane
from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, Fix, Mark, MarkSource
from kickcue.core.units import s_to_ns
from kickcue.recording import Header, Recording
from kickcue.recording.model import Entry
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from tests.recording.event_strategies import events_of

REPS_S = [(60.0, 100.0), (160.0, 200.0), (260.0, 302.0), (362.0, 400.0)]
"""200 m each, in a session of 460 s."""
PROFILES = load_profiles()


def session(
    *, pod: bool = True, total: bool = True, fixes: bool = False, silent: range = range(0)
) -> list[Entry]:
    """Return a session: a pod and a receiver each second, 90 strides a minute in the repetitions
    and 95 in the last, standing between.
    """
    entries: list[Entry] = []
    plane, run_m = Plane(51.5, 0.0), 0.0
    for second in range(461):
        last = second > REPS_S[-1][0]
        at_work = next(((a, b) for a, b in REPS_S if a < second <= b), None)
        mps = 0.0 if at_work is None else 200.0 / (at_work[1] - at_work[0])
        run_m += mps
        if pod and second not in silent:
            cadence = 0 if at_work is None else 95 if last else 90
            entries.append(
                pod_notification(s_to_ns(second), PodSample(mps, cadence, run_m if total else None))
            )
        if fixes and second not in silent:
            entries.append(Fix(s_to_ns(second), *plane.lat_lon(run_m, 0.0)))
    return entries


def pressed(reps_s: Iterable[tuple[float, float]] = REPS_S) -> list[Entry]:
    return [Command(s_to_ns(t_s), CommandKind.LAP) for rep in reps_s for t_s in rep]


def found(
    entries: Sequence[Entry], way: RepetitionSource | None = None
) -> tuple[RepetitionSource, tuple[RepFigures, ...]]:
    recording = Recording.of(Path("session.jsonl"), Header(), entries)
    return repetitions(recording, sensor_profiles(recording, PROFILES), way)


def check(reps: Sequence[RepFigures], *, within_s: float = 1.5, within_m: float = 12.0) -> None:
    """Fail where a repetition is missing, or its ends, its distance or the rest before it are not
    right.
    """
    assert len(REPS_S) == len(reps), reps
    for rep, (start_s, end_s) in zip(reps, REPS_S, strict=True):
        assert start_s == pytest.approx(rep.start_s, abs=within_s)
        assert end_s == pytest.approx(rep.end_s, abs=within_s)
        assert rep.distance_m == pytest.approx(200.0, abs=within_m)
        assert rep.speed_mps == pytest.approx(200.0 / (end_s - start_s), abs=0.35)
    assert [None, *(b[0] - a[1] for a, b in pairwise(REPS_S))] == [
        rep.rest_s if rep.rest_s is None else pytest.approx(rep.rest_s, abs=2.0 * within_s)
        for rep in reps
    ]


def test_speeds_of_a_pod() -> None:
    """GIVEN a pod with a total THEN the repetitions are found by its speeds, each with distance,
    speed, cadence and the rest before it.
    """
    way, reps = found(session())
    assert RepetitionSource.SPEED is way
    check(reps)
    assert [180.0, 180.0, 180.0, 190.0] == [
        rep.cadence_spm and round(rep.cadence_spm, -1) for rep in reps
    ]


def test_speeds_of_a_pod_without_a_total() -> None:
    """GIVEN a pod that tells its speed alone THEN distance is summed from it."""
    _, reps = found(session(total=False))
    check(reps)


def test_a_silence_in_a_repetition_does_not_part_it() -> None:
    """GIVEN a pod that is silent for 12 s within a repetition but counts on THEN the repetition is
    one.
    """
    _, reps = found(session(silent=range(170, 182)))
    check(reps)


def test_positions_alone() -> None:
    """GIVEN positions and nothing else THEN the repetitions are found by them, the distance is the
    way along them, the cadence unknown.
    """
    way, reps = found(session(pod=False, fixes=True))
    assert RepetitionSource.POSITIONS is way
    check(reps)
    assert {None} == {rep.cadence_spm for rep in reps}


def test_presses_alone() -> None:
    """GIVEN lap presses and nothing else THEN the repetitions are they, and how far they were is
    not known.
    """
    way, reps = found(pressed())
    assert RepetitionSource.MARKS is way
    assert REPS_S == [(rep.start_s, rep.end_s) for rep in reps]
    assert {None} == {rep.distance_m for rep in reps}


def test_presses_beside_a_pod() -> None:
    """GIVEN presses and a pod THEN unless told the pod's speeds are used; by the presses each has
    the pod's metres between them.
    """
    entries = session() + pressed()
    assert RepetitionSource.SPEED is found(entries)[0]
    _, reps = found(entries, RepetitionSource.MARKS)
    check(reps, within_s=0.0, within_m=1.0)


def test_an_end_that_nobody_pressed() -> None:
    """GIVEN one end not pressed THEN it is filled in, called not seen, and no distance is told of
    that repetition.
    """
    marks = [mark for mark in pressed() if mark.t_ns != s_to_ns(200.0)]
    _, reps = found(session() + marks, RepetitionSource.MARKS)
    assert [True, False, True, True] == [rep.whole for rep in reps]
    assert reps[1].end_s == pytest.approx(200.0, abs=2.0)
    assert reps[1].distance_m is None
    assert None not in [rep.distance_m for rep in (reps[0], *reps[2:])]


def test_a_press_taken_back_is_none() -> None:
    """GIVEN a stray press that was taken back, and a line crossed by position THEN only the presses
    that stood count.
    """
    stray: list[Entry] = [
        Command(s_to_ns(80.0), CommandKind.LAP),
        Command(s_to_ns(81.0), CommandKind.UNDO_LAP),
        Mark(s_to_ns(85.0), MarkSource.GATE),
    ]
    _, reps = found([*stray, *pressed()])
    assert REPS_S == [(rep.start_s, rep.end_s) for rep in reps]


def even_run() -> list[Entry]:
    return [
        pod_notification(s_to_ns(second), PodSample(4.0, 88, 4.0 * second)) for second in range(600)
    ]


@pytest.mark.parametrize(
    ("entries", "way", "why"),
    [
        ([], None, "it has no positions, speeds or lap presses"),
        (
            even_run(),
            None,
            "no repetitions by speed: hard running and rest differ by less than 1 m/s",
        ),
        (session()[:130], None, "one stretch of running"),
        (
            even_run(),
            RepetitionSource.MARKS,
            "no lap presses to find repetitions by; available: speed",
        ),
        (
            pressed(),
            RepetitionSource.POSITIONS,
            "no positions to find repetitions by; available: marks",
        ),
        (
            pressed()[:2] * 2,
            RepetitionSource.MARKS,
            "the presses do not alternate between starts and ends",
        ),
        ([Fix(0, 0.0, 0.0), Fix(10**18, 1.0, 1.0)], None, "too long for a session"),
    ],
)
def test_where_there_are_none(entries: list[Entry], way: RepetitionSource | None, why: str) -> None:
    """GIVEN nothing, an even run, one stretch, no such evidence, or a clock that jumped THEN one
    sentence says what is missing.
    """
    with pytest.raises(DataError, match=why):
        found(entries, way)


@given(st.lists(st.one_of(events_of(Fix), events_of(Mark), events_of(Command)), max_size=12))
def test_whatever_is_recorded(entries: list[Entry]) -> None:
    """GIVEN any fixes, marks and orders, in any order THEN there are repetitions in order of time,
    or a DataError; nothing else.
    """
    try:
        _, reps = found([entry for entry in entries if entry.t_ns < 10**12])
    except DataError:
        return
    assert sorted(reps, key=lambda rep: rep.start_s) == list(reps)
