"""``kickcue calibrate``: what was learned can be seen, learned again from recordings, and forgotten."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import calibrate, main
from kickcue.core.errors import AskedWronglyError

RACE_FILE = """
race = "3000m"
[sensors.pod]
profile = "generic-rsc"
address = "A0:9E:1A:00:00:01"
[broker]
athlete = "maria"
"""


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


@pytest.fixture
def recordings(home: Path) -> list[Path]:
    """Return two simulated races over 3000 m, marked by thumb."""
    paths = [home / "first.jsonl", home / "second.mcap"]
    for seed, path in enumerate(paths):
        assert main(["simulate", "--race", "3000m", "--seed", str(seed), "--out", str(path)]) == 0
    return paths


def run(*words: object) -> int:
    """Run the command as the table of commands does."""
    parser = argparse.ArgumentParser()
    calibrate.configure(parser)
    return calibrate.run(parser.parse_args([str(word) for word in words]))


def objects(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_learned_shown_forgotten(recordings: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN two recordings WHEN learned THEN both are shown with what follows from them; after a reset nothing is."""
    capsys.readouterr()
    assert 0 == run("learn", *recordings, "--json")
    told = objects(capsys)
    assert [("first.jsonl", True), ("second.mcap", True)] == [(each["recording"], each["new"]) for each in told]
    assert 0 == run("show", "--json")
    assert [told[-1]["known"]] == objects(capsys)
    assert 0 == run("show")
    page = capsys.readouterr().out
    assert all(word in page for word in ("runner, pod pod", "first.jsonl", "second.mcap", "after 2 races", "is expected of the next"))
    assert 0 == run("reset", "pod")
    assert "1 pod of runner forgotten\n" == capsys.readouterr().out
    assert 0 == run("show")
    assert "nothing is known" in capsys.readouterr().out


def test_a_recording_counts_once(recordings: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a recording that was learned from WHEN learned from again THEN it is told to have been counted, and nothing changes."""
    run("learn", recordings[0], "--json")
    capsys.readouterr()
    assert 0 == run("learn", recordings[0], recordings[0], "--json")
    told = objects(capsys)
    assert [False, False] == [each["new"] for each in told]
    assert 1 == len(told[-1]["known"]["races"])


def test_the_race_file_says_which_pod_and_whose(home: Path, recordings: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race file that pins the pod WHEN a recording is learned from THEN it counts for that pod and athlete, and is forgotten by name."""
    (home / "race.toml").write_text(RACE_FILE)
    run("learn", recordings[0])
    capsys.readouterr()
    run("show", "--json", "--athlete", "maria")
    assert [("maria", "A0:9E:1A:00:00:01")] == [(each["athlete"], each["pod"]) for each in objects(capsys)]
    run("show", "--json", "--athlete", "paul")
    assert [] == objects(capsys)
    assert 0 == run("reset", "pod", "--json")
    assert [{"forgotten": 1}] == objects(capsys)


def test_what_teaches_nothing_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race without marks WHEN it should be learned from THEN status 1 and the reason, and nothing is kept."""
    main(["simulate", "--race", "1500m", "--scenario", "bare", "--out", str(home / "bare.jsonl")])
    assert 1 == run("learn", home / "bare.jsonl")
    assert "nothing is learned: its marks do not tell" in capsys.readouterr().err
    assert 0 == run("show")


def test_laps_of_another_length_teach_nothing(recordings: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race that was marked each 400 m WHEN learned as if the laps had 330 m THEN the marks fit no lines, and nothing is learned."""
    assert 1 == run("learn", recordings[0], "--lap", "330")
    assert "nothing is learned" in capsys.readouterr().err


def test_a_damaged_file_is_told(home: Path, recordings: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a damaged file WHEN shown THEN status 1 and what to do; learning replaces it, and a reset takes it away too."""
    run("learn", recordings[0], "--state", home)
    (path,) = (home / "calibration").glob("*/*.json")
    path.write_text("{")
    capsys.readouterr()
    assert 1 == run("show", "--state", home)
    assert "is damaged" in capsys.readouterr().err
    assert 0 == run("learn", recordings[1], "--state", home)
    assert 0 == run("show", "--state", home)
    path.write_text("{")
    assert 0 == run("reset", "--state", home)
    assert not path.exists()


def test_an_unknown_pod_is_refused(recordings: list[Path]) -> None:
    """GIVEN one known pod WHEN another should be forgotten THEN that is refused, and the known ones are named."""
    run("learn", recordings[0])
    with pytest.raises(AskedWronglyError, match="nothing is known of a pod stick of runner; known: pod"):
        run("reset", "stick")
