"""What was done in a recording: the repetitions that count, laps with a mark at every line, and how
a run ended.
"""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.own_record import Ending
from kickcue.analysis.timing import LINE_SD_S, PRESSED_SD_S
from kickcue.core.course import course_for
from kickcue.core.events import Command, CommandKind, LegEnd, LegKind, Mark, MarkSource
from kickcue.core.units import s_to_ns
from kickcue.recording.model import Entry
from tests.coaching.made_up_record import evidence, leg, race, run, session

COURSE = course_for("5000m")
LAPS_S = [38.0, *([76.0] * 11), 70.0]


def endings(entries: list[Entry]) -> dict[float, Ending]:
    """Return how a road race ended, in which no repetitions are looked for."""
    done = evidence("run.fit", entries, course=course_for("10k")).performance
    return {ending.metres: ending for ending in done.endings}


def laps_s(entries: list[Entry]) -> tuple[float, ...] | None:
    laps = evidence("r.mcap", entries, course=COURSE).performance.laps
    return None if laps is None else tuple(round(seconds, 3) for seconds in laps.seconds)


# ---- sessions of a plan


def test_a_later_result_replaces_the_one_before() -> None:
    """GIVEN a repetition whose end a press corrected THEN its last result counts, once."""
    entries = [*session([40.0, 41.0]), leg(2, 1000.0, 39.5)]
    done = evidence("s.mcap", entries).performance
    assert done.repeats is not None
    assert ((40.0, 39.5), 2) == (done.repeats.seconds, done.done)


def test_what_was_cut_short_is_not_compared() -> None:
    """GIVEN a repetition that was stopped, and one that the end of the session cut off THEN neither
    counts as done, and their times are not compared.
    """
    stopped = replace(leg(3, 1500.0, 20.0, 110.0), by=LegEnd.STOPPED)
    cut_off = replace(leg(4, 2000.0, 10.0, 60.0), by=LegEnd.SESSION)
    done = evidence("s.mcap", [*session([40.0, 41.0, 39.0][:2]), leg(5, 2500.0, 39.0), stopped])
    assert done.performance.repeats is not None
    assert ((40.0, 41.0, 39.0), 3) == (done.performance.repeats.seconds, done.performance.done)
    last = evidence("s.mcap", [*session([40.0, 41.0]), cut_off]).performance
    assert last.repeats is not None
    assert ((40.0, 41.0), 2, 3) == (last.repeats.seconds, last.done, last.done_at_most)


def test_only_repetitions_of_one_length_are_compared() -> None:
    """GIVEN five of 1000 m and three of 200 m THEN the last three are compared, and eight done."""
    long = session([200.0] * 5, 1000.0)
    short = [leg(10 + n, 6000.0 + 300 * n, 35.0 - n) for n in range(3)]
    done = evidence("s.mcap", [*long, *short]).performance
    assert done.repeats is not None
    assert (200.0, (35.0, 34.0, 33.0), 8) == (done.repeats.metres, done.repeats.seconds, done.done)


def test_rests_and_easy_running_are_no_repetitions() -> None:
    """GIVEN a session of rests and easy running alone THEN nothing was repeated."""
    entries = [replace(leg(n, 500.0 * n, 40.0), kind=LegKind.EASY) for n in (1, 2, 3)]
    assert 0 == evidence("s.mcap", entries).performance.done_at_most


# ---- races


def test_the_full_laps_of_a_race() -> None:
    """GIVEN a press at each line of a 5000 m THEN there are its twelve full laps."""
    done = evidence("r.mcap", race(LAPS_S), course=COURSE).performance
    assert done.laps is not None
    assert (tuple(LAPS_S[1:]), PRESSED_SD_S) == (laps_s(race(LAPS_S)), done.laps.sd_s)


@pytest.mark.parametrize("missing", range(1, 14))
def test_a_race_with_a_line_missing_has_no_laps(missing: int) -> None:
    """GIVEN a race in which one line, or the finish, was not marked THEN it has no laps: one would
    be twice as long.
    """
    entries = race(LAPS_S)
    del entries[missing]
    assert laps_s(entries) is None


def test_a_press_at_the_finish_besides_the_order_is_one_line() -> None:
    """GIVEN a lap press and, a second later, the order to finish THEN the press is the finish."""
    entries = race(LAPS_S)
    finish = entries.pop()
    entries += [Command(finish.t_ns - s_to_ns(1.0), CommandKind.LAP), finish]
    assert laps_s(entries) == (*LAPS_S[1:-1], 69.0)


def test_lines_found_by_position_are_known_less_well() -> None:
    """GIVEN one line by the gate THEN the laps are known as well as that."""
    entries = race(LAPS_S)
    entries[3] = Mark(entries[3].t_ns, MarkSource.GATE)
    laps = evidence("r.mcap", entries, course=COURSE).performance.laps
    assert laps is not None
    assert LINE_SD_S == laps.sd_s


# ---- how a run ended


def test_who_stands_after_the_end_has_ended_before() -> None:
    """GIVEN a run that ends fast, and five minutes of standing and strolling THEN its end is where
    the running ended.
    """
    whole = endings(run([4.0] * 1400 + [6.0] * 34 + [0.0] * 200 + [0.5] * 100))[200.0]
    assert (33.3, 50.0) == pytest.approx((whole.seconds, whole.fastest_before_s), abs=1.5)


def test_a_cool_down_is_the_end() -> None:
    """GIVEN a kick and a jog THEN the last 200 m are of the jog, and the kick lies before it."""
    whole = endings(run([4.0] * 1400 + [6.0] * 40 + [2.5] * 300))[200.0]
    assert (80.0, 33.3) == pytest.approx((whole.seconds, whole.fastest_before_s), abs=1.5)


def test_standing_does_not_slow_the_average() -> None:
    """GIVEN ten minutes at traffic lights THEN the average of what was run is the runner's own."""
    whole = endings(run([4.0] * 700 + [0.0] * 600 + [4.0] * 1000))[1000.0]
    assert (250.0, 250.0) == pytest.approx((whole.seconds, whole.mean_before_s), abs=0.5)


def test_a_stretch_with_a_gap_is_not_timed() -> None:
    """GIVEN no word for 20 s in the last 200 m THEN its time is not told; the gap before them takes
    nothing from it.
    """
    steady = [4.0] * 1500
    assert 200.0 not in endings(run(steady, silent=range(1470, 1490)))
    assert 200.0 in endings(run(steady, silent=range(1400, 1420)))


def test_a_short_run_has_no_end() -> None:
    """GIVEN 700 m THEN there is not enough before the last 200 m."""
    assert {} == endings(run([4.0] * 175))
    assert {} == endings([])


@given(st.randoms(use_true_random=False))
def test_the_times_of_the_end_are_those_of_the_run(random: Random) -> None:
    """GIVEN any run WHEN its last 200 m are timed THEN at most a second of it is more or less than
    200 m, and no stretch before is faster than the fastest.
    """
    speeds_mps = [random.uniform(2.5, 7.0) for _ in range(400)]
    ending = endings(run(speeds_mps))[200.0]
    whole_s = int(ending.seconds)
    assert sum(speeds_mps[-whole_s:]) <= 201.0
    assert sum(speeds_mps[-whole_s - 1 :]) >= 199.0
    before_mps = speeds_mps[1 : -whole_s - 1]
    quick_s = int(ending.fastest_before_s)
    fastest_m = max(
        sum(before_mps[at : at + quick_s]) for at in range(len(before_mps) - quick_s + 1)
    )
    assert fastest_m <= 201.0
