"""``kickcue run --simulated``: a whole live race with no hardware, as a newcomer runs it."""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.cli import main, run as run_command, simulated_inputs, simulated_run
from kickcue.config.settings import Settings, load_settings
from kickcue.core.events import Ack, Command, CommandKind, Cue, LegKind, LegResult, Phase
from kickcue.daemon import race_end
from kickcue.daemon.simulated_sensors import SimulatedRun
from kickcue.edges.radio import WITHOUT_BLUETOOTH
from kickcue.recording import Recording, read
from tests.cli.tui.terminals import on_a_terminal, start_in_a_pipe
from tests.edges.mqtt.conftest import Mosquitto, mosquitto
from tests.patience import PATIENCE_S

__all__ = ["mosquitto"]

WHOLE_RACE: Final = """
race = "1500m"
target_s = 270
scale = 1.02
[fixes]
gpsd = "localhost:2947"
[beacon]
ibeacon = "f7826da6-4fa2-4e98-8024-bc5b71e0893e"
[watch]
profile = "infinitime"
[sensors.heart]
profile = "polar-h10"
address = "A0:9E:1A:00:00:01"
"""


LINGER_S: Final = 300.0
"""In the race's time: a watch on a busy machine answers the last cue seconds later."""


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that commands are started in; the gun goes soon, as a test is in a
    hurry.
    """
    monkeypatch.chdir(home)
    monkeypatch.setattr(simulated_inputs, "GUN_IN_S", 2.5)
    return home


@pytest.fixture
def flies(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the same, and let time go by faster than is of use where somebody looks on."""
    monkeypatch.setattr(simulated_run, "FASTEST", 1000.0)
    monkeypatch.setattr(simulated_inputs, "GUN_IN_S", 0.1)
    return here


class WatchProcess:
    """``kickcue watch`` in a second terminal."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._out = folder / "watch.jsonl"
        program = [sys.executable, "-m", "kickcue", "watch", "--json", *options]
        with self._out.open("w") as out:
            self._process = subprocess.Popen(program, stdout=out, cwd=folder)

    def happenings(self) -> Iterator[dict[str, Any]]:
        for line in self._out.read_text().splitlines(keepends=True):
            if line.endswith("\n"):  # it may be writing
                yield json.loads(line)

    def wait_for(self, kind: str) -> None:
        """Wait until it has written of this."""
        until_s = time.monotonic() + PATIENCE_S
        while not any(each["type"] == kind for each in self.happenings()):
            assert time.monotonic() < until_s, self._out.read_text()
            time.sleep(0.02)

    def end(self) -> list[dict[str, Any]]:
        """Take it off; return all that has happened to it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE_S)
        return list(self.happenings())


def recordings(folder: Path) -> list[Path]:
    return sorted((folder / "state" / "races").glob("*.mcap"))


def recorded(folder: Path) -> Recording:
    (path,) = recordings(folder)
    return read(path)


def cues(recording: Recording) -> list[str]:
    return [output.id for output in recording.outputs if isinstance(output, Cue)]


