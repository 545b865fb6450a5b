"""``kickcue calibrate``: what was learned can be seen, learned again from recordings, and
forgotten.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import calibrate, main
from kickcue.core.errors import UsageError
from kickcue.core.events import Command, CommandKind
from kickcue.recording import jsonl, read
from kickcue.recording.mcap_writer import McapWriter

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


POD = "A0:9E:1A:00:00:01"


def simulated(path: Path, seed: int) -> Path:
    """Write a race over 3000 m, marked by thumb."""
    assert main(["simulate", "--race", "3000m", "--seed", str(seed), "--out", str(path)]) == 0
    return path


@pytest.fixture
def recordings(home: Path) -> list[Path]:
    """Return two races over 3000 m, marked by thumb, as a run of kickcue's records them: it names
    the devices it heard.
    """
    paths = [home / "first.jsonl", home / "second.mcap"]
    for seed, path in enumerate(paths):
        whole = read(simulated(home / f"simulated-{seed}.jsonl", seed))
        header = replace(whole.header, pins={"pod": POD, "strap": "A0:9E:1A:00:00:02"})
        if path.suffix == ".jsonl":
            jsonl.write(path, header, whole.inputs)
        else:
            with McapWriter(path, header) as writer:
                for event in whole.inputs:
                    writer.write(event)
    return paths


def run(*words: object) -> int:
    """Run the command as the table of commands does."""
    parser = argparse.ArgumentParser()
    calibrate.configure(parser)
    return calibrate.run(parser.parse_args([str(word) for word in words]))


def objects(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_learned_shown_forgotten(
    recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN two recordings WHEN learned THEN both are shown with what follows from them; after a
    reset nothing is.
    """
    capsys.readouterr()
    assert 0 == run("learn", *recordings, "--json")
    told = objects(capsys)
    assert [("first.jsonl", True), ("second.mcap", True)] == [
        (Path(each["file"]).name, each["new"]) for each in told
    ]
    assert 0 == run("show", "--json")
    assert [told[-1]["known"]] == objects(capsys)
    assert 0 == run("show")
    page = capsys.readouterr().out
    assert all(
        word in page
        for word in (
            f"runner, pod {POD}",
            "first.jsonl",
            "second.mcap",
            "from 2 races",
            "expected for the next race",
        )
    )
    assert 0 == run("reset", POD)
    assert "1 pod of runner forgotten\n" == capsys.readouterr().out
    assert 0 == run("show")
    assert "nothing known" in capsys.readouterr().out


