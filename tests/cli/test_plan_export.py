"""A plan goes to a watch as a FIT workout, from a name or a coach's file."""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.config.plan_files import shipped_plans
from kickcue.core.errors import KickcueError
from kickcue.workouts import read_workout
from kickcue.workouts.plan_source import load_any_plan
from tests.workouts.sdk import fit, judged, put, repeat, step


def _export(*argv: str) -> int:
    return main(["plan", "export", *argv])


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


@pytest.mark.parametrize("name", sorted(shipped_plans()))
def test_every_shipped_plan_is_accepted_by_the_sdk(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a plan that kickcue brings WHEN exported THEN Garmin's SDK reads the file without an
    error, its legs are as long, and the runner is told where to put it.
    """
    assert _export(name, "--to", "fit-workout") == 0

    path = Path(f"{name}.fit")
    judged(path.read_bytes())
    document, _ = load_any_plan(name)
    assert len(read_workout(path).legs()) == len(document.plan().legs())
    assert f"{path}: written; copy it into the folder GARMIN/NewFiles" in capsys.readouterr().out


def test_what_is_not_in_the_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN strides, whose rests end when the runner runs off WHEN exported THEN it is told that
    the watch waits for a press instead.
    """
    assert _export("strides", "--out", "s.fit") == 0
    assert "Not in it: a rest that ends when you run off (press lap on the watch)." in (
        capsys.readouterr().out
    )


def test_a_zwift_workout_goes_to_a_watch(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a .zwo without durationType WHEN exported THEN the watch gets its session, under a
    name that a file can have, and what was assumed is told.
    """
    put(
        Path(),
        "<workout_file><name>../3 x 200</name><sportType>run</sportType><workout>"
        '<IntervalsT Repeat="3" OnDuration="200" OffDuration="100"/></workout></workout_file>',
        "a.zwo",
    )
    assert _export("a.zwo") == 0
    told = capsys.readouterr().out
    assert "3-x-200.fit: written; " in told
    assert "Note: no <durationType>: lengths are taken for metres" in told
    steps = judged(Path("3-x-200.fit").read_bytes())["workout_step_mesgs"]
    assert [each["duration_value"] for each in steps] == [20_000, 10_000, 0]


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file of that name, be it the workout itself WHEN exported THEN it stays as it is."""
    data = fit([step("distance", 20_000), repeat(0, 3)], name="tuesday")
    path = put(Path(), data, "tuesday.fit")
    assert _export("tuesday.fit") == 2
    assert "tuesday.fit: already exists and is not overwritten" in capsys.readouterr().err
    assert path.read_bytes() == data


def test_what_a_plan_cannot_say_is_told_with_its_file() -> None:
    """GIVEN a workout with a stretch of a metre WHEN taken as a plan THEN it is refused by file."""
    put(Path(), fit([step("distance", 100)]), "short.fit")
    with pytest.raises(KickcueError, match=r"short\.fit: .*1m"):
        load_any_plan("short.fit")


def test_an_unknown_plan_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a name that no plan has WHEN exported THEN the nearest is offered."""
    assert _export("stride") == 2
    assert "did you mean strides?" in capsys.readouterr().err


def test_a_coachs_file_is_shown_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a FIT workout with a step that ends by heart rate WHEN shown or checked THEN it is a
    plan like any other, and what is done otherwise stands below it; with --json too.
    """
    steps = [step("distance", 20_000, notes="Tall"), step("hr_less_than", 220, intensity="rest")]
    put(Path(), fit([*steps, repeat(0, 3)], name="Tuesday"), "t.fit")
    note = "step 2 ends when the heart rate has fallen, which kickcue does not follow"

    assert main(["plan", "show", "t.fit"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("Tuesday\n")
    assert f"Note: {note}" in " ".join(page.split())
    assert max(map(len, page.splitlines())) <= 80

    assert main(["plan", "check", "t.fit"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("t.fit: a valid plan, Tuesday: 600 m hard")
    assert f"Note: {note}" in " ".join(told.split())

    for action in ("show", "check"):
        assert main(["plan", action, "t.fit", "--json"]) == 0
        assert [f"{note}: press lap instead"] == json.loads(capsys.readouterr().out)["notes"]


def test_a_bad_workout_is_refused_by_check(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN an activity in place of a workout WHEN checked THEN it is told what it is, with exit
    status 1: the file is to blame.
    """
    put(Path(), fit([], file_type="activity"), "run.fit")
    assert main(["plan", "check", "run.fit"]) == 1
    assert "run.fit: expected a FIT workout, got a FIT file of type activity" in (
        capsys.readouterr().err
    )