@pytest.mark.mosquitto
@pytest.mark.usefixtures("cues_worth_a_minute")
def test_a_whole_race_over_mosquitto(
    here: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a broker of one's own, and a watch on it WHEN a simulated race is run over it THEN each
    cue is felt once.
    """
    watch = WatchProcess(here, "--broker", mosquitto.watch_address.with_password())
    watch.wait_for("link")
    monkeypatch.setattr(race_end, "LINGER_S", LINGER_S)
    named = ("--broker", mosquitto.address.with_password())
    assert 0 == main(["run", "--simulated", "--race", "800m", *named, *quickly(50)])
    felt_once(watch.end(), recorded(here))


def quickly(rate: float) -> tuple[str, ...]:
    return ("--rate", f"{rate:g}", "--headless", "--state", "state")


def felt_once(happened: list[dict[str, Any]], recording: Recording) -> None:
    """Check that the watch felt what was sent, each cue once and none late.

    ``ready`` apart: one that comes before the watch knows the sender's clock comes again.
    """
    felt = Counter(each["id"] for each in happened if each["type"] == "cue")
    given = {cue_id for cue_id in cues(recording) if not cue_id.startswith("ready")}
    assert "last_lap-1" in given
    assert dict.fromkeys(given, 1) == {
        cue_id: count for cue_id, count in felt.items() if not cue_id.startswith("ready")
    }
    answers = {
        (event.cue_id, event.felt)
        for event in recording.inputs
        if isinstance(event, Ack) and not event.cue_id.startswith("ready")
    }
    assert {(cue_id, True) for cue_id in given} == answers


def test_a_session_without_any_hardware(flies: Path) -> None:
    """GIVEN a plan WHEN its session is simulated live THEN every repetition of it is found and the
    session comes to its end.
    """
    assert 0 == main(["run", "strides", "--simulated", *quickly(300)])
    recording = recorded(flies)
    runs = {
        output.rep
        for output in recording.outputs
        if isinstance(output, LegResult) and output.kind is LegKind.REP
    }
    assert {1, 2, 3, 4, 5} == runs
    orders = [event.kind for event in recording.inputs if isinstance(event, Command)]
    assert [CommandKind.START, CommandKind.FINISH] == orders


def test_no_race_need_be_named(flies: Path) -> None:
    """GIVEN neither race.toml nor --race WHEN simulated THEN it is a 5000 m."""
    assert 0 == main(["run", "--simulated", *quickly(1000)])
    assert "5000m" == recorded(flies).header.race


def test_each_seed_is_another_race_and_the_same_again(flies: Path) -> None:
    """GIVEN the seed and scenario of `kickcue simulate` WHEN run live THEN the sensors send what
    that command writes.
    """
    chosen = ("--race", "800m", "--seed", "7", "--scenario", "button-bad")
    assert 0 == main(["run", "--simulated", *chosen, *quickly(400)])
    assert 0 == main(["simulate", *chosen, "--out", "same.jsonl"])
    sent = [event.data for event in read(flies / "same.jsonl").inputs if hasattr(event, "data")]
    heard = [event.data for event in recorded(flies).inputs if hasattr(event, "data")]
    assert any(heard[at : at + len(sent)] == sent for at in range(len(heard)))


# ---- what of race.toml counts


def made(folder: Path, toml: str, *options: str) -> tuple[Settings, SimulatedRun]:
    """Return what ``run`` would run with a race file."""
    parser = argparse.ArgumentParser()
    run_command.configure(parser)
    args = parser.parse_args(["--simulated", *options])
    path = folder / "race.toml"
    path.write_text(toml)
    return simulated_run.simulated_run(args, load_settings(path, environ={}))


def test_a_race_file_keeps_its_wishes_and_loses_its_sensors(tmp_path: Path) -> None:
    """GIVEN a race file with sensors, a receiver, a beacon, a watch and a pod's scale WHEN the run
    is simulated THEN its race, wishes and watch are used, and nothing that a real runner's devices
    would send or have taught.
    """
    settings, given = made(tmp_path, WHOLE_RACE, "--rate", "4")
    assert ("1500m", 270) == (settings.race, settings.target_s)
    assert "infinitime" == settings.watch.profile
    assert {"pod", "strap"} == set(settings.sensors)
    assert (None, False) == (settings.fixes.gpsd, settings.beacon.wanted)
    assert (1.0, 0.03) == (settings.scale, settings.scale_sd)
    assert (4.0, simulated_inputs.GUN_IN_S) == (given.rate, given.gun_in_s)


def test_a_calibrated_pod_is_one(tmp_path: Path) -> None:
    """GIVEN the scenario of a pod that earlier races have calibrated WHEN simulated THEN what they
    taught is known.
    """
    settings, _ = made(tmp_path, WHOLE_RACE, "--scenario", "calibrated")
    assert settings.scale_sd < 0.03
    assert settings.document().scale == settings.scale != 1.02


# ---- what contradicts itself


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--rate", "10"], "--rate: expected --simulated with it"),
        (["--seed", "1"], "--seed: expected --simulated with it"),
        (["--scenario", "gate"], "--scenario: expected --simulated with it"),
        (["--simulated", "--rate", "0"], "--rate: expected above 0, up to 50, got 0"),
        (["--simulated", "--rate", "51"], "--rate: expected above 0, up to 50, got 51"),
        (["--simulated", "--rate", "nan"], "--rate: expected above 0, up to 50, got nan"),
        (["--simulated", "--profile", "pod=stryd"], "--profile: expected no --simulated with it"),
        (["--simulated", "--scale", "1.01"], "--scale: expected no --simulated with it"),
        (["--simulated", "--scale-sd", "0.01"], "--scale-sd: expected no --simulated with it"),
        (["--simulated", "--scenario", "x"], "--scenario: expected one of bare, calibrated"),
        (["strides", "--simulated", "--scenario", "gate"], "--scenario: expected a race with it"),
        (["--simulated", "--race", "99m"], "99m"),
    ],
)
def test_what_contradicts_itself_is_refused(
    options: list[str], says: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN options that do not go together WHEN run THEN one line says so, with status 2, and
    nothing is begun.
    """
    assert main(["run", "--headless", "--state", "state", *options]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not (here / "state").exists()


def test_who_has_no_sensor_is_told_of_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN no sensors in the settings and no Bluetooth WHEN run THEN the message names a run that
    needs neither.
    """
    assert main(["run", "--race", "800m", "--headless", "--state", str(here / "state")]) == 2
    assert WITHOUT_BLUETOOTH in capsys.readouterr().err


# ---- processes


@pytest.mark.long
async def test_a_killed_run_leaves_a_recording_and_no_race(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a simulated race whose process is killed WHEN another one is run THEN it begins anew;
    what the first has recorded is whole up to its end.
    """
    command = ("run", "--simulated", "--race", "800m", *quickly(50))
    killed = await start_in_a_pipe(*command, folder=home)
    assert killed.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        while b"phase=body" not in await killed.stderr.readline():
            pass
        await asyncio.sleep(0.5)
    killed.kill()
    await killed.communicate()
    (left,) = recordings(home)
    again = await start_in_a_pipe(*command, folder=home)
    async with asyncio.timeout(PATIENCE_S):
        _, log = await again.communicate()
    assert 0 == again.returncode
    assert b"resumed" not in log
    (other,) = set(recordings(home)) - {left}
    assert "last_lap-1" in cues(read(other))
    assert 1 == main(["verify", str(left)])
    assert "holds as far as it goes" in capsys.readouterr().out


@pytest.mark.long
async def test_a_simulated_race_on_a_terminal(home: Path) -> None:
    """GIVEN a terminal WHEN a simulated race is run THEN the screen says that it is simulated and
    when the gun goes, keys order it as ever, and who leaves is promised no second half.
    """
    command = ("run", "--simulated", "--race", "800m", "--rate", "2", "--state", "state")
    async with on_a_terminal(*command, folder=home) as shown:
        await shown.shows("simulated", "the gun goes in 5 s", "heartbeats/min")
        await shown.shows("lap 1 of 2")
        await shown.answers("f", "It is still far to the finish. Press f again")
        await shown.answers(" ", "lap 1 of 2")
        await shown.answers("q", "Press q again to quit")
        shown.press("q")
        assert await shown.left() == 0
        assert "Recorded in" in shown.text
        assert "resumes" not in shown.text
    assert Phase.FINISHED not in {getattr(o, "phase", None) for o in recorded(home).outputs}
