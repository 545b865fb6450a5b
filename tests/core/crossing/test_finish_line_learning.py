"""Learning the finish line from the gun and the first lap."""

import math
from random import Random

import pytest

from kickcue.core.course import course_for
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.gate import Plane
from kickcue.core.events import Fix
from kickcue.core.units import ns_to_s, s_to_ns
from tests.core.track import Venue, on_track

MPS = 5.0


def watched(line: FinishLine, fixes: list[Fix], gun_s: float = 0.0) -> list[float]:
    """Return when the line was crossed; the gun goes at ``gun_s``."""
    found, started = [], False
    for fix in fixes:
        if not started and fix.t_ns >= s_to_ns(gun_s):
            line.start(s_to_ns(gun_s))
            started = True
        crossed_ns = line.feed(fix)
        if crossed_ns is not None:
            found.append(ns_to_s(crossed_ns))
    return found


def run(
    event: str, seed: int, noise_m: float, lap_m: float = 400.0
) -> tuple[list[float], list[float], float]:
    """Return the crossings found, the true ones, and how far the learned line lies from the true
    one.
    """
    course = course_for(event, lap_m=lap_m)
    venue = Venue(Random(seed), noise_m=noise_m)
    seconds = int(course.distance_m / MPS) + 5
    line = FinishLine(course)
    found = watched(
        line, list(venue.fixes(lambda t_s: MPS * t_s, lap_m - course.first_crossing_m, seconds))
    )
    assert line.gate is not None
    off_m = math.hypot(
        *Plane(venue.gate.lat_deg, venue.gate.lon_deg).east_north(
            line.gate.lat_deg, line.gate.lon_deg
        )
    )
    return found, [m / MPS for m in course.crossings_m], off_m


@pytest.mark.parametrize(
    ("event", "missing"), [("800m", 0), ("10000m", 0), ("1500m", 1), ("5000m", 1), ("3000m", 1)]
)
@pytest.mark.parametrize("seed", range(4))
def test_every_line_after_the_first_lap_is_found(event: str, missing: int, seed: int) -> None:
    """GIVEN any event and 2 m of noise THEN every line from the end of the first lap on is marked
    once, within 2.5 s, and no other.
    """
    found, lines, _ = run(event, seed, noise_m=2.0)
    assert len(lines) - missing == len(found)
    assert max(abs(t_s - line_s) for t_s, line_s in zip(found, lines[missing:], strict=True)) < 2.5


@pytest.mark.parametrize("event", ["800m", "1500m", "5000m", "3000m"])
def test_without_noise_the_line_is_where_it_is(event: str) -> None:
    """GIVEN a perfect receiver THEN the line that was learned lies within 1.5 m of the true one,
    along and across.
    """
    _, _, off_m = run(event, 1, noise_m=0.0)
    assert off_m < 1.5


def test_a_road_has_no_line() -> None:
    """GIVEN a road race THEN nothing learned, whatever the positions do."""
    line = FinishLine(course_for("5k"))
    assert [] == watched(
        line, list(Venue(Random(1), noise_m=0.0).fixes(lambda t_s: MPS * t_s, 0.0, 900))
    )
    assert line.gate is None


def test_a_run_that_never_comes_back_marks_nothing() -> None:
    """GIVEN a track event that is run straight on THEN nothing is marked."""
    venue = Venue(Random(1), noise_m=2.0)
    line = FinishLine(course_for("5000m"))
    assert [] == watched(
        line, [venue.fix(float(t_s), MPS * max(t_s, 0), 0.0) for t_s in range(-10, 1000)]
    )


@pytest.mark.parametrize("lap_m", [300.0, 500.0])
def test_a_lap_of_another_length_marks_nothing(lap_m: float) -> None:
    """GIVEN a race set for laps of 400 m on a loop of another length THEN it does not agree with
    itself and marks nothing.
    """
    course, radius_m = course_for("10000m"), lap_m / (2.0 * math.pi)
    venue, line = Venue(Random(2), noise_m=2.0), FinishLine(course)
    turned = [(t_s, MPS * max(t_s, 0.0) / radius_m) for t_s in range(-10, 500)]
    found = watched(
        line,
        [
            venue.fix(float(t_s), radius_m * math.sin(a), radius_m * (1.0 - math.cos(a)))
            for t_s, a in turned
        ],
    )
    assert [] == [t_s for t_s in found if t_s < 3.5 * lap_m / MPS]


