"""A session's recording in every command that reads one: what is said of it is what was run."""

import json
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import main
from kickcue.config.plan_files import load_plan
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import Command, CommandKind, Input, Output
from kickcue.lab.sensors import PodFaults, Thumb
from kickcue.lab.simulate_session import simulate_session
from kickcue.recording.header import race_header
from kickcue.recording.mcap_writer import McapWriter
from kickcue.replay.run_engine import drive

LIVE: Final = {"run_id": "abc", "boot": "b", "zero_ns": 0, "began_ns": 0}
PINS: Final = {"pod": "C1:00:00:00:00:02", "strap": "A0:9E:1A:00:00:01"}


def recorded(path: Path, plan: str | None, *, thumb: Thumb | None = None) -> Path:
    """Write what a run has recorded of a session, or of a race over the same ground."""
    session = load_plan("two-hundreds")
    document = RaceDocument(
        race="800m",
        sensors={
            "pod": SensorChoice(profile="generic-rsc"),
            "strap": SensorChoice(profile="generic-hr"),
        },
        plan=None if plan is None else load_plan(plan),
    ).with_digests()
    simulated = simulate_session(session.plan(), 4, PodFaults(scale_sd=0.005), thumb)
    header = race_header(document, utc="2026-06-14T10:09:11Z", live=LIVE, pins=PINS)
    end = Command(simulated.inputs[-1].t_ns + 1, CommandKind.FINISH)
    with McapWriter(path, header) as writer:
        steps: list[tuple[Input, tuple[Output, ...]]] = list(
            drive(
                engine_for(document.engine_config()), (*simulated.inputs, end), ticks_recorded=False
            )
        )
        for event, outputs in steps:
            writer.write(event)
            for output in outputs:
                writer.write(output)
    return path


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("session") / "s.mcap", "two-hundreds")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    """Return what the command printed, and what it complained of."""
    assert main(list(words)) == 0
    return capsys.readouterr()


def test_info_tells_the_plan_and_the_repetitions(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a session WHEN asked what is in it THEN the plan and the repetitions are there, not the
    race that it is no race of, and the distance is all of it.
    """
    out, _ = said(capsys, "info", str(session))
    assert "session   Two hundreds: 3 x 200 m\nplan      two-hundreds\n" in out
    assert "reps      3 repetitions of 200 m: " in out
    assert "\nrace " not in out
    (distance,) = (line for line in out.splitlines() if line.startswith("distance"))
    assert float(distance.split()[1]) > 900.0
    assert "min/km" not in out
    whole = json.loads(said(capsys, "info", "--json", str(session))[0])
    assert whole["race"] is None
    assert whole["session"]["plan"] == "two-hundreds"
    assert [each["rep"] for each in whole["session"]["reps"]] == [1, 2, 3]


def test_reps_are_those_that_the_session_told(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a session WHEN its repetitions are asked for THEN times and metres are the session's
    own, and the same as info's; by speed they can still be found.
    """
    info = json.loads(said(capsys, "info", "--json", str(session))[0])["session"]["reps"]
    reps = json.loads(said(capsys, "reps", "--json", str(session))[0])
    assert reps["from"] == "session"
    for told, shown in zip(info, reps["reps"], strict=True):
        assert (told["began_s"], told["ended_s"]) == (shown["start_s"], shown["end_s"])
        assert told["distance_m"] == shown["distance_m"] == 200.0
        assert shown["cadence_spm"] > 150.0
    assert "3 repetitions, as the session had them" in said(capsys, "reps", str(session))[0]
    assert (
        "3 repetitions, found by speed" in said(capsys, "reps", "--from", "speed", str(session))[0]
    )


def test_what_was_no_session_has_no_repetitions_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race's recording WHEN asked for a session's repetitions THEN that is one line."""
    race = recorded(tmp_path / "race.mcap", None)
    assert main(["reps", "--from", "session", str(race)]) != 0
    assert "no session to find repetitions by; available: speed" in capsys.readouterr().err


def test_a_session_verifies(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session WHEN verified THEN the same outputs follow, legs included."""
    assert "holds" in said(capsys, "verify", str(session))[0]


def test_a_session_teaches_no_scale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session with presses WHEN it is to teach the pod's scale THEN it says why it does
    not, and what races have taught stays as it was.
    """
    pressed = recorded(tmp_path / "s.mcap", "two-hundreds", thumb=Thumb(missed=0.0))
    assert main(["calibrate", "learn", "--state", str(tmp_path), str(pressed)]) == 1
    assert "the repetitions of a session teach nothing" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.json"))


def test_another_plan_is_said_to_be_another(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a session WHEN replayed as it was, under another plan, and as a race THEN the last two
    say so; so does a race under a plan. What follows is that plan's, or that race's.
    """
    out, err = said(capsys, "replay", str(session))
    assert "3 repetitions of 200 m" in out
    assert not err
    out, err = said(capsys, "replay", str(session), "--plan", "strides")
    assert "recorded as the session two-hundreds, replayed as the session strides" in err
    assert "repetitions of 50 m" in out
    out, err = said(capsys, "replay", str(session), "--race", "800m")
    assert "recorded as the session two-hundreds, replayed as the race 800m" in err
    assert "last_lap" in out
    assert "rep " not in out
    race = recorded(tmp_path / "race.mcap", None)
    out, err = said(capsys, "replay", str(race), "--plan", "two-hundreds")
    assert "recorded as the race 800m, replayed as the session two-hundreds" in err
    assert "3 repetitions of 200 m" in out


def test_a_replay_for_programs_has_the_legs(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a session WHEN replayed as JSON THEN each leg's beginning and end is an object, the
    repetitions' ends the same as info's.
    """
    lines = [
        json.loads(line) for line in said(capsys, "replay", "--json", str(session))[0].splitlines()
    ]
    begun = [line for line in lines if line["type"] == "leg_begin"]
    assert [(line["kind"], line["rep"]) for line in begun if line["kind"] == "rep"] == [
        ("rep", 1),
        ("rep", 2),
        ("rep", 3),
    ]
    assert all(line["legs"] == 5 and line["reps"] == 3 for line in begun)
    last = {
        line["leg"]: line["ended_s"]
        for line in lines
        if line["type"] == "leg_result" and line["kind"] == "rep"
    }
    info = json.loads(said(capsys, "info", "--json", str(session))[0])["session"]["reps"]
    assert list(last.values()) == [each["ended_s"] for each in info]


def test_doctor_names_the_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race file with a plan WHEN checked THEN the session is named, not some race."""
    path = tmp_path / "race.toml"
    path.write_text('plan = "strides"\n')
    main(["doctor", str(path)])
    out = capsys.readouterr().out
    assert "the session strides" in out
    assert "5000m" not in out
