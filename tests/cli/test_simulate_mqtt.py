"""``kickcue simulate --mqtt``: a simulated race, or a recording, sent to a run that is on."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kickcue.cli import main, simulate_mqtt
from kickcue.cli.broker_options import ChosenBroker
from kickcue.cli.simulate_mqtt import send
from kickcue.core.events import (
    Command,
    CommandKind,
    Cue,
    Input,
    Mark,
    MarkSource,
    Notification,
    Phase,
)
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.daemon.clock import Clock
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt import watch_client
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.topics import Topics
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.lab.standing import gun_moment_s, standing_around
from kickcue.recording import Header, Recording
from kickcue.recording.jsonl import write
from kickcue.supervision.health import Stage
from tests.daemon.test_race_daemon import RATE, recorded, replays_alike, settings
from tests.edges.mqtt.conftest import Mosquitto, mosquitto, until
from tests.patience import PATIENCE_S

__all__ = ["mosquitto"]

PINS = {
    "strap": {"profile": "generic-hr", "mqtt": "strap"},
    "pod": {"profile": "generic-rsc", "mqtt": "pod"},
}
POD = bytes.fromhex("0780035ae90039300000")


@pytest.fixture(autouse=True)
def own_folders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to be in; no broker of the user's is found. What is sent is passed on
    however late: a busy machine would lose it after a second or two.
    """
    for worth_s in ("COMMAND_WORTH_S", "SENSOR_WORTH_S"):
        monkeypatch.setattr(watch_client, worth_s, PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.mqtt.inbound.LATEST_MS", 60_000)
    monkeypatch.setattr("kickcue.edges.mqtt.traffic.FLUSH_S", PATIENCE_S)
    monkeypatch.chdir(home)
    return home


def race_with_standing(seed: int = 2) -> list[Input]:
    inputs = simulate(simulated_document("800m").course(), SCENARIOS["button"], seed).inputs
    return list(standing_around(inputs, gun_moment_s(inputs, 2 * RATE), 15.0))


async def test_a_whole_race_for_a_run_that_is_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a run whose sensors a gateway reads WHEN a simulated race is sent to its private broker
    THEN the run is started, led to its bell and ended by it, and its recording replays alike. (Both
    sides fly here, so that the test does not take a race's time.)
    """
    sent = race_with_standing()
    said = sorted(event.data for event in sent if isinstance(event, Notification))
    # What is under way for a second is not sent any more: a busy machine is given more time.
    for rate in (RATE, RATE / 5):
        capsys.readouterr()
        recording = await sent_and_run(tmp_path / f"{rate:g}", sent, rate)
        heard = [event.data for event in recording.inputs if isinstance(event, Notification)]
        if sorted(heard) == said:
            break
    assert replays_alike(recording)
    assert 1 == sum(isinstance(o, Cue) and o.id == "last_lap-1" for o in recording.outputs)
    assert sorted(heard) == said
    out = capsys.readouterr().out
    assert "sending to kickcue/runner as sensors pod, strap" in out
    assert re.search("the gun goes in [0-9]+ s", out)
    assert f"done: {len(heard)} notifications sent; the race: finished" in out


async def sent_and_run(state: Path, sent: Sequence[Input], rate: float) -> Recording:
    """Send a race to a run, and return what that has recorded."""
    async with live(settings(sensors=PINS), state=state, clock=Clock(rate=rate)) as run:
        assert run.way is not None
        assert run.way.watch is not None
        await until(lambda: run.way is not None and run.way.trouble is None)
        await send(ChosenBroker(run.way.watch, Topics()), sent, rate)
        await until(lambda: run.phase is Phase.FINISHED)
        assert {Stage.CONNECTED} == {health.stage for health in run.health.values()}
    return recorded(state)


@pytest.mark.mosquitto
async def test_any_broker_will_do(
    tmp_path: Path, mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a run on a broker of one's own WHEN a recording is sent there by the command THEN its
    notifications and presses come in, each as what it was.
    """
    chosen = {"sensors": PINS, "broker.url": mosquitto.address.with_password()}
    async with live(settings(**chosen), state=tmp_path) as run:
        await until(lambda: run.way is not None and run.way.trouble is None)
        path = short_recording(tmp_path)
        url = mosquitto.watch_address.with_password()
        assert 0 == await asyncio.to_thread(
            main, ["simulate", "--recording", str(path), "--mqtt", url]
        )
        await until(lambda: run.phase is Phase.FINISHED)
    check_short(tmp_path)
    assert "no kickcue is online" not in capsys.readouterr().err


async def test_the_private_broker_is_found(tmp_path: Path) -> None:
    """GIVEN a run with its own broker WHEN a recording is sent with --mqtt alone THEN it gets
    there.
    """
    async with live(settings(sensors=PINS), state=tmp_path) as run:
        await until(lambda: run.way is not None and run.way.trouble is None)
        path = short_recording(tmp_path)
        assert 0 == await asyncio.to_thread(main, ["simulate", "--recording", str(path), "--mqtt"])
        await until(lambda: run.phase is Phase.FINISHED)
    check_short(tmp_path)


async def test_nobody_listens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a broker without a run WHEN a race is sent THEN one line says that no kickcue is there,
    and it is sent all the same: it may be meant for another program.
    """
    monkeypatch.setattr(simulate_mqtt, "ONLINE_WITHIN_S", 0.2)
    path = short_recording(tmp_path)
    async with private_broker(Topics()) as broker:
        url = broker.watch.with_password()
        assert 0 == await asyncio.to_thread(
            main, ["simulate", "--recording", str(path), "--mqtt", url]
        )
    captured = capsys.readouterr()
    assert 1 == captured.err.count("no kickcue is online at kickcue/runner: sending all the same")
    assert "done: 4 notifications sent\n" in captured.out


def short_recording(folder: Path) -> Path:
    """Write a second of a run, in which everything is that can be sent, and some that cannot."""
    path = folder / "short.jsonl"
    times = (0.0, 0.3, 0.6, 0.9)
    entries: list[Input] = [Notification(s_to_ns(t_s), "pod", "2a53", POD) for t_s in times]
    entries += [
        Notification(0, "pod", "6e400003-b5a3-f393-e0a9-e50e24dcca9e", POD),
        Command(s_to_ns(0.1), CommandKind.START),
        Mark(s_to_ns(0.5), MarkSource.BUTTON),
        Mark(s_to_ns(0.7), MarkSource.TRACKSIDE),
        Command(NS_PER_S, CommandKind.FINISH),
    ]
    write(path, Header(race="800m"), sorted(entries, key=lambda event: event.t_ns))
    return path


def check_short(state: Path) -> None:
    """Check what of it a run has recorded."""
    inputs = recorded(state).inputs
    pods = [event.data for event in inputs if isinstance(event, Notification)]
    presses = [replace(event, t_ns=0) for event in inputs if isinstance(event, Command | Mark)]
    assert [POD] * 4 == pods
    assert [
        Command(0, CommandKind.START),
        Command(0, CommandKind.LAP),
        Mark(0, MarkSource.TRACKSIDE),
        Command(0, CommandKind.FINISH),
    ] == presses


# ---- what contradicts itself


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--mqtt"], "no kickcue broker is running on this machine"),
        (["--mqtt", "--rate", "2"], "--rate: expected above 0, up to 1 with --mqtt"),
        (["--mqtt", "--rate", "0"], "--rate: expected above 0, up to 1 with --mqtt"),
        (["--mqtt", "--ble", "usb:0"], "expected --ble or --mqtt, got both"),
        (["--mqtt", "http://x"], "broker: expected mqtt://"),
        (["--out", "x.jsonl", "--athlete", "maria"], "--athlete: expected --mqtt with it"),
        (["--out", "x.jsonl", "--ca", "x.pem"], "--ca: expected --mqtt with it"),
    ],
)
def test_what_contradicts_itself_is_refused(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN options that do not go together, or no run THEN one line says so, with status 2."""
    assert main(["simulate", "--race", "800m", *options]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_recording_without_sensors_cannot_be_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording of presses alone WHEN it is to be sent THEN one line says so, status 1."""
    path = tmp_path / "presses.jsonl"
    write(path, Header(race="800m"), [Command(0, CommandKind.START)])
    assert main(["simulate", "--recording", str(path), "--mqtt", "mqtt://127.0.0.1:1"]) == 1
    assert "no sensor data that can be sent over MQTT" in capsys.readouterr().err
