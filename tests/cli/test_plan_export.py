"""A plan goes to a watch as a FIT workout, from a name or a coach's file."""

import argparse
from pathlib import Path

import pytest

from kickcue.cli import plan_export
from kickcue.config.plan_files import shipped_plans
from kickcue.core.errors import KickcueError, UsageError
from kickcue.workouts import read_workout
from kickcue.workouts.plan_source import load_any_plan
from tests.workouts.sdk import fit, judged, put, repeat, step


def _export(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    plan_export.configure(parser)
    return plan_export.run(parser.parse_args(argv))


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
    assert f"Wrote {path}. Copy it into the folder GARMIN/NewFiles" in capsys.readouterr().out


def test_what_is_not_in_the_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN strides, whose rests end when the runner runs off WHEN exported THEN it is told that
    the watch waits for a press instead.
    """
    assert _export("strides", "--out", "s.fit") == 0
    assert "Not in the file: a rest that ends when you run off: press lap on the watch." in (
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
    assert "Wrote 3-x-200.fit." in told
    assert "Note: no <durationType>: lengths are taken for metres" in told
    steps = judged(Path("3-x-200.fit").read_bytes())["workout_step_mesgs"]
    assert [each["duration_value"] for each in steps] == [20_000, 10_000, 0]


def test_nothing_is_overwritten() -> None:
    """GIVEN a file of that name, be it the workout itself WHEN exported THEN it stays as it is."""
    data = fit([step("distance", 20_000), repeat(0, 3)], name="tuesday")
    path = put(Path(), data, "tuesday.fit")
    with pytest.raises(UsageError, match=r"tuesday\.fit is there already: .* --out"):
        _export("tuesday.fit")
    assert path.read_bytes() == data


def test_what_a_plan_cannot_say_is_told_with_its_file() -> None:
    """GIVEN a workout with a stretch of a metre WHEN taken as a plan THEN it is refused by file."""
    put(Path(), fit([step("distance", 100)]), "short.fit")
    with pytest.raises(KickcueError, match=r"short\.fit: .*1m"):
        load_any_plan("short.fit")


def test_an_unknown_plan_is_told() -> None:
    """GIVEN a name that no plan has WHEN exported THEN the nearest is offered."""
    with pytest.raises(UsageError, match="did you mean strides"):
        _export("stride")
