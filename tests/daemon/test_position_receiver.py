"""Positions in a live run: put like a sensor's word, recorded, replayed alike; told on the screen;
never the begin of a race.
"""

import asyncio
from pathlib import Path
from random import Random

import pytest

from kickcue.config.settings import load_settings
from kickcue.core.events import Command, CommandKind, Fix, Phase
from kickcue.daemon.position_receiver import POSITIONS, receiver_of
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.gnss import Gpsd, Termux
from kickcue.recording import read
from kickcue.supervision.health import DeviceHealth, Stage
from tests.core.track import Venue
from tests.daemon.test_race_daemon import replays_alike
from tests.edges.gnss.conftest import FakeGpsd, fake_gpsd, tpv, until

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder  # noqa: F401
from tests.ports import free_port

VENUE = Venue(Random(1), noise_m=0.5)


def settings(port: int, **more: object) -> dict[str, object]:
    pins = {"pod": {"profile": "generic-rsc", "mqtt": "gym-pod"}}
    return {"race": "800m", "sensors": pins, "fixes.gpsd": f"127.0.0.1:{port}", **more}


async def said(run: RaceDaemon, fake: FakeGpsd, second: int) -> None:
    """Let gpsd tell a position, and wait until the run has it."""
    assert run.positions is not None
    await until(lambda: fake.listeners > 0)
    before = run.positions._last
    fake.say(tpv(second))
    await until(lambda: run.positions is not None and run.positions._last is not before)


async def test_positions_are_recorded_and_replayed(tmp_path: Path) -> None:
    """GIVEN gpsd in the race file WHEN a race is run THEN its positions are in the recording,
    stamped in order, and it replays alike.
    """
    gate = {
        f"gate.{key}": getattr(VENUE.gate, key) for key in ("lat_deg", "lon_deg", "heading_deg")
    }
    async with fake_gpsd() as fake:
        options = load_settings(None, options=settings(fake.port, **gate), environ={})
        async with live(options, state=tmp_path) as run:
            await until(lambda: fake.listeners == 1)
            run.put(Command(run.clock.run_ns(), CommandKind.START))
            await until(lambda: run.phase is Phase.BODY)
            for second in range(5):
                await said(run, fake, second)
            run.put(Command(run.clock.run_ns(), CommandKind.ABORT))
            await until(lambda: run.phase is Phase.ABORTED)
    (path,) = (tmp_path / "races").glob("*.mcap")
    recording = read(path)
    fixes = [event for event in recording.inputs if isinstance(event, Fix)]
    assert [tpv(second)["lat"] for second in range(5)] == [fix.lat_deg for fix in fixes]
    assert sorted(fix.t_ns for fix in fixes) == [fix.t_ns for fix in fixes]
    assert recording.header.setup is not None
    assert VENUE.gate.lat_deg == recording.header.setup["gate"]["lat_deg"]
    assert replays_alike(recording)


async def test_a_receiver_alone_begins_no_race(tmp_path: Path) -> None:
    """GIVEN positions before anything else is heard THEN nothing is recorded; after the first other
    word they are.
    """
    async with fake_gpsd() as fake:
        options = load_settings(None, options=settings(fake.port), environ={})
        async with live(options, state=tmp_path) as run:
            await until(lambda: fake.listeners == 1)
            await said(run, fake, 0)
            assert run.session is None
            assert run.recorder is None
            run.put(Command(run.clock.run_ns(), CommandKind.LAP))
            await until(lambda: run.session is not None)
            await said(run, fake, 1)
    (path,) = (tmp_path / "races").glob("*.mcap")
    assert [tpv(1)["lat"]] == [
        event.lat_deg for event in read(path).inputs if isinstance(event, Fix)
    ]


async def test_the_screen_is_told(tmp_path: Path) -> None:
    """GIVEN gpsd that is not there, then is THEN the run's health says so under "positions", beside
    the sensors.
    """
    port = free_port()
    async with live(load_settings(None, options=settings(port), environ={}), state=tmp_path) as run:
        await until(lambda: "is it running?" in run.health[POSITIONS].why)
        assert [POSITIONS, "pod"] == list(run.health)
        assert Stage.LOOKING == run.health[POSITIONS].stage
        server = FakeGpsd()
        async with await asyncio.start_server(server.serve, "127.0.0.1", port):
            await until(lambda: server.listeners == 1)
            await said(run, server, 0)
            connected = DeviceHealth(stage=Stage.CONNECTED)
            await until(lambda: run.health[POSITIONS] == connected)
            server.hang_up()
            await until(lambda: server.listeners == 0 or server.connections > 1)  # it comes back


@pytest.mark.parametrize(
    ("fixes", "kind"), [({"gpsd": "localhost"}, Gpsd), ({"termux": True}, Termux), ({}, type(None))]
)
def test_which_receiver(fixes: dict[str, object], kind: type) -> None:
    """GIVEN what the race file names THEN that receiver is held, and none where none is named."""
    named = load_settings(None, options={"race": "800m", "fixes": fixes}, environ={}).fixes
    assert kind is type(receiver_of(named, lambda _: None, lambda: 0))
