"""The reviews of famous races give the published figures (SCIENCE of pacing), and its classes."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Final

import pytest

from kickcue.analysis.review.model import Pacing, PacingClass
from kickcue.core.course import course_for
from kickcue.core.events import Command, CommandKind, Input, Mark, MarkSource
from kickcue.core.units import STEPS_PER_STRIDE, s_to_ns
from kickcue.lab.historic_races import FAMOUS, FamousRace, famous_race
from kickcue.lab.reconstruct import reconstruct, staged
from kickcue.lab.simulate import simulated_document
from kickcue.recording import Recording
from kickcue.recording.header import race_header
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from kickcue.replay.reviewed import reviewed

POD_SCALE = 1.03
HASSAN_S = (193.86, 380.81, 569.08, 753.40, 933.82, 1116.29, 1299.89, 1484.90)


def race(name: str, event: str, *points: tuple[float, float]) -> FamousRace:
    """Return a race of which no more is known than these moments."""
    return FamousRace(name, name, name, event, ("", "", ""), points, "", "", ())


BELL_M: Final = 9600.0
TACTICAL: Final = (
    (
        19.1,
        race(
            "bekele-athens-2004",
            "10000m",
            (1000.0, 170.85),
            (2000.0, 345.16),
            (3000.0, 513.98),
            (4000.0, 675.87),
            (BELL_M, 1625.10 - 53.02),
            (10_000.0, 1625.10),
        ),
    ),
    (
        17.1,
        race(
            "farah-beijing-2015",
            "10000m",
            (9200.0, 1621.13 - 116.01),
            (BELL_M, 1621.13 - 54.15),
            (10_000.0, 1621.13),
        ),
    ),
    (
        14.1,
        race(
            "farah-london-2017",
            "10000m",
            (400.0, 61.02),
            (5000.0, 1609.51 - 793.31),
            (BELL_M, 1609.51 - 55.63),
            (10_000.0, 1609.51),
        ),
    ),
    (
        19.6,
        race(
            "farah-london-2012",
            "10000m",
            (5000.0, 845.79),
            (BELL_M, 1650.42 - 53.48),
            (10_000.0, 1650.42),
        ),
    ),
    (
        22.4,
        race(
            "centrowitz-rio-2016",
            "1500m",
            (400.0, 66.83),
            (800.0, 136.59),
            (1100.0, 230.00 - 50.62),
            (1500.0, 230.00),
        ),
    ),
    (
        16.0,
        race(
            "hassan-doha-2019-with-a-last-lap-of-61.5",
            "10000m",
            *((1000.0 * km, s) for km, s in enumerate(HASSAN_S, 1)),
            (BELL_M, 1817.62 - 61.5),
            (10_000.0, 1817.62),
        ),
    ),
)
"""Championship races of which the last lap is published, and by how many per cent less time it took
than a lap before it on the mean (SCIENCE of pacing)."""


def recorded(race: FamousRace, inputs: list[Input], *, tactical: bool = False) -> Recording:
    document = simulated_document(race.event).model_copy(update={"tactical": tactical})
    header = race_header(document, ticks=False)
    return Recording.of(Path(f"{race.name}.jsonl"), header, inputs)


def exact(name: str) -> Pacing:
    """Return the pacing of one of the races that come with kickcue."""
    return exactly(famous_race(name))


@lru_cache
def exactly(race: FamousRace, *, tactical: bool = False) -> Pacing:
    """Return the pacing of a race with each line marked to the instant, and a pod 3 % off."""
    truth, course = reconstruct(race, Random(1)), course_for(race.event)
    inputs: list[Input] = [Command(0, CommandKind.START)]
    inputs += [
        pod_notification(
            s_to_ns(second),
            PodSample(
                POD_SCALE * truth.speed_at(second),
                truth.cadence_at(second) / STEPS_PER_STRIDE,
                POD_SCALE * truth.distance_at(second),
            ),
        )
        for second in range(int(truth.duration_s))
    ]
    *lines_m, finish_m = course.crossings_m
    inputs += [Mark(s_to_ns(truth.time_at(line_m)), MarkSource.BUTTON) for line_m in lines_m]
    inputs.append(Command(s_to_ns(truth.time_at(finish_m)), CommandKind.FINISH))
    inputs.sort(key=lambda event: event.t_ns)
    pacing = reviewed(recorded(race, inputs, tactical=tactical)).pacing
    assert pacing is not None
    return pacing


@pytest.mark.parametrize(
    ("name", "percent", "faster"),
    [
        ("cheptegei-2020", 1.4, 1.4),
        ("bekele-2004", 4.9, 5.1),
        ("mills-1964", 12.7, 14.6),
        ("farah-2012", 20.8, 26.3),
    ],
)
def test_last_lap_against_the_rest(name: str, percent: float, faster: float) -> None:
    """The last lap against the mean of all before it is the published figure to 0.1 point."""
    assert percent == pytest.approx(exact(name).kick_percent, abs=0.1)
    assert faster == pytest.approx(exact(name).kick_speed_percent, abs=0.1)


@pytest.mark.parametrize(("percent", "run"), TACTICAL, ids=[run.name for _, run in TACTICAL])
def test_championship_races(percent: float, run: FamousRace) -> None:
    """The last lap is as published to 0.1 point, and each of them is held back, or tactical."""
    found = exactly(run)
    assert percent == pytest.approx(found.kick_percent, abs=0.1)
    assert PacingClass.HELD_BACK is found.pacing


def test_evenness() -> None:
    """The coefficients of variation are the published ones to 0.1 point.

    By lap for Cheptegei (twelve laps), by kilometre for all.
    """
    assert 0.93 == pytest.approx(exact("cheptegei-2020").lap_cv_percent, abs=0.1)
    for name, by_km in (
        ("cheptegei-2020", 0.54),
        ("bekele-2004", 0.88),
        ("farah-2016", 4.2),
        ("farah-2012", 8.2),
    ):
        assert by_km == pytest.approx(exact(name).kilometre_cv_percent, abs=0.1)


def test_ten_per_cent_separate_records_from_championships() -> None:
    """Records are even or end with a spurt; races run for the win are held back."""
    classes = {name: exact(name).pacing for name in FAMOUS}
    assert {
        "cheptegei-2020": PacingClass.EVEN,
        "bekele-2004": PacingClass.END_SPURT,
        "farah-2012": PacingClass.HELD_BACK,
        "farah-2016": PacingClass.HELD_BACK,
        "hassan-2019": PacingClass.HELD_BACK,
        "mills-1964": PacingClass.HELD_BACK,
    } == classes


def test_nothing_was_saved_up_in_a_race_for_the_win() -> None:
    """Who ran for the win, lap by lap at another pace, is not told what was saved up."""
    assert [None, None, None] == [
        exact(name).saved_up_s for name in ("farah-2012", "farah-2016", "hassan-2019")
    ]


def test_who_says_that_it_was_for_the_place_is_told_no_more() -> None:
    """GIVEN a race after which something seems saved up WHEN its terms call it tactical THEN
    nothing is, and the figures are the same.
    """
    given, said = exact("mills-1964"), exactly(famous_race("mills-1964"), tactical=True)
    assert given.saved_up_s is not None
    assert replace(given, saved_up_s=None, tactical=True) == said


@pytest.mark.parametrize("name", ["bekele-2004", "mills-1964"])
def test_missed_and_doubled_presses_hardly_matter(name: str) -> None:
    """GIVEN the same race with a thumb that is late, misses lines and presses twice.

    THEN the kick is within a point and a half, and the class is the same.
    """
    race = famous_race(name)
    pacing = reviewed(recorded(race, list(staged(race, course_for(race.event), 1).inputs))).pacing
    assert pacing is not None
    assert exact(name).kick_percent == pytest.approx(pacing.kick_percent, abs=1.5)
    assert exact(name).pacing is pacing.pacing
