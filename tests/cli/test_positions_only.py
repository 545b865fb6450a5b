"""A recording of a sensor that sends positions (2A67) and nothing else, under no profile's name."""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.crossing.gate import Plane
from kickcue.core.events import Command, CommandKind, Notification
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.units import s_to_ns
from kickcue.recording import Header
from kickcue.recording.jsonl import write

REPS_S = ((60, 100), (160, 200), (260, 300), (360, 400))
REP_MPS = 5.0
RAN_M = REP_MPS * sum(end - start for start, end in REPS_S)


@pytest.fixture(params=["2a67", "00002a67-0000-1000-8000-00805f9b34fb"])
def recording(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return four times 200 m with rests between, a position each second; the characteristic's
    name is short or long.
    """
    plane, run_m = Plane(51.5, 0.0), 0.0
    entries: list[Command | Notification] = [Command(0, CommandKind.START)]
    for second in range(461):
        mps = REP_MPS if any(start < second <= end for start, end in REPS_S) else 0.0
        run_m += mps
        lat_deg, lon_deg = plane.lat_lon(run_m, 0.0)
        sent = LocationAndSpeed(mps, run_m, lat_deg, lon_deg, position_status=PositionStatus.OK)
        entries.append(Notification(s_to_ns(second), "receiver", request.param, bytes(sent)))
    path = tmp_path / "positions.jsonl"
    write(path, Header(race="800m"), entries)
    return path


def test_info_tells_distance_and_speed(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN positions alone WHEN the recording is looked at THEN distance and speed are told."""
    assert main(["info", str(recording), "--json"]) == 0
    (sensor,) = json.loads(capsys.readouterr().out)["sensors"]
    assert RAN_M == sensor["distance_m"]
    assert REP_MPS == sensor["speed_mps"]["median"]
    assert sensor["broken"] == 0


@pytest.mark.parametrize("way", ["positions", "speed"])
def test_reps_are_found(recording: Path, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN positions alone WHEN repetitions are looked for, by place or by the speed sent
    THEN all four are found, each some 200 m.
    """
    assert main(["reps", str(recording), "--from", way, "--json"]) == 0
    reps = json.loads(capsys.readouterr().out)["reps"]
    assert len(REPS_S) == len(reps)
    assert all(rep["distance_m"] == pytest.approx(200.0, abs=12.0) for rep in reps)


def test_replay_runs_it(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN positions alone WHEN the race is replayed THEN the last lap is cued."""
    assert main(["replay", str(recording)]) == 0
    assert "last_lap" in capsys.readouterr().out
