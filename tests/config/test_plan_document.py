"""A plan as a document: what a file may say, what a recording keeps, and that both are the same."""

import json

import pytest
from hypothesis import given

from kickcue.config.plan_document import PlanDocument
from kickcue.core.course import Course, course_for
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind, CueKind
from kickcue.core.plan import (
    CuePoint,
    Effort,
    Plan,
    Rest,
    Run,
    Step,
    TimedRun,
    race,
    straight,
)
from tests.config.random_plans import plans


@given(plans)
def test_a_plan_comes_back_from_json_as_it_was(plan: Plan) -> None:
    """GIVEN any plan WHEN its document goes through JSON text, as through a recording's header THEN
    document and plan are the same, to the last digit.
    """
    document = PlanDocument.of(plan, "A title", "What it is for.")
    kept = json.dumps(document.as_json(), allow_nan=False)
    back = PlanDocument.parse(json.loads(kept), "the recording")
    assert document == back
    assert plan == back.plan()


@pytest.mark.parametrize(
    ("step", "made"),
    [
        ({"run": "200m"}, Run(straight(200.0))),
        ({"run": "1.5km", "effort": "easy"}, Run(straight(1500.0), effort=Effort.EASY)),
        ({"run": "1 mile"}, Run(straight(1609.344))),
        ({"run": "20:00"}, TimedRun(1200.0)),
        ({"run": "90s"}, TimedRun(90.0)),
        ({"run": "2min", "imagery": "a  hill\n up"}, TimedRun(120.0, imagery="a hill up")),
        ({"run": "lap"}, TimedRun()),
        ({"rest": "1:02:03"}, Rest(duration_s=3723.0)),
        ({"rest": "200m"}, Rest(distance_m=200.0)),
        ({"rest": "start"}, Rest(until=CommandKind.START)),
        ({"rest": "Lap"}, Rest(until=CommandKind.LAP)),
        (
            {"run": "300m", "cues": {"drive": [50, 100.5], "last_lap": 300}},
            Run(
                straight(300.0),
                (
                    CuePoint(CueKind.LAST_LAP, 300.0),
                    CuePoint(CueKind.DRIVE, 100.5),
                    CuePoint(CueKind.DRIVE, 50.0),
                ),
            ),
        ),
        ({"race": "mile", "lap_m": 200}, race(course_for("mile", lap_m=200.0)).steps[0]),
        ({"race": "800m", "cues": {}}, Run(course_for("800m"))),
    ],
)
def test_what_a_runner_writes(step: dict[str, object], made: Step) -> None:
    """A step is one word with its unit, and makes just that stretch or rest."""
    document = PlanDocument.parse({"name": "mine", "steps": [{"run": "lap"}, step]}, "mine.toml")
    assert made == document.plan().steps[1]


def test_a_race_is_a_plan_of_one_step() -> None:
    """GIVEN a plan of one race step THEN it is the plan of that race, and known for one."""
    plan = PlanDocument.parse({"name": "5000m", "steps": [{"race": "5000m"}]}, "x").plan()
    assert race(course_for("5000m")) == plan
    assert plan.is_race


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (Plan("p", (Run(Course("hill", 120.0, 60.0, 60.0, 60.0)),)), "got hill of 120 m"),
        (Plan("p", (Run(straight(100.0), (CuePoint(CueKind.EVEN, 50.0),)),)), "got 'even'"),
        (Plan("p", (Run(straight(5.0)),)), "expected 20 m to 500 km"),
    ],
)
def test_what_no_file_can_say_is_refused(plan: Plan, told: str) -> None:
    """WHEN a plan has what a document cannot say THEN that is told, and nothing is left out."""
    with pytest.raises(UsageError, match=told):
        PlanDocument.of(plan)
