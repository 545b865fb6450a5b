"""Which laps of an activity are evidence of a line: by what the file calls them, and by how they
were run.
"""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from kickcue.core.units import s_to_ns
from kickcue.recording.interpolation import Interpolated
from kickcue.recording.laps import PRESSES, Lap, LapKind, kinds_of, note_on, triggers_of

PRESS, AUTOMATIC, REPETITION = LapKind.PRESS, LapKind.AUTOMATIC, LapKind.REPETITION
MILE_M = 1609.34


def laps(
    ends_s: Sequence[float], trigger: str = "manual", lengths_m: Sequence[float] = ()
) -> list[Lap]:
    """Return laps that end there, and a last one; ``lengths_m`` as the file tells them."""
    told: list[float | None] = [*lengths_m] or [None] * len(ends_s)
    whole = [Lap(s_to_ns(t), trigger, False, m) for t, m in zip(ends_s, told, strict=True)]
    return [*whole, Lap(s_to_ns(ends_s[-1] + 60.0), trigger, final=True)]


def steady(mps: float = 4.0) -> Interpolated:
    return Interpolated([(0, 0.0), (s_to_ns(10_000.0), 10_000.0 * mps)])


def kinds(found: Sequence[Lap], way: Interpolated | None) -> set[LapKind]:
    """Return what the laps are, without the last."""
    return set(kinds_of(found, way, 0)[:-1])


@pytest.mark.parametrize("length_m", [400.0, 500.0, 1000.0, MILE_M, MILE_M / 2.0, 5000.0])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_laps_of_one_round_length_are_the_watchs_own(length_m: float, count: int) -> None:
    """GIVEN laps called manual, all as long by the file or by the records
    THEN they are automatic.
    """
    ends_s = [length_m / 4.0 * n for n in range(1, count + 1)]
    assert {AUTOMATIC} == kinds(laps(ends_s, lengths_m=[length_m] * count), None)
    assert {AUTOMATIC} == kinds(laps(ends_s), steady())


def test_an_exporter_that_ends_laps_at_the_next_record() -> None:
    """GIVEN lengths up to a second of running beyond the kilometre THEN the laps are automatic."""
    lengths_m = [1003.2, 1000.4, 1001.9, 1004.4, 1002.7]
    assert {AUTOMATIC} == kinds(laps([250, 500, 750, 1000, 1250], lengths_m=lengths_m), None)


@pytest.mark.parametrize("mps", [3.7, 4.1, 5.3])
@pytest.mark.parametrize("lap_m", [200.0, 400.0])
def test_laps_of_a_track_that_end_at_the_next_record(lap_m: float, mps: float) -> None:
    """GIVEN laps by distance that each end at the first full second beyond, with no length in the
    file THEN they are automatic.
    """
    ends_s = [float(math.ceil(lap_m * n / mps)) for n in range(1, 11)]
    assert {AUTOMATIC} == kinds(laps(ends_s), steady(mps))


@pytest.mark.parametrize("scale", [0.98, 0.995, 1.004, 1.03])
def test_a_runner_who_presses_to_the_second(scale: float) -> None:
    """GIVEN presses of a watch that stamps full seconds, and a distance half a per cent off or more
    THEN they are the runner's.
    """
    ends_s = [float(round(80.3 * n)) for n in range(1, 13)]
    assert {PRESS} == kinds(laps(ends_s), steady(400.0 / 80.3 * scale))


def test_a_press_between_automatic_laps_stays_a_press() -> None:
    """GIVEN automatic laps and one press THEN that one is still a person's."""
    found = laps([250, 500, 600, 850], lengths_m=[1000.0, 1000.0, 412.5, 1000.0])
    assert [AUTOMATIC, AUTOMATIC, PRESS, AUTOMATIC] == [*kinds_of(found, None, 0)[:-1]]


@given(st.lists(st.floats(-0.5, 0.5), min_size=4, max_size=12), st.floats(0.97, 1.03))
def test_a_runners_presses_are_his(late_s: list[float], scale: float) -> None:
    """GIVEN presses at the lines of 400 m up to half a second off, and a watch within 3 % THEN they
    are marks.

    Unless the watch's distance says the same: it reads exactly, or reads a quarter of a mile.
    """
    ends_s = [80.0 * n + late for n, late in enumerate(late_s, 1)]
    found = kinds_of(laps(ends_s), steady(5.0 * scale), 0)[:-1]
    drift_m = [(end_s * 5.0 * scale) - 400.0 * n for n, end_s in enumerate(ends_s, 1)]
    if len(ends_s) >= 6 and max(drift_m) - min(drift_m) <= 5.0:
        return  # so exact is its distance that the lines tell nothing new
    near = [
        any(abs((b - a) * 5.0 * scale - usual_m) <= 0.5 for usual_m in (400.0, 402.336))
        for a, b in zip([0, *ends_s], ends_s, strict=False)
    ]
    assert sum(near) >= 0.75 * len(near) or {PRESS} == set(found)


