"""A real session of 16 x 200 m on a track: every repetition found, from positions alone and from
presses alone.

Truth: the runner paused the recorder in every rest, so a repetition begins with the first fix after
a pause and ends with the last before the next one (``truth.tsv``; good to about a second, the
recorder's rate and the thumb on it). The file holds no laps: presses are simulated at the true
moments.
"""

import math
from pathlib import Path
from random import Random

import pytest

from kickcue.core.course import course_for
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.gate import Gate, LineGate, Plane
from kickcue.core.events import Fix
from kickcue.core.repetitions.rep_segmentation import reps_from_marks
from kickcue.core.repetitions.repetition import Rep, reps_from_fixes
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import read

pytestmark = pytest.mark.recordings

NAME = "ParseGPX_track_session.gpx"
WITHIN_S = 3.0


def truth(data_dir: Path) -> list[tuple[float, float]]:
    """Return start and end of each repetition in seconds since the first record."""
    rows = [
        line.split("\t")
        for line in (data_dir / "truth.tsv").read_text(encoding="utf-8").splitlines()
    ]
    moments = [float(row[1]) for row in rows if row[0] == NAME]
    return list(zip(moments[::2], moments[1::2], strict=True))


def recorded(data_dir: Path) -> list[Fix]:
    return [
        event for event in read(data_dir / "recordings" / NAME).inputs if isinstance(event, Fix)
    ]


def check(reps: tuple[Rep, ...], true_s: list[tuple[float, float]]) -> None:
    """Fail with the whole table where a repetition is missing or an end is off by more than 3 s."""
    told = [(ns_to_s(rep.start_ns), ns_to_s(rep.end_ns)) for rep in reps]
    off = [
        (found[0] - true[0], found[1] - true[1]) for found, true in zip(told, true_s, strict=False)
    ]
    table = [f"{'rep':>3} {'true s':>15} {'start off s':>12} {'end off s':>10}"]
    table += [
        f"{n:3} {true[0]:7.0f} {true[1]:7.0f} {a:12.1f} {b:10.1f}"
        for n, (true, (a, b)) in enumerate(zip(true_s, off, strict=False), 1)
    ]
    right = len(told) == len(true_s) and all(abs(one) <= WITHIN_S for pair in off for one in pair)
    assert right, f"{len(told)} found of {len(true_s)}\n" + "\n".join(table)


def test_the_truth_is_sixteen_of_200_m(data_dir: Path) -> None:
    """The truth that is tested against is 16 repetitions of 35 to 50 s."""
    true_s = truth(data_dir)
    assert 16 == len(true_s)
    assert all(35.0 <= end_s - start_s <= 50.0 for start_s, end_s in true_s)


def test_from_positions_alone(data_dir: Path) -> None:
    """GIVEN the fixes as recorded THEN all 16 are found, each end within 3 s."""
    check(reps_from_fixes(recorded(data_dir)), truth(data_dir))


@pytest.mark.parametrize("seed", range(5))
def test_from_positions_with_the_recorder_left_running(data_dir: Path, seed: int) -> None:
    """GIVEN the rests filled with a fix a second of somebody who stands about, 1 m of noise THEN
    all 16 are found, each end within 3 s.
    """
    random, fixes, filled = Random(seed), recorded(data_dir), []
    for before, after in zip(fixes, [*fixes[1:], fixes[-1]], strict=True):
        filled.append(before)
        gap_s = round(ns_to_s(after.t_ns - before.t_ns))
        plane = Plane(before.lat_deg, before.lon_deg)
        east, north = plane.east_north(after.lat_deg, after.lon_deg)
        for second in range(1, gap_s):
            share = second / gap_s
            place = plane.lat_lon(
                share * east + random.gauss(0.0, 1.0), share * north + random.gauss(0.0, 1.0)
            )
            filled.append(Fix(before.t_ns + s_to_ns(second), *place))
    check(reps_from_fixes(filled), truth(data_dir))


