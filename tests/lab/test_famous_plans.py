"""Famous finishes as plans: made from the published times, and from nothing else."""

import pytest

from kickcue.config.plan_files import load_plan, shipped_plans
from kickcue.core.plan import Run
from kickcue.lab.famous_plans import finish_of, plan_text
from kickcue.lab.historic_races import FAMOUS, FamousRace

RACES = pytest.mark.parametrize("race", FAMOUS.values(), ids=FAMOUS.keys())


@RACES
def test_the_shipped_file_is_written_from_the_race(race: FamousRace) -> None:
    """The plan that ships is what the data of the race makes of it now (else: ``write_all``)."""
    assert shipped_plans()[race.name].read_text(encoding="utf-8") == plan_text(race)


@RACES
def test_the_finish_is_a_published_one(race: FamousRace) -> None:
    """The last repetition is as long as a stretch to the line whose time was published."""
    finish = finish_of(race)
    runs = [leg for leg in load_plan(race.name).plan().legs() if isinstance(leg, Run)]
    assert [400.0] * 4 + [finish.metres] == [run.course.distance_m for run in runs]
    started_s = race.published(race.points[-1][0] - finish.metres)
    assert started_s is not None
    assert race.finish_s - started_s == finish.seconds


@pytest.mark.parametrize(
    ("name", "seconds", "share"),
    [
        ("mills-1964", 59.8, 0.873),
        ("cheptegei-2020", 59.64, 0.986),
        ("farah-2016", 116.6, 0.889),
        ("hassan-2019", 60.77, 0.830),
    ],
)
def test_known_finishes(name: str, seconds: float, share: float) -> None:
    """Time of the finish, and its laps against those before, as the published figures have it."""
    finish = finish_of(FAMOUS[name])
    assert finish.seconds == pytest.approx(seconds, abs=0.01)
    assert finish.share == pytest.approx(share, abs=0.001)