@pytest.mark.parametrize(
    ("trigger", "lap_m", "kind"),
    [
        ("position_lap", 408.0, LapKind.POSITION),
        ("position", 203.0, LapKind.POSITION),
        ("position_marked", 1240.0, LapKind.ELSEWHERE),
        ("position", 640.0, LapKind.ELSEWHERE),
    ],
)
def test_laps_by_position(trigger: str, lap_m: float, kind: LapKind) -> None:
    """A position is the line's where its laps are a track's; that of a park is not."""
    ends_s = [31.0 + lap_m / 4.0 * n for n in range(5)]
    assert {kind} == kinds(laps(ends_s, trigger), steady())
    assert {LapKind.POSITION} == kinds(laps(ends_s, trigger), None), "nothing speaks against it"


def repeats(fast: float, slow: float, rests_s: Sequence[float]) -> tuple[list[Lap], Interpolated]:
    """Return presses at both ends of 60 s at ``fast``, ``slow`` between, after 300 s of warm-up."""
    t_s, way_m = 300.0, 780.0
    points, ends_s = [(0, 0.0), (s_to_ns(t_s), way_m)], [t_s]
    for rest_s in rests_s:
        for seconds, mps in ((60.0, fast), (rest_s, slow)):
            t_s, way_m = t_s + seconds, way_m + seconds * mps
            points.append((s_to_ns(t_s), way_m))
            ends_s.append(t_s)
    return laps(ends_s), Interpolated(points)


@pytest.mark.parametrize("slow", [0.0, 1.5, 3.0])
def test_presses_at_both_ends_of_a_repetition(slow: float) -> None:
    """GIVEN fast and slow in turn THEN the presses stand at the ends of repetitions."""
    assert {REPETITION} == kinds(*repeats(4.6, slow, [127.0, 133.0, 129.0, 131.0]))


@pytest.mark.parametrize("lap_s", [[64, 66, 63, 52], [80, 82, 81, 95, 80], [61, 64, 66, 60]])
def test_a_race_with_a_kick_or_a_slow_lap_is_no_session(lap_s: list[float]) -> None:
    """GIVEN laps of one race THEN their presses are at the line though one lap was much faster."""
    ends_s = [sum(lap_s[: n + 1]) for n in range(len(lap_s))]
    points = [(s_to_ns(t), 408.0 * n) for n, t in enumerate([0.0, *ends_s])]
    assert {PRESS} == kinds(laps(ends_s), Interpolated(points))


def test_what_is_no_mark_is_told_in_one_line() -> None:
    """GIVEN laps that are no marks for a reason the file does not tell THEN it is told with the way
    out.
    """
    automatic = laps([250, 500], lengths_m=[1000.0, 1000.0])
    found = kinds_of(automatic, None, 0)
    assert {"distance": 2, "manual": 1} == triggers_of(automatic, found)
    told = "laps not used as marks: 2 automatic, though marked as manual (--marks all uses them)"
    assert told == note_on(automatic, found, "manual")
    assert note_on(automatic, found, "all") is None, "they are taken"
    session, way = repeats(4.6, 1.5, [127.0, 133.0])
    in_turn = kinds_of(session, way, 0)
    assert "5 pressed at the ends" in (note_on(session, in_turn, "manual") or "")
    assert note_on(session, in_turn, PRESSES) is None, "they are presses all the same"
    unknown = laps([100, 200], "unknown")
    assert "3 with no trigger recorded (--marks all" in (
        note_on(unknown, kinds_of(unknown, None, 0), "manual") or ""
    )
    pressed = laps([81, 163, 244])
    assert note_on(pressed, kinds_of(pressed, steady(5.1), 0), "manual") is None
    by_distance = laps([250, 500], "distance")
    assert note_on(by_distance, kinds_of(by_distance, None, 0), "manual") is None, (
        "as the file says"
    )


def test_one_slow_lap_makes_no_repetitions() -> None:
    """GIVEN three laps of 400 m of which the middle one is slow THEN all are presses at the line:
    fast and slow in turn is what goes on.
    """
    found = laps([70.0, 170.0, 240.0], lengths_m=[401.3, 398.2, 402.9])
    assert {PRESS} == kinds(found, None)