def test_without_a_fix_at_the_gun_nothing_is_learned() -> None:
    """GIVEN a receiver that finds itself 20 s after the gun THEN nobody knows where the start was,
    and nothing is marked.
    """
    fixes = [
        f
        for f in Venue(Random(3), noise_m=1.0).fixes(lambda t_s: MPS * t_s, 0.0, 400)
        if f.t_ns > s_to_ns(20.0)
    ]
    line = FinishLine(course_for("2000m"))
    line.start(0)
    assert [None] * len(fixes) == [line.feed(f) for f in fixes]


def test_a_missed_lap_is_two_laps() -> None:
    """GIVEN no fix around the line at the end of a lap THEN the next crossing is marked again."""
    venue, line = Venue(Random(4), noise_m=1.0), FinishLine(course_for("2000m"))
    fixes = [
        f
        for f in venue.fixes(lambda t_s: MPS * t_s, 0.0, 405)
        if not 155.0 <= ns_to_s(f.t_ns) <= 165.0
    ]
    assert [80.0, 240.0, 320.0, 400.0] == pytest.approx(watched(line, fixes), abs=2.0)


def test_a_hole_in_which_the_pace_changed_costs_no_later_line() -> None:
    """GIVEN no fix for 100 s of a 2000 m, and a runner who slows by 12 % in that time WHEN the
    positions are back THEN the next line is marked: a way that was guessed may be off by a tenth.
    """
    slow_mps = 0.88 * MPS

    def run_m(t_s: float) -> float:
        return MPS * min(t_s, 100.0) + slow_mps * max(t_s - 100.0, 0.0)

    fixes = [
        fix
        for fix in Venue(Random(4), noise_m=1.0).fixes(run_m, 0.0, 360)
        if not 100.0 <= ns_to_s(fix.t_ns) <= 200.0
    ]
    lines_s = [80.0, *(100.0 + (line_m - 500.0) / slow_mps for line_m in (1200.0, 1600.0))]

    assert lines_s == pytest.approx(watched(FinishLine(course_for("2000m")), fixes), abs=2.0)


def test_more_fixes_than_are_kept_break_nothing() -> None:
    """GIVEN 50 fixes a second of a mile, whose finish line is 9 m past the start WHEN the first lap
    closes, and the fixes near the line are no longer kept THEN the lap is measured, and no line is
    made up of what is left.
    """
    mile, venue = course_for("mile"), Venue(Random(1), noise_m=0.5)
    start_m, fixes_a_second = 400.0 - mile.first_crossing_m, 50
    line = FinishLine(mile)

    found = watched(
        line,
        [
            venue.fix(n / fixes_a_second, *on_track(start_m + 4.0 * max(n / fixes_a_second, 0.0)))
            for n in range(-2 * fixes_a_second, 105 * fixes_a_second)
        ],
    )

    assert ([], None) == (found, line.gate)
    assert (400.0,) == pytest.approx(line.laps_m, abs=5.0)


def test_a_set_gate_needs_no_lap() -> None:
    """GIVEN the line set THEN the first line of a 5000 m is marked already, and not the start."""
    venue = Venue(Random(5), noise_m=1.0)
    course = course_for("5000m")
    line = FinishLine(course, venue.gate)
    found = watched(line, list(venue.fixes(lambda t_s: MPS * t_s, 200.0, 1005)))
    assert [m / MPS for m in course.crossings_m] == pytest.approx(found, abs=1.5)


@pytest.mark.parametrize("place", [(0.0, math.inf), (math.nan, 0.0), (90.0, 0.0), (0.0, 181.0)])
def test_no_place_on_earth(place: tuple[float, float]) -> None:
    """GIVEN positions that no receiver can have WHEN they come, before the gun and after THEN
    nothing learned and nothing raised.
    """
    watch = FinishLine(course_for("5000m"), None)
    for t_ns in (0, 1):
        assert watch.feed(Fix(t_ns, *place)) is None
    watch.start(2)
    assert watch.feed(Fix(3, *place)) is None
    assert watch.gate is None
