"""The laps of a race while it is run: by marks where there are any, else estimated; taken back with
a press, and new with each race.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, strategies as st

from kickcue.core.course import course_for
from kickcue.core.events import Estimate, LegEnd, LegKind, LegResult, Mode
from kickcue.core.line_times import MARK_WAIT_S, MarkedLine
from kickcue.core.units import s_to_ns
from kickcue.daemon.live_laps import LiveLap, LiveLaps, repetitions

COURSE: Final = course_for("1500m")
LINES_M: Final = tuple(COURSE.crossings_m)
MPS: Final = 5.0
GUN_S: Final = 10.0
SURE_M: Final = 1.0


@dataclass
class Runner:
    """Runs evenly from the gun on, looked at twice a second."""

    sd_m: float = SURE_M
    gun_s: float = GUN_S
    laps: LiveLaps = field(default_factory=LiveLaps)
    run_m: float = 0.0
    marked: MarkedLine | None = None

    @property
    def now_s(self) -> float:
        return self.gun_s + self.run_m / MPS

    def look(self) -> None:
        here = Estimate(
            s_to_ns(self.now_s), self.run_m, self.sd_m, MPS, None, None, None, None, None, Mode.POD
        )
        self.laps.look(COURSE, s_to_ns(self.gun_s), here, self.marked)

    def runs_to(self, run_m: float) -> None:
        while self.run_m < run_m:
            self.run_m = min(self.run_m + MPS / 2, run_m)
            self.look()

    def marks(self, line_m: float) -> None:
        self.marked = line_m, s_to_ns(self.now_s)
        self.look()

    def numbers(self) -> list[int]:
        return [lap.lap for lap in self.laps.laps]


late_s = st.lists(
    st.floats(0.0, MARK_WAIT_S - 0.6), min_size=len(LINES_M) - 1, max_size=len(LINES_M) - 1
)


@given(late_s)
def test_laps_by_marks(late: list[float]) -> None:
    """GIVEN a press soon after each line THEN each lap is told once, in order, its time is that
    between the presses to a tenth, without an error, and they add up to the race.
    """
    runner, presses_s = Runner(), [0.0]
    for line_m, after_s in zip(LINES_M[:-1], late, strict=True):
        runner.runs_to(line_m + after_s * MPS)
        runner.marks(line_m)
        presses_s.append(line_m / MPS + after_s)
    laps = runner.laps.laps
    assert list(range(1, len(LINES_M))) == [lap.lap for lap in laps]
    assert presses_s[1:] == pytest.approx([lap.race_s for lap in laps], abs=1e-6)
    between = [after - before for before, after in pairwise(presses_s)]
    assert between == pytest.approx([lap.lap_s for lap in laps], abs=1e-6)
    assert {0.0} == {lap.error_s for lap in laps}


@given(st.floats(0.5, 15.0))
def test_laps_by_estimates(sd_m: float) -> None:
    """GIVEN no press THEN each lap comes within some seconds after its line, with its true time and
    an error that grows with that of the position.
    """
    runner = Runner(sd_m)
    runner.runs_to(LINES_M[-2] + 5 * MPS)
    laps = runner.laps.laps
    assert list(range(1, len(LINES_M))) == [lap.lap for lap in laps]
    for lap, line_m in zip(laps, LINES_M, strict=False):
        assert line_m / MPS == pytest.approx(lap.race_s, abs=0.02)
        assert lap.error_s is not None
        assert lap.error_s >= round(1.9 * sd_m / MPS, 1)


@given(st.integers(1, len(LINES_M) - 2), st.booleans())
def test_a_press_taken_back(number: int, presses: bool) -> None:
    """GIVEN a lap WHEN its press is undone, so that the runner is before its line THEN it is gone,
    those before stay; WHEN the line is passed after all THEN it is there again.
    """
    runner = Runner()
    for line_m in LINES_M[:number]:
        runner.runs_to(line_m + 1.0)
        runner.marks(line_m)
    before = runner.laps.laps
    runner.run_m, runner.marked = LINES_M[number - 1] - 200.0, None
    runner.look()
    assert before[:-1] == runner.laps.laps
    runner.runs_to(LINES_M[number - 1] + 2.0)
    if presses:
        runner.marks(LINES_M[number - 1])
    runner.runs_to(LINES_M[number - 1] + 5 * MPS)
    assert list(range(1, number + 1)) == runner.numbers()
    assert (0.0 if presses else pytest.approx(0.4, abs=0.2)) == runner.laps.laps[-1].error_s


def test_a_second_heat_has_its_own_laps() -> None:
    """GIVEN the laps of a heat WHEN the next one starts, also before its first estimate THEN they
    are gone, and its own are told from its own gun.
    """
    runner = Runner()
    runner.runs_to(LINES_M[1] + 5 * MPS)
    assert [1, 2] == runner.numbers()
    over = Estimate(s_to_ns(runner.now_s), 1500.0, 1.0, MPS, None, None, None, None, None, Mode.POD)
    second = Runner(gun_s=runner.now_s + 60.0, laps=runner.laps)
    second.laps.look(COURSE, s_to_ns(second.gun_s), over, None)
    assert [] == second.numbers()
    second.runs_to(LINES_M[0] + 5 * MPS)
    assert [1] == second.numbers()
    assert LINES_M[0] / MPS == pytest.approx(second.laps.laps[0].race_s, abs=0.02)


@pytest.mark.parametrize(("gun_ns", "kept"), [(None, 0), (s_to_ns(GUN_S), 1)])
def test_laps_outlive_the_finish_and_no_start_taken_back(gun_ns: int | None, kept: int) -> None:
    """GIVEN laps WHEN the race is over, after which nobody says where the runner is THEN they stay;
    WHEN its start is taken back THEN there are none.
    """
    runner = Runner()
    runner.runs_to(LINES_M[0] + 5 * MPS)
    unknown = Estimate(s_to_ns(99.0), None, None, None, None, None, None, None, None, Mode.NONE)
    runner.laps.look(COURSE, gun_ns, unknown, None)
    assert kept == len(runner.laps.laps)


def test_an_error_that_nobody_knows() -> None:
    """GIVEN a position that may be a lap off THEN the lap's error is unknown, not infinite."""
    runner = Runner(sd_m=300.0)
    runner.runs_to(LINES_M[0] + 5 * MPS)
    assert [None] == [lap.error_s for lap in runner.laps.laps]


def test_a_session_has_its_repetitions() -> None:
    """GIVEN what an engine tells of repetitions THEN they are laps, counted from the gun."""
    runs = {
        leg: LegResult(
            0,
            LegKind.REP,
            leg,
            rep,
            s_to_ns(10.0 + began_s),
            s_to_ns(10.0 + ended_s),
            LegEnd.STOPPED,
            100.0,
        )
        for leg, rep, began_s, ended_s in ((2, 1, 5.0, 25.5), (4, 2, 60.0, 79.5))
    }
    assert (LiveLap(1, 25.5, 20.5, None), LiveLap(2, 79.5, 19.5, None)) == repetitions(
        runs, s_to_ns(10.0)
    )