def test_a_recording_counts_once(
    recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording that was learned from WHEN learned from again THEN it is told to have been
    counted, and nothing changes.
    """
    run("learn", recordings[0], "--json")
    capsys.readouterr()
    assert 0 == run("learn", recordings[0], recordings[0], "--json")
    told = objects(capsys)
    assert [False, False] == [each["new"] for each in told]
    assert 1 == len(told[-1]["known"]["races"])


def test_an_end_that_was_taken_back_ends_no_lesson(
    home: Path,
    recordings: list[Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a race given up by mistake in its middle, which was taken back.

    THEN it teaches what the whole race teaches.
    """
    whole = read(recordings[0])
    middle_ns = whole.inputs[-1].t_ns // 2
    mistake = [Command(middle_ns, CommandKind.ABORT), Command(middle_ns, CommandKind.UNDO_LAP)]
    events = sorted([*whole.inputs, *mistake], key=lambda event: event.t_ns)
    jsonl.write(home / "mistaken.jsonl", whole.header, events)
    scales = []
    for path in (recordings[0], home / "mistaken.jsonl"):
        assert 0 == run("learn", path, "--json")
        told = [each for each in objects(capsys) if "scale" in each]
        scales += [each["scale"] for each in told]
    assert scales[0] == scales[1]


def test_the_race_file_says_which_pod_and_whose(
    home: Path, recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file that pins the pod WHEN a recording is learned from THEN it counts for that
    pod and athlete, and is forgotten by name.
    """
    (home / "race.toml").write_text(RACE_FILE)
    run("learn", recordings[0])
    capsys.readouterr()
    run("show", "--json", "--athlete", "maria")
    assert [("maria", "A0:9E:1A:00:00:01")] == [
        (each["athlete"], each["pod"]) for each in objects(capsys)
    ]
    run("show", "--json", "--athlete", "paul")
    assert [] == objects(capsys)
    assert 0 == run("reset", "pod", "--json")
    assert [{"forgotten": 1}] == objects(capsys)


def test_what_teaches_nothing_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race without marks WHEN it should be learned from THEN status 1 and the reason, and
    nothing is kept.
    """
    main(["simulate", "--race", "1500m", "--scenario", "bare", "--out", str(home / "bare.jsonl")])
    bare = read(home / "bare.jsonl")
    jsonl.write(home / "live.jsonl", replace(bare.header, pins={"pod": POD}), bare.inputs)
    assert 1 == run("learn", home / "live.jsonl")
    assert "nothing learned: its marks do not give" in capsys.readouterr().err
    assert 0 == run("show")


def test_laps_of_another_length_teach_nothing(
    recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race that was marked each 400 m WHEN learned as if the laps had 330 m THEN the marks
    fit no lines, and nothing learned.
    """
    assert 1 == run("learn", recordings[0], "--lap", "330")
    assert "nothing learned" in capsys.readouterr().err


def test_a_damaged_file_is_told(
    home: Path, recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a damaged file WHEN shown THEN status 1 and what to do; learning replaces it, and a
    reset takes it away too.
    """
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
    """GIVEN one known pod WHEN another should be forgotten THEN that is refused, and the known ones
    are named.
    """
    run("learn", recordings[0])
    with pytest.raises(
        UsageError,
        match="nothing known about a pod stick of runner; known: A0:9E:1A:00:00:01",
    ):
        run("reset", "stick")


def of_a_watch(path: Path) -> Path:
    """Write a run with laps of a track, pressed by hand, as a watch exports it."""
    whole = ""
    for lap in range(10):
        points = "".join(
            f"<Trackpoint><Time>2024-05-01T08:{s // 60:02}:{s % 60:02}Z</Time>"
            f"<DistanceMeters>{5.1 * s}</DistanceMeters></Trackpoint>"
            for s in range(80 * lap, 80 * lap + 80)
        )
        start = f"{80 * lap // 60:02}:{80 * lap % 60:02}"
        whole += (
            f'<Lap StartTime="2024-05-01T08:{start}Z"><TriggerMethod>Manual</TriggerMethod>'
            f"<Track>{points}</Track></Lap>"
        )
    path.write_text(
        "<TrainingCenterDatabase><Activities><Activity "
        f'Sport="Running">{whole}</Activity></Activities></TrainingCenterDatabase>'
    )
    return path


def test_only_a_recording_of_that_very_pod_teaches(
    home: Path, recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a simulation, a watch's file, or a replay of a live race WHEN it should be learned from
    THEN nothing is, and one line says why.
    """
    (home / "race.toml").write_text(RACE_FILE)
    assert main(["replay", str(recordings[0]), "--record", str(home / "replayed.mcap")]) == 0
    capsys.readouterr()
    for path in (
        simulated(home / "made-up.mcap", 3),
        of_a_watch(home / "watch.tcx"),
        home / "replayed.mcap",
    ):
        capsys.readouterr()
        assert 1 == run("learn", path, "--race", "3000m")
        out, err = capsys.readouterr()
        assert ("", 1) == (out, err.count("\n"))
        assert "nothing learned: only recordings of `kickcue run`" in err
    assert 0 == run("show")
    assert "nothing known" in capsys.readouterr().out


def test_another_pod_than_yours_learns_for_itself(
    home: Path, recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file with a new pod WHEN a recording of the old one is learned from THEN the old
    one learns, and that is told.
    """
    (home / "race.toml").write_text(RACE_FILE.replace(POD, "A0:9E:1A:00:00:99"))
    assert 0 == run("learn", recordings[0])
    out, err = capsys.readouterr()
    assert f"of pod {POD}" in out
    assert f"its pod was {POD}, yours is A0:9E:1A:00:00:99 now" in err
