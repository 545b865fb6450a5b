"""``kickcue replay`` and ``kickcue verify``: what they print, write and refuse."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.core.course import course_for
from kickcue.core.events import Disarm, Estimate, Notice
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate
from kickcue.recording import Header, jsonl, read
from kickcue.replay.differences import first_difference

SENSORS = {"pod": "generic-rsc", "strap": "generic-hr"}


@pytest.fixture
def race_file(tmp_path: Path) -> Path:
    """Write a simulated 1500 m race in the exchange form."""
    path = tmp_path / "race.jsonl"
    race = simulate(course_for("1500m"), SCENARIOS["button"], 3)
    jsonl.write(path, Header(race="1500m", lap_m=400.0, sensors=SENSORS), race.inputs)
    return path


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_lines_carry_the_promised_keys(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line is one object with file, t_s and type; cues tell kind, to go, error, words and
    pulses.
    """
    assert main(["replay", str(race_file), "--json"]) == 0

    found = lines(capsys.readouterr().out)
    cue = next(line for line in found if line["type"] == "cue")
    assert {line["type"] for line in found} == {"cue", "phase"}
    assert all(line["file"] == str(race_file) for line in found)
    assert cue["kind"] == "last_lap"
    assert cue["text"] == "Last lap: turnover up, stay relaxed"
    assert abs(cue["to_go_m"] - 400.0) < 15.0
    assert cue["sd_m"] > 0.0
    assert all(len(pulse) == 3 for pulse in cue["pulses"])


