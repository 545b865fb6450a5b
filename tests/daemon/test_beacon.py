"""A beacon in a live run: put like a sensor's word, recorded, replayed alike; told on the screen;
never the begin of a race.
"""

from itertools import cycle
from pathlib import Path

from kickcue.config.settings import Settings, load_settings
from kickcue.core.events import BeaconReading, Command, CommandKind, Phase
from kickcue.daemon.beacon import BEACON
from kickcue.daemon.wiring import live
from kickcue.recording import read
from kickcue.supervision.health import Stage
from tests.beds.fake_bluez import FakeBluez
from tests.beds.fixtures import bluez, bus
from tests.daemon.test_race_daemon import replays_alike

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder  # noqa: F401
from tests.edges.radio.bench import until

__all__ = ["bluez", "bus"]
LINE = "C3:00:00:00:00:09"


def settings(**more: object) -> Settings:
    pins = {"pod": {"profile": "generic-rsc", "mqtt": "gym-pod"}}
    return load_settings(None, options={"race": "800m", "sensors": pins, **more}, environ={})


async def test_a_beacon_is_recorded_and_replayed(bluez: FakeBluez, tmp_path: Path) -> None:
    """GIVEN [beacon] WHEN it is heard before anything else THEN no race begins; in the race it is
    recorded, and all replays alike.
    """
    beacon = bluez.add_sensor(LINE, None, services={})
    beacon.advertise(on=False)
    async with live(settings(**{"beacon.address": LINE}), state=tmp_path) as run:
        listening = run.beacon
        assert listening is not None
        assert (Stage.LOOKING, "no signal from the beacon yet: is it on, and near?") == (
            run.health[BEACON].stage,
            run.health[BEACON].why,
        )

        rssi_dbm = cycle((-70, -69))

        def heard(times: int) -> bool:
            bluez.advertised(beacon, next(rssi_dbm))  # BlueZ tells what has changed
            return listening.health.notifications >= times

        await until(lambda: heard(3))
        assert run.session is None
        run.put(Command(run.clock.run_ns(), CommandKind.START))
        await until(lambda: run.phase is Phase.BODY)
        before = listening.health.notifications
        await until(lambda: heard(before + 5))
        assert Stage.CONNECTED is run.health[BEACON].stage
        run.put(Command(run.clock.run_ns(), CommandKind.ABORT))
        await until(lambda: run.phase is Phase.ABORTED)
    (path,) = (tmp_path / "races").glob("*.mcap")
    recording = read(path)
    events = [event for event in recording.inputs if isinstance(event, BeaconReading)]
    assert len(events) >= 5
    assert {event.rssi_dbm for event in events} <= {-70, -69}
    assert replays_alike(recording)


async def test_no_beacon_no_scan(bluez: FakeBluez, tmp_path: Path) -> None:
    """GIVEN no [beacon] and no sensor of the radio THEN nobody scans, and no beacon is told of."""
    async with live(settings(), state=tmp_path) as run:
        assert run.beacon is None
        assert BEACON not in run.health
        assert not bluez.adapter.looking
