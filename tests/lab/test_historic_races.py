"""Famous races: the published figures come out again, and what lies between them could have been
run.
"""

from itertools import pairwise
from random import Random

import pytest

from kickcue.core.course import Course, course_for
from kickcue.core.errors import UsageError
from kickcue.core.events import Mark
from kickcue.lab.athlete import STEP_S, Truth
from kickcue.lab.historic_races import DEFAULT, FAMOUS, FamousRace, famous_race
from kickcue.lab.reconstruct import line_presses, reconstruct, staged
from kickcue.lab.split_statistics import laps_s

RACES = pytest.mark.parametrize("race", FAMOUS.values(), ids=FAMOUS.keys())
SETTLED = round(10.0 / STEP_S)


def truth_of(race: FamousRace) -> Truth:
    return reconstruct(race, Random(1))


def course_of(race: FamousRace) -> Course:
    return course_for(race.event)


@RACES
def test_published_times_come_out_again(race: FamousRace) -> None:
    """Every published moment is met to 0.05 s."""
    truth = truth_of(race)
    for metres, seconds in race.points:
        assert seconds == pytest.approx(truth.time_at(metres), abs=0.05)


@RACES
def test_points_are_a_race(race: FamousRace) -> None:
    """The points rise in distance and time, and the last is the event's own distance."""
    assert all(m1 > m0 and t1 > t0 for (m0, t0), (m1, t1) in pairwise(race.points))
    assert course_of(race).distance_m == race.points[-1][0]
    assert race.finish_s == race.points[-1][1]
    assert race.sources


@RACES
def test_the_story_is_three_lines_of_a_plain_terminal(race: FamousRace) -> None:
    """Who and where, how it went, the last lap: each in 80 columns; the winning time is in the
    title.
    """
    assert len(race.story) == 3
    assert max(map(len, race.story)) <= 80
    assert race.runner in race.story[0]
    minutes, seconds = divmod(race.finish_s, 60)
    assert f"{minutes:.0f}:{seconds:05.2f}".removesuffix("0") in race.title


@RACES
def test_a_standing_start(race: FamousRace) -> None:
    """The runner stands at the gun, gets going no quicker than a person can, and is at pace after
    five seconds.
    """
    speed = truth_of(race).speed_mps
    gains = [(after - before) / STEP_S for before, after in pairwise((0.0, *speed[:SETTLED]))]
    assert speed[0] < 1.0
    assert max(gains) < 5.5
    assert speed[round(5.0 / STEP_S)] > 0.9 * speed[SETTLED]


@RACES
def test_the_speed_has_no_steps(race: FamousRace) -> None:
    """After the start the speed changes gently, within what a distance runner does."""
    truth = truth_of(race)
    speed = truth.speed_mps[SETTLED : round(race.finish_s / STEP_S) - 1]
    assert max(abs(after - before) / STEP_S for before, after in pairwise(speed)) < 0.2
    assert 5.0 < min(speed)
    assert max(speed) < 8.0


def test_the_laps_of_monaco() -> None:
    """The twelve laps of the 2020 record are the published ones."""
    race = famous_race(DEFAULT)
    laps = laps_s(truth_of(race), course_of(race))
    published = (60.70, 61.70, 60.64, 60.41, 61.25, 60.91, 60.03, 60.10, 60.18, 60.33, 59.97, 59.64)
    assert published == pytest.approx(laps, abs=0.01)


def test_laps_leave_the_partial_one_out() -> None:
    """5000 m begins with 200 m that are no lap, 10,000 m with a whole one."""
    assert [12, 25] == [
        len(laps_s(truth_of(famous_race(name)), course_of(famous_race(name))))
        for name in ("bekele-2004", "mills-1964")
    ]


def test_what_was_published() -> None:
    """A time is told only where one was published; the gun is one."""
    race = famous_race("bekele-2004")
    assert (0.0, 305.47, None) == (
        race.published(0.0),
        race.published(2000.0),
        race.published(2200.0),
    )


@RACES
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_there_is_something_to_see(race: FamousRace, seed: int) -> None:
    """Up to the bell at least one press is missing and one comes twice; every press belongs to a
    line just crossed.
    """
    course = course_of(race)
    drawn = staged(race, course, seed)
    presses = line_presses(drawn.truth, course, drawn.inputs)
    to_bell = presses[: course.crossings_m.index(course.bell_m) + 1]
    assert any(not moments for moments in to_bell)
    assert any(len(moments) == 2 for moments in to_bell)
    assert sum(map(len, presses)) == sum(isinstance(event, Mark) for event in drawn.inputs)
    for line_m, moments in zip(course.crossings_m, presses, strict=True):
        assert all(-0.001 < moment - drawn.truth.time_at(line_m) < 8.0 for moment in moments)


def test_a_seed_is_a_race() -> None:
    """The same seed gives the same bytes, another seed others; the published times are the same in
    all of them.
    """
    race = famous_race(DEFAULT)
    course = course_of(race)
    one, again, other = (staged(race, course, seed) for seed in (1, 1, 2))
    assert one.inputs == again.inputs
    assert one.inputs != other.inputs
    assert one.truth.distance_m == other.truth.distance_m


def test_a_race_that_is_not_known() -> None:
    """An unknown name is refused with the near one and all there are."""
    with pytest.raises(
        UsageError,
        match=r"'mils': did you mean mills-1964\? there are cheptegei-2020, bekele-2004, ",
    ):
        famous_race("mils")
    with pytest.raises(UsageError, match="'': there are cheptegei-2020"):
        famous_race("")