def test_estimates_and_reasons_come_when_asked_for(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--estimates adds where the runner is, --why adds arming and marks."""
    assert main(["replay", str(race_file), "--json", "--estimates", "--why"]) == 0

    found = lines(capsys.readouterr().out)
    estimates = [line for line in found if line["type"] == "estimate"]
    assert {"cue", "phase", "estimate", "arm", "notice"} <= {line["type"] for line in found}
    assert estimates[100]["distance_m"] > 300.0
    assert estimates[-1]["distance_m"] is None  # the race is over: there is nothing to go
    assert any(line.get("code") == "line" for line in found)


def test_output_is_the_same_from_run_to_run(race_file: Path) -> None:
    """Two processes with different hash seeds print the same bytes."""
    command = [
        sys.executable,
        "-m",
        "kickcue",
        "replay",
        str(race_file),
        "--json",
        "--estimates",
        "--why",
    ]

    first, second = (
        subprocess.run(
            command, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "12"
    )

    assert first == second
    assert first.count(b"\n") > 100


def test_a_recording_of_a_replay_verifies(
    race_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a replay written to MCAP / WHEN verified / THEN it holds, and replaying it prints what
    the first replay printed.
    """
    target = tmp_path / "out.mcap"
    assert main(["replay", str(race_file), "--json", "--record", str(target)]) == 0
    first = capsys.readouterr().out

    assert main(["verify", str(target), "--json"]) == 0
    verdict = lines(capsys.readouterr().out)[0]
    assert main(["replay", str(target), "--json"]) == 0
    second = capsys.readouterr().out

    assert verdict["holds"] is True
    assert verdict["outputs"] > 100
    assert first == second.replace("out.mcap", "race.jsonl")


def test_verify_notices_another_engine(
    race_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """BUT WHEN the engine decides otherwise than it did / THEN verify names the first output that
    differs, shows it as two different things, and exits with 1.
    """
    target = tmp_path / "out.mcap"
    assert main(["replay", str(race_file), "--record", str(target)]) == 0
    monkeypatch.setattr("kickcue.core.engine.PositionEstimator.firing_probability", lambda *_: 0.99)
    capsys.readouterr()

    assert main(["verify", str(target)]) == 1

    told = re.search(
        r"does not hold: output \d+\D.* was (.+) and is now (.+)", capsys.readouterr().out
    )
    assert told is not None
    assert told[1] != told[2]


def test_verify_minds_no_last_digit(
    race_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GIVEN a recording WHEN another Python adds and takes logarithms a last digit otherwise THEN
    it holds; BUT NOT a centimetre in a kilometre.
    """
    target = tmp_path / "out.mcap"
    assert main(["replay", str(race_file), "--record", str(target)]) == 0

    for factor, status in ((1.0 + 1e-9, 0), (1.0 + 1e-5, 1)):

        def otherwise(*told: Any, factor: float = factor) -> Estimate:
            estimate = Estimate(*told)
            if estimate.distance_m is None:
                return estimate
            return estimate._replace(distance_m=estimate.distance_m * factor)

        monkeypatch.setattr("kickcue.core.engine.Estimate", otherwise)
        capsys.readouterr()
        assert status == main(["verify", str(target)]), capsys.readouterr().out


def test_another_wording_of_a_notice_is_no_difference(race_file: Path, tmp_path: Path) -> None:
    """GIVEN a recording whose notices and disarms were worded otherwise / THEN it verifies;
    BUT WHEN a notice has another code / THEN that is named as the first difference.
    """
    target = tmp_path / "out.mcap"
    assert main(["replay", str(race_file), "--record", str(target)]) == 0
    recording = read(target)
    reworded = tuple(
        replace(each, text="said in other words")
        if isinstance(each, Notice)
        else replace(each, why="said in other words")
        if isinstance(each, Disarm)
        else each
        for each in recording.outputs
    )
    at = next(n for n, each in enumerate(reworded) if isinstance(each, Notice))
    noticed = reworded[at]
    assert isinstance(noticed, Notice)
    other = (*reworded[:at], replace(noticed, code="another"), *reworded[at + 1 :])

    assert reworded != recording.outputs
    assert first_difference(recording, reworded) is None
    told = first_difference(recording, other)
    assert told is not None
    assert told.startswith(f"output {at + 1}, notice at ")
    assert told.endswith('and is now "another"')


def test_another_race_than_recorded_can_be_asked_for(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """WHEN --race says 800m / THEN the bell is at 400 m, although the recording was of a 1500."""
    assert main(["replay", str(race_file), "--race", "800m", "--marks", "none", "--json"]) == 0

    cue = next(line for line in lines(capsys.readouterr().out) if line["type"] == "cue")
    assert cue["kind"] == "last_lap"
    assert cue["t_s"] < 150.0


def test_a_sanctioned_race_gets_no_cue(race_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN --rules sanctioned / THEN nothing is cued or armed, the reason is told, and phases are
    still there.
    """
    assert main(["replay", str(race_file), "--rules", "sanctioned", "--json", "--why"]) == 0

    found = lines(capsys.readouterr().out)
    assert not [line for line in found if line["type"] in ("cue", "arm")]
    assert any("TR 6.3.1" in line["text"] for line in found if line["type"] == "notice")
    assert any(line["phase"] == "last_lap" for line in found if line["type"] == "phase")


def test_start_offset_moves_the_gun(race_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN the race starts 60 s into the recording THEN its first phase is there, times are still
    the recording's, and those from the gun begin there.
    """
    assert main(["replay", str(race_file), "--race", "800m", "--start-offset", "60", "--json"]) == 0

    file = str(race_file)
    assert lines(capsys.readouterr().out)[0] == {
        "file": file,
        "t_s": 60.0,
        "race_s": 0.0,
        "type": "phase",
        "phase": "body",
        "previous": "waiting",
    }


@pytest.mark.parametrize(
    ("extra", "status", "words"),
    [
        (["--race", "5001 leagues"], 2, "unknown event"),
        (["--start-offset", "99999"], 2, "--start-offset"),
        (["--rate", "fast"], 2, "--rate"),
        (["--rate", "max", "--publish"], 2, "--rate: expected a number with --publish"),
        (["--broker", "mqtt://localhost"], 2, "--publish"),
        (["--ca", "ca.crt"], 2, "--broker"),
        (["--target", "quick"], 2, "15:30"),
        (["--profile", "pod"], 2, "pod=stryd"),
        (["--profile", "watch=stryd"], 2, "expected a sensor of the recording (pod, strap)"),
        (["--record", "race.fit"], 2, ".mcap"),
        (["--profile", "pod=nosuch"], 2, "nosuch"),
        (["--language", "tlh"], 2, "tlh"),
        (["--hr-ceiling", "20"], 2, "hr_ceiling_bpm"),
    ],
)
def test_wrong_wishes_are_one_clear_line(
    race_file: Path, capsys: pytest.CaptureFixture[str], extra: list[str], status: int, words: str
) -> None:
    """What cannot be honoured is told in one line, with status 2."""
    assert main(["replay", str(race_file), *extra]) == status

    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert words in errors[0]


@pytest.mark.parametrize("name", ["no.fit", "empty.mcap", "text.tcx"])
def test_wrong_files_are_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A FIT that is no FIT, an empty file and a TCX that is none give one line and status 1."""
    path = tmp_path / name
    path.write_bytes(
        {"no.fit": b"hello, I am no FIT file", "empty.mcap": b"", "text.tcx": b"<html></html>"}[
            name
        ]
    )

    assert main(["replay", str(path), "--race", "5000m"]) == 1

    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert name in errors[0]


def test_a_cut_recording_replays_what_is_there(
    race_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an MCAP cut off in the middle / WHEN replayed and verified / THEN what is there is
    used, one line tells the loss, status 1.
    """
    whole, cut = tmp_path / "whole.mcap", tmp_path / "cut.mcap"
    assert main(["replay", str(race_file), "--record", str(whole)]) == 0
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    capsys.readouterr()

    assert main(["replay", str(cut), "--json"]) == 1
    out, err = capsys.readouterr()
    assert lines(out)[0]["type"] == "phase"
    assert len(err.splitlines()) == 1
    assert "truncated" in err

    assert main(["verify", str(cut)]) == 1
    assert "holds as far as it goes" in capsys.readouterr().out


def test_a_recording_is_never_overwritten(
    race_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """WHEN --record names a file that exists / THEN it is refused and the file is as it was."""
    target = tmp_path / "precious.mcap"
    target.write_bytes(b"precious")

    assert main(["replay", str(race_file), "--record", str(target)]) == 2

    assert target.read_bytes() == b"precious"
    assert "exists" in capsys.readouterr().err


@pytest.mark.recordings
@pytest.mark.parametrize("most_bytes", [60_000, pytest.param(10**6, marks=pytest.mark.long)])
def test_every_real_recording_replays_and_its_recording_verifies(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], most_bytes: int
) -> None:
    """GIVEN every real file (the small ones), damaged one included / WHEN replayed with --record /
    THEN no traceback, and every recording verifies.
    """
    every = sorted(path for path in (data_dir / "recordings").iterdir() if path.suffix != ".tsv")
    files = [path for path in every if path.stat().st_size < most_bytes]
    damaged = [
        path.name
        for path in files
        if main(
            [
                "replay",
                str(path),
                "--race",
                "3000m",
                "--record",
                str(tmp_path / f"{path.name}.mcap"),
            ]
        )
    ]
    capsys.readouterr()

    verified = main(["verify", *(str(tmp_path / f"{path.name}.mcap") for path in files), "--json"])

    assert len(every) == 19
    # The one that is called broken broke another reader: its checksums are right and all 6874
    # records decode.
    assert damaged == []
    assert verified == 0
    assert all(line["holds"] and line["inputs"] > 100 for line in lines(capsys.readouterr().out))


def test_without_a_recorded_start_the_gun_goes_at_the_beginning(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording in which nobody pressed start / WHEN replayed / THEN the race begins with
    it.
    """
    race_file.write_text(
        "".join(
            line
            for line in race_file.read_text().splitlines(keepends=True)
            if '"start"' not in line
        )
    )

    assert main(["replay", str(race_file), "--json"]) == 0

    found = lines(capsys.readouterr().out)
    assert (found[0]["phase"], found[0]["t_s"]) == ("body", 0.0)
    assert any(line["type"] == "cue" and line["kind"] == "last_lap" for line in found)


def test_text_for_people_fits_a_terminal(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cues and phases are lines of at most 80 columns, under the name of the file."""
    assert main(["replay", str(race_file)]) == 0

    found = capsys.readouterr().out.splitlines()
    assert found[0] == "race.jsonl:"
    assert any("Last lap: turnover up, stay relaxed" in line for line in found)
    assert max(map(len, found)) <= 80


def test_a_race_without_a_pod_is_called_a_guess(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording of a strap alone / WHEN replayed / THEN the runner is told that the
    distance is a guess.
    """
    race_file.write_text(
        "".join(
            line
            for line in race_file.read_text().splitlines(keepends=True)
            if '"2a53"' not in line and '"mark"' not in line
        )
    )

    assert main(["replay", str(race_file)]) == 0

    assert "a guess from the clock" in capsys.readouterr().out


def test_whole_uuids_are_the_same_characteristic(
    race_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN characteristics written as whole UUIDs and no sensors named / THEN the cues are the
    same.
    """
    assert main(["replay", str(race_file), "--json"]) == 0
    first = capsys.readouterr().out
    text = race_file.read_text()
    for char in ("2a53", "2a37"):
        text = text.replace(f'"{char}"', f'"0000{char}-0000-1000-8000-00805f9b34fb"')
    race_file.write_text(
        text.replace('"sensors": {"pod": "generic-rsc", "strap": "generic-hr"}, ', "")
    )

    assert main(["replay", str(race_file), "--json"]) == 0

    assert capsys.readouterr().out == first


def tcx_with_laps(path: Path, trigger: str, lap_m: float, laps: int) -> Path:
    """Write a run at 4 m/s whose laps are all as long by the watch's distance."""
    whole = ""
    for n in range(laps + 1):
        began_s = n * lap_m / 4.0
        ended_s = began_s + (lap_m / 4.0 if n < laps else 30.0)
        points = "".join(
            f"<Trackpoint><Time>2024-05-01T{8 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z</Time>"
            f"<DistanceMeters>{4 * s}</DistanceMeters></Trackpoint>"
            for s in range(round(began_s), round(ended_s), 5)
        )
        start = (
            f"{8 + round(began_s) // 3600:02}:{round(began_s) // 60 % 60:02}:{began_s % 60:06.3f}"
        )
        whole += (
            f'<Lap StartTime="2024-05-01T{start}Z">'
            f"<TotalTimeSeconds>{ended_s - began_s}</TotalTimeSeconds>"
            f"<DistanceMeters>{4 * (ended_s - began_s)}</DistanceMeters>"
            f"<TriggerMethod>{trigger}</TriggerMethod><Track>{points}</Track></Lap>"
        )
    path.write_text(
        "<TrainingCenterDatabase><Activities><Activity "
        f'Sport="Running">{whole}</Activity></Activities></TrainingCenterDatabase>'
    )
    return path


def test_laps_that_a_watch_made_do_not_move_the_bell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN laps of exactly 1000 m called manual WHEN 10,000 m are replayed THEN the bell is the
    distance's, and one line tells why.
    """
    path = tcx_with_laps(tmp_path / "run.tcx", "Manual", 1000.0, 10)
    assert main(["replay", str(path), "--race", "10000m"]) == 0
    out, err = capsys.readouterr()
    assert " 40:00.0  last_lap" in out
    assert f"kickcue: {path}: laps not used as marks: 10 automatic" in err
    assert err.count("\n") == 1
    assert main(["replay", str(path), "--race", "10000m", "--marks", "all"]) == 0
    assert "laps that are no marks" not in capsys.readouterr().err
