"""The best filter that is not told the lines finds them where presses and pod tell them."""

import numpy as np
import pytest

from kickcue.core.course import course_for
from kickcue.core.errors import UsageError
from kickcue.lab.association_mixture import AssociationMixture
from kickcue.lab.oracle import DARES, bound
from kickcue.lab.oracle_readings import Reading
from kickcue.lab.pod_filter import PodFilter
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import Thumb, TrueMark
from kickcue.lab.simulate import simulate

COURSE = course_for("5000m")
SCENARIO = SCENARIOS["last-four"]
MPS = 5.0
EVEN = DARES.index(0.0)


class Race:
    """A runner at an even 5 m/s with a pod of a scale, who presses 0.4 s after lines."""

    def __init__(self, pod_scale: float) -> None:
        first = PodFilter(COURSE, SCENARIO, simulate(COURSE, SCENARIO, 0))
        self.mixture = AssociationMixture(COURSE, Thumb(), first)
        self._scale, self._second = pod_scale, 0

    def runs_to(self, t_s: float) -> None:
        while self._second < int(t_s):
            self._second += 1
            counted_m = MPS * self._scale
            self.mixture.handle(Reading(self._second, self._second, counted_m, 0.0025, None, None))

    def presses_past(self, line_m: float, after_s: float = 0.4) -> None:
        t_s = line_m / MPS + after_s
        self.runs_to(t_s)
        self.mixture.handle(TrueMark(t_s, None))

    def past_probability(self, line_m: float) -> float:
        """Return how likely the runner is at the line or up to 30 m past it."""
        found = 0.0
        for each in self.mixture._labellings:
            if line_m - 1.0 < each.filter.position(self._second)[0] < line_m + 30.0:
                found += each.weight
        return found


@pytest.mark.parametrize("pod_scale", [0.97, 1.0, 1.03])
def test_one_press_late_in_the_race_is_believed(pod_scale: float) -> None:
    """GIVEN eight lines without a press and a pod 3 % off WHEN one comes THEN its line is known."""
    race = Race(pod_scale)
    race.presses_past(3800.0)
    assert race.past_probability(3800.0) > 0.9


def test_one_press_tells_not_which_line_where_the_pod_is_half_a_lap_off() -> None:
    """GIVEN a pod that is off by half a lap WHEN one press comes THEN two lines are as likely."""
    race = Race(1.0 + 200.0 / 3800.0)
    race.presses_past(3800.0)
    assert 0.2 < race.past_probability(3800.0) < 0.8


def test_a_second_press_tells_them_apart() -> None:
    """GIVEN the same WHEN the next line is pressed THEN the lap between tells the pod's scale."""
    race = Race(1.0 + 200.0 / 3800.0)
    race.presses_past(3800.0)
    race.presses_past(4200.0)
    assert race.past_probability(4200.0) > 0.99


def test_a_doubled_press_counts_no_lap() -> None:
    """GIVEN a press WHEN it comes again 3 s later THEN the runner is where he was, 15 m on."""
    race = Race(1.0)
    race.presses_past(3800.0)
    race.presses_past(3800.0, after_s=3.4)
    assert race.past_probability(3800.0) > 0.95


def test_a_missed_line_is_found_to_be_missed() -> None:
    """GIVEN presses at two lines with one between them missed THEN the second is two laps on."""
    race = Race(1.02)
    race.presses_past(3800.0)
    race.presses_past(4600.0)
    assert race.past_probability(4600.0) > 0.99


def test_where_most_lines_are_pressed_it_need_not_be_told_them() -> None:
    """GIVEN the everyday case THEN in 19 of 20 races and more it fires when the told one does."""
    course, scenario = course_for("3000m"), SCENARIOS["button"]
    races = [simulate(course, scenario, seed) for seed in range(20)]
    told = np.array([bound(course, scenario, race).errors_s[EVEN] for race in races])
    untold = [bound(course, scenario, race, lines_known=False).errors_s[EVEN] for race in races]
    assert (np.abs(told - np.array(untold)) < 0.01).sum() >= 19


def test_a_gate_is_refused() -> None:
    """GIVEN marks by position, of which the mixture has no model THEN it says what it expected."""
    first = PodFilter(COURSE, SCENARIOS["gate"], simulate(COURSE, SCENARIOS["gate"], 0))
    with pytest.raises(UsageError, match="expected a thumb"):
        AssociationMixture(COURSE, SCENARIOS["gate"].marks, first)
