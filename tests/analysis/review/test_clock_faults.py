"""A recording whose clock stood still or leapt says so, and nothing of its pacing."""

from itertools import pairwise

import pytest

from kickcue.analysis.review.clock_faults import ClockFaults
from kickcue.analysis.review.lap_table import LineTime
from kickcue.analysis.review.model import Body, Lap, TimedBy
from kickcue.analysis.review.race_curve import Knot, Shape, shape_of

MPS = 5.0
LAP_M = 400.0
LAPS = 10
GUN = LineTime(0.0, 0.0, TimedBy.GUN, 0.0)


def clock(true_s: float, at_s: float, lost_s: float) -> float:
    """Return what a clock shows that loses so much at a time; a negative loss sets it on."""
    return true_s - (lost_s if true_s >= at_s + max(lost_s, 0.0) else max(true_s - at_s, 0.0))


def numbers(lost_s: float, totals: list[Knot]) -> tuple[list[int], list[int]]:
    """Return the laps in which the clock stood still and those in which it leapt.

    The clock loses ``lost_s`` at 410 s, in the sixth lap.
    """
    at_s = 410.0
    times = [clock(n * LAP_M / MPS, at_s, lost_s) for n in range(LAPS + 1)]
    known = [GUN, *(LineTime(LAP_M * n, times[n], TimedBy.BUTTON, 0.6) for n in range(1, LAPS + 1))]
    heard = [(t_s, m) for t_s, m in totals if not at_s < t_s < at_s + lost_s]
    faults = ClockFaults(known, shape_of((clock(t_s, at_s, lost_s), m) for t_s, m in heard))
    laps = [lap(n, before, after) for n, (before, after) in enumerate(pairwise(known), 1)]
    return [x.number for x in laps if faults.stood_still(x)], [
        x.number for x in laps if faults.leapt(x)
    ]


def lap(number: int, before: LineTime, after: LineTime) -> Lap:
    seconds = after.race_s - before.race_s
    ran_m = after.line_m - before.line_m
    return Lap(
        number=number,
        from_m=before.line_m,
        to_m=after.line_m,
        full=True,
        seconds=seconds,
        error_s=None,
        timed_by=after.by,
        t_s=before.race_s,
        race_s=before.race_s,
        mps=ran_m / seconds,
        body=Body(None, None, None, None),
    )


def pod(slip_m: float = 0.0, slips_at_s: float = 410.0) -> list[Knot]:
    """Return a pod's total, which is 2 % off and slips once."""
    return [
        (float(s), 1.02 * MPS * s + (slip_m if s >= slips_at_s else 0.0))
        for s in range(int(LAPS * LAP_M / MPS) + 1)
    ]


@pytest.mark.parametrize("slept_s", [8.0, 20.0, 40.0, 60.0])
def test_a_machine_that_slept_is_seen_by_what_was_run_meanwhile(slept_s: float) -> None:
    """GIVEN a sleep of some seconds, with no lap impossibly fast THEN its lap is named."""
    assert ([6], []) == numbers(slept_s, pod())


@pytest.mark.parametrize("jump_s", [15.0, 60.0, 3600.0])
def test_a_clock_that_was_set_on_is_seen_by_a_silence_without_way(jump_s: float) -> None:
    """GIVEN a clock that leaps ahead while nothing is run THEN its lap is named."""
    assert ([], [6]) == numbers(-jump_s, pod())


@pytest.mark.parametrize("slip_m", [-100.0, -20.0, 0.0, 20.0, 100.0, 200.0])
def test_a_pod_that_slipped_is_no_clock(slip_m: float) -> None:
    """GIVEN a total that leaps while the laps take as long as ever THEN no lap is named."""
    assert ([], []) == numbers(0.0, pod(slip_m))


def test_a_pod_that_was_not_heard_is_no_clock() -> None:
    """GIVEN a silence of half a lap, after which the total is what was run THEN no lap is named,
    nor where the pod begins anew after it.
    """
    silent = [(t_s, m) for t_s, m in pod() if not 405.0 < t_s < 445.0]
    anew = [(t_s, m if t_s <= 405.0 else m - 445.0 * MPS * 1.02) for t_s, m in silent]
    assert ([], []) == numbers(0.0, silent)
    assert ([], []) == numbers(0.0, anew)


def test_a_total_that_stood_and_caught_up_is_no_clock() -> None:
    """GIVEN a total that stands for half a minute and then leaps by what was run, while the lap
    takes as long as ever THEN no lap is named.
    """
    stood = [(t_s, m if not 420.0 < t_s < 450.0 else 420.0 * MPS * 1.02) for t_s, m in pod()]
    assert ([], []) == numbers(0.0, stood)


def test_without_marks_an_impossible_lap_alone_tells() -> None:
    """GIVEN a lap of 30 s THEN it is named, whatever the sensors say."""
    fast = lap(1, GUN, LineTime(LAP_M, 30.0, TimedBy.BUTTON, 0.6))
    assert ClockFaults([GUN], Shape()).stood_still(fast)