def presses(true_s: list[tuple[float, float]], random: Random, missed: float) -> list[int]:
    """Return presses at the starts and ends with a thumb's faults: 0.4 +- 0.3 s late, 5 % doubled,
    ``missed`` forgotten.
    """
    found = []
    for moment_s in (moment_s for pair in true_s for moment_s in pair):
        if random.random() < missed:
            continue
        pressed_s = moment_s + max(random.gauss(0.4, 0.3), 0.0)
        found.append(pressed_s)
        if random.random() < 0.05:
            found.append(pressed_s + random.uniform(1.0, 5.0))
    return [s_to_ns(t_s) for t_s in found]


@pytest.mark.parametrize("seed", range(30))
def test_from_presses_alone(data_dir: Path, seed: int) -> None:
    """GIVEN presses that are late and doubled THEN all 16 are found, each end within 3 s."""
    true_s = truth(data_dir)
    check(reps_from_marks(presses(true_s, Random(seed), missed=0.0)), true_s)


def test_from_presses_of_which_some_are_forgotten(data_dir: Path) -> None:
    """GIVEN one press in ten forgotten, 40 times THEN all repetitions pressed at all are told,
    every end pressed within 3 s, in 85 % of them.
    """
    true_s = truth(data_dir)
    right = 0
    for seed in range(40):
        pressed = presses(true_s, Random(seed), missed=0.10)
        reps = reps_from_marks(pressed)
        seen = [
            tuple(any(-0.1 <= ns_to_s(p) - t_s <= WITHIN_S for p in pressed) for t_s in rep)
            for rep in true_s
        ]
        wanted = [(rep, ends) for rep, ends in zip(true_s, seen, strict=True) if any(ends)]
        right += len(reps) == len(wanted) and all(
            abs(ns_to_s(told_ns) - true) <= WITHIN_S
            for rep, (truths, ends) in zip(reps, wanted, strict=True)
            for told_ns, true, was_seen in zip(
                (rep.start_ns, rep.end_ns), truths, ends, strict=True
            )
            if was_seen
        )
    assert right >= 0.85 * 40, right


def test_a_line_across_a_real_track(data_dir: Path) -> None:
    """GIVEN a line half-way through the second repetition THEN every even one crosses it once,
    half-way, and no odd one does.
    """
    fixes, true_s = recorded(data_dir), truth(data_dir)
    start_s, end_s = true_s[1]
    seen = [fix for fix in fixes if start_s <= ns_to_s(fix.t_ns) <= end_s]
    before, middle, after = seen[len(seen) // 2 - 2], seen[len(seen) // 2], seen[len(seen) // 2 + 2]
    east, north = Plane(before.lat_deg, before.lon_deg).east_north(after.lat_deg, after.lon_deg)
    line = LineGate(
        Gate(middle.lat_deg, middle.lon_deg, math.degrees(math.atan2(east, north)) % 360.0),
        extrapolates=False,
    )
    crossed_s = [ns_to_s(t_ns) for fix in fixes if (t_ns := line.feed(fix)) is not None]
    halves = [
        (crossed - a) / (b - a) for crossed, (a, b) in zip(crossed_s, true_s[1::2], strict=True)
    ]
    assert [] == [half for half in halves if not 0.4 < half < 0.6]


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("trackeR_2013-06-08-090442.TCX.gz", "5000m"),
        ("trackeR_2013-06-14-100911.TCX.gz", "10000m"),
        (NAME, "3200m"),
    ],
)
def test_what_is_no_lap_of_the_track_marks_nothing(data_dir: Path, name: str, event: str) -> None:
    """GIVEN a run on roads, or halves of a lap with rests, taken for a race on the track THEN no
    line is learned that marks anything.
    """
    line = FinishLine(course_for(event))
    fixes = [
        entry for entry in read(data_dir / "recordings" / name).inputs if isinstance(entry, Fix)
    ]
    first, *others = fixes
    line.feed(first)
    line.start(first.t_ns)
    assert [] == [t_ns for fix in others if (t_ns := line.feed(fix)) is not None]
