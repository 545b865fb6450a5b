"""Several activities in one file, on the command line."""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from tests.recording.test_parts import FILES, gpx

READERS = (
    ("info",),
    ("replay", "--race", "800m"),
    ("reps", "--from", "speed"),
    ("gate", "--race", "800m"),
)


@pytest.fixture
def two_runs(tmp_path: Path) -> Path:
    """Return a TCX file of 200 m and, a year later, 840 m."""
    name = "two runs a year apart.tcx"
    content = FILES[name][0]
    assert isinstance(content, str)
    path = tmp_path / "runs.tcx"
    path.write_text(content)
    return path


def test_info_lists_all_with_a_star_at_what_is_taken(
    two_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two runs THEN a table has number, start, sport, time and metres of both, and a star
    stands before the one that is shown.
    """
    assert main(["info", str(two_runs)]) == 0
    out = capsys.readouterr().out
    rows = [
        line.split()
        for line in out.splitlines()
        if "2024-05-01 08:00" in line or "2025-05-01 08:00" in line
    ]
    assert [
        ["activity", "1", "2024-05-01", "08:00", "Running", "0:49.0", "196", "m"],
        ["*", "2", "2025-05-01", "08:00", "Running", "3:29.0", "836", "m"],
    ] == rows
    assert "number 2 is used, the longest run" in " ".join(out.split())


def test_info_as_json_has_the_activities(
    two_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two runs THEN the object has both, and which is taken."""
    assert main(["info", "--json", "--activity", "1", str(two_runs)]) == 0
    told = json.loads(capsys.readouterr().out)["activities"]
    assert [(1, True, 196.0), (2, False, 836.0)] == [
        (each["number"], each["taken"], each["distance_m"]) for each in told
    ]


def test_replay_says_which_it_takes_and_takes_it(
    two_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two runs THEN one line on standard error says which is replayed; the last lap is that
    of this one.
    """
    assert main(["replay", str(two_runs), "--race", "800m"]) == 0
    told = capsys.readouterr()
    assert "2 activities: number 2 is used" in told.err
    assert "1:40.0  last_lap" in told.out


def test_a_pause_of_hours_is_no_time_of_the_race(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a run that went on after nine hours in which its recorder was stopped THEN the last lap
    stands at its moment on the race's clock, without them.
    """
    path = tmp_path / "run.gpx"
    path.write_text(gpx([("2024-05-01", 0, 76), ("2024-05-01", 9 * 3600, 150)]))
    assert main(["replay", str(path), "--race", "800m"]) == 0
    told = capsys.readouterr().out
    assert "1:40.0  last_lap" in told
    assert "9:00" not in told


@pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
def test_each_reader_refuses_a_number_that_is_none(
    two_runs: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two runs WHEN the third is asked for
    THEN status 2, and the line says which there are.
    """
    assert main([*command, str(two_runs), "--activity", "3"]) == 2
    assert "--activity: expected 1 to 2, got 3" in capsys.readouterr().err
