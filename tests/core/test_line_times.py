"""When lines were passed: by marks where there are any, else by the estimate, or unknown."""

import math

import pytest

from kickcue.core.line_times import LinePassed, LineTimes
from kickcue.core.position.estimator import Position
from kickcue.core.units import s_to_ns

LINES_M = (200.0, 600.0, 1000.0, 1400.0)
SURE = 1.0
"""Standard deviation in metres: 0.4 s at 5 m/s."""


class Runner:
    """Runs at an even 5 m/s from the gun at 100 s, looked at twice a second."""

    def __init__(self, sd_m: float = SURE) -> None:
        self.times = LineTimes(LINES_M, 400.0, s_to_ns(100.0))
        self.sd_m, self.run_m = sd_m, 0.0
        self.marked: tuple[float, int] | None = None
        self.passed: list[LinePassed] = []

    def runs_to(self, run_m: float) -> None:
        while self.run_m < run_m:
            self.run_m = min(self.run_m + 2.5, run_m)
            self.look()

    def look(self) -> None:
        timer_ns = s_to_ns(100.0 + self.run_m / 5.0)
        found = self.times.passed(timer_ns, Position(self.run_m, self.sd_m, 5.0, 5.0), self.marked)
        if found is not None:
            self.passed.append(found)

    def marks(self, line_m: float) -> None:
        self.marked = line_m, s_to_ns(100.0 + self.run_m / 5.0)
        self.look()

    def laps_s(self) -> list[float | None]:
        return [None if each.lap_s is None else round(each.lap_s, 1) for each in self.passed]


def test_marks_have_the_time() -> None:
    """GIVEN a press 0.4 s after each line THEN the laps are those between the presses, the first
    one from the gun, each told once and exact.
    """
    runner = Runner()
    for line_m in LINES_M:
        runner.runs_to(line_m + 2.0)
        runner.marks(line_m)
    runner.runs_to(1500.0)
    assert [40.4, 80.0, 80.0, 80.0] == runner.laps_s()
    assert [1, 2, 3, 4] == [each.number for each in runner.passed]
    assert {0.0} == {each.error_s for each in runner.passed}
    assert {0.0} == {each.lap_error_s for each in runner.passed}


def test_the_mark_is_waited_for() -> None:
    """GIVEN an estimate past the line WHEN its mark comes 2 s later THEN that is the time."""
    runner = Runner()
    runner.runs_to(210.0)
    assert [] == runner.passed
    runner.marks(200.0)
    assert [42.0] == runner.laps_s()


def test_without_marks_the_estimate_has_the_time() -> None:
    """GIVEN no marks THEN 3 s after each line its time is that of the estimate, with its error."""
    runner = Runner()
    runner.runs_to(1100.0)
    assert [40.0, 80.0, 80.0] == runner.laps_s()
    assert 1.96 / 5.0 == pytest.approx(runner.passed[0].error_s)
    assert math.sqrt(2.0) * 1.96 / 5.0 == pytest.approx(runner.passed[1].lap_error_s)
    assert [200.0, 600.0, 1000.0] == [each.line_m for each in runner.passed]


def test_a_mark_that_comes_too_late_begins_the_next_lap() -> None:
    """GIVEN a line told by the estimate WHEN its mark comes after all THEN the next lap is timed
    from the mark.
    """
    runner = Runner()
    runner.runs_to(220.0)
    runner.marks(200.0)
    runner.runs_to(602.0)
    runner.marks(600.0)
    assert [40.0, 76.4] == runner.laps_s()
    assert 0.0 == runner.passed[1].lap_error_s


def test_where_the_place_is_not_known_no_time_is() -> None:
    """GIVEN a place known to "about" WHEN a line is passed or even marked THEN its time counts as
    unknown.
    """
    runner = Runner(sd_m=60.0)
    runner.runs_to(202.0)
    runner.marks(200.0)
    runner.runs_to(700.0)
    assert [math.inf, math.inf] == [each.error_s for each in runner.passed]


def test_lines_that_were_missed() -> None:
    """GIVEN an estimate that leaps over a line THEN the next lap has no time, nor has the one that
    was never seen.
    """
    runner = Runner()
    runner.runs_to(300.0)
    runner.run_m = 1020.0
    runner.look()
    runner.runs_to(1500.0)
    assert [1, 3, 4] == [each.number for each in runner.passed]
    assert [40.0, None, 80.0] == runner.laps_s()


def test_a_race_that_is_joined_in_its_middle() -> None:
    """GIVEN a race that is joined in its third lap THEN that has no time, the next lap has."""
    runner = Runner()
    runner.run_m = 700.0
    runner.look()
    runner.runs_to(1500.0)
    assert [None, 80.0] == runner.laps_s()


def test_a_press_that_is_undone() -> None:
    """GIVEN a press far before the line that put the runner ahead WHEN it is undone THEN the line
    is passed again, where it is.
    """
    runner = Runner()
    runner.runs_to(202.0)
    runner.marks(200.0)
    runner.run_m = 601.0
    runner.marks(600.0)
    runner.run_m, runner.marked = 350.0, None
    runner.look()
    runner.runs_to(700.0)
    assert [1, 2, 2] == [each.number for each in runner.passed]
    assert runner.passed[-1].lap_s == pytest.approx(79.6)


def test_an_old_mark_is_not_of_this_race() -> None:
    """GIVEN a mark of the mile's first line, 9 m from the gun, from just before the gun THEN it
    does not count.
    """
    runner = Runner()
    runner.times = LineTimes((9.344, 409.344), 400.0, s_to_ns(100.0))
    runner.marked = 9.344, s_to_ns(99.0)
    runner.runs_to(100.0)
    assert [1.9] == runner.laps_s()
