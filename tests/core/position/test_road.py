"""Kilometre boards: lines far apart, seldom pressed and not quite where they should be are worth
what lines on a track are.
"""

import math
from collections import defaultdict
from dataclasses import replace

import pytest

from kickcue.core.events import Estimate, MarkSource
from kickcue.core.position.mark_models import MARK_MODELS
from tests.core.scenario import Race

MPS = 4.5
THUMB_M = 0.4 * MPS


def underway(event: str = "10k", *, scale: float = 1.0) -> Race:
    """Return a race behind its gun, of somebody whose pod counts ``scale`` metres a metre."""
    race = Race(event)
    race.pod.scale = scale
    race.stands(5.0)
    race.gun()
    return race


def presses_at(race: Race, place_m: float) -> None:
    race.runs_to(place_m + THUMB_M, MPS)
    race.marks_line()


def estimates(race: Race) -> Estimate:
    race.runs(MPS, metres=5.0)
    return race.all(Estimate)[-1]


def line_of_press(race: Race) -> float:
    """Return which board the last press is most probably of, in metres run; the last one that had
    its press if of none.
    """
    mixture = race.engine._control.estimator._mixture
    assert mixture is not None
    weights: defaultdict[float, float] = defaultdict(float)
    for h in mixture.hypotheses:
        weights[h.last_mark_m] += h.weight
    return max(weights, key=lambda line_m: weights[line_m])


@pytest.mark.parametrize("scale", [0.92, 0.94, 1.06, 1.08])
def test_a_first_press_at_the_third_kilometre(scale: float) -> None:
    """GIVEN a pod 6 or 8 % off and two boards without a press WHEN the third has one THEN it is
    counted, and the next makes it sure.
    """
    race = underway(scale=scale)
    presses_at(race, 3000.0)
    assert line_of_press(race) == 3000.0
    presses_at(race, 4000.0)
    race.runs(MPS, metres=5.0)
    assert abs(race.off_m()) < 15.0


@pytest.mark.parametrize("lost", [0.15, 0.2, 0.25])
def test_metres_lost_on_the_way(lost: float) -> None:
    """GIVEN two boards pressed WHEN 90 to 150 m are lost before a third that is forgotten THEN the
    press at the fourth is counted.
    """
    race = underway()
    for board_m in (1000.0, 2000.0):
        presses_at(race, board_m)
    race.runs_to(2400.0, MPS)
    race.pod.scale = 1.0 - lost
    race.runs_to(3000.0, MPS)
    race.pod.scale = 1.0
    presses_at(race, 4000.0)
    assert line_of_press(race) == 4000.0


@pytest.mark.parametrize("off_m", [-7.0, -4.0, 4.0, 7.0])
def test_a_board_that_stands_elsewhere(off_m: float) -> None:
    """GIVEN boards of which the second hangs 4 or 7 m off WHEN it is pressed THEN the truth is in
    what is told of the next kilometre.
    """
    race = underway()
    presses_at(race, 1000.0)
    presses_at(race, 2000.0 + off_m)
    pressed = len(race.all(Estimate))
    race.runs(MPS, metres=950.0)
    for each in race.all(Estimate)[pressed:]:
        assert each.distance_m is not None
        assert each.distance_sd_m is not None
        assert abs(each.distance_m - race.true_m(each)) <= 1.96 * each.distance_sd_m


def test_a_line_painted_on_a_track_is_where_it_is() -> None:
    """GIVEN the same presses on a track and on the road THEN on the track the place is known to the
    thumb, on the road to the board.
    """
    track, road = underway("5000m"), underway("5k")
    for number in range(3):
        presses_at(track, 200.0 + 400.0 * number)
        presses_at(road, 1000.0 + 1000.0 * number)
    on_track, on_road = estimates(track).distance_sd_m, estimates(road).distance_sd_m
    assert on_track is not None
    assert on_road is not None
    assert on_track < 2.0
    assert 3.5 < on_road < 6.5


@pytest.mark.parametrize("source", list(MARK_MODELS))
def test_strays_are_reckoned_by_the_line(source: MarkSource) -> None:
    """GIVEN no stray mark so far THEN the more lines passed the fewer are expected; one of them
    makes the next twice as likely.
    """
    model = MARK_MODELS[source]
    assert model.strays_per_line == model.strays_after(0, 0.0)
    assert model.strays_after(0, 12.5) < model.strays_per_line
    assert math.isclose(2.0 * model.strays_after(0, 12.5), model.strays_after(1, 12.5))


def test_boards_are_missed_more_often_than_a_line_each_lap() -> None:
    """GIVEN a thumb THEN at a board it is as late as ever, forgets more often, and never less where
    it forgot much anyway.
    """
    thumb = MARK_MODELS[MarkSource.BUTTON]
    at_boards = thumb.at_boards()
    assert at_boards.detection_probability < thumb.detection_probability
    assert at_boards.error_m(MPS)[0] == thumb.error_m(MPS)[0]
    assert at_boards.error_m(MPS)[1] > thumb.error_m(MPS)[1]
    assert replace(thumb, detection_probability=0.5).at_boards().detection_probability == 0.5
