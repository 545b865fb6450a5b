"""A track with sensors on it: yours, those of others, all of them talking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.beds.fake_bluez import FakeBluez
from tests.beds.sensor import Sensor
from tests.edges.mqtt.conftest import until

STRAP = "A0:9E:1A:00:00:01"
POD = "C1:00:00:00:00:02"
BOTH = "A0:9E:1A:00:00:05"
OTHER = "A0:9E:1A:00:01:00"
EACH_S = 0.05


@dataclass
class Track:
    """Who is there: your strap and pod, a strap that sends steps too,
    and another runner's strap.
    """

    strap: Sensor
    pod: Sensor
    both: Sensor
    other: Sensor

    @property
    def all(self) -> tuple[Sensor, ...]:
        return (self.strap, self.pod, self.both, self.other)

    async def talk(self) -> None:
        """Notify whoever is connected, twenty times a second, until cancelled."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            # 4 m/s, however late this task gets its turn.
            tenths_m = round((loop.time() - began_s) * 40)
            steps = (
                bytes([7])
                + (4 * 256).to_bytes(2, "little")
                + bytes([90])
                + (120).to_bytes(2, "little")
                + tenths_m.to_bytes(4, "little")
            )
            for sensor, bpm in ((self.strap, 142), (self.both, 133), (self.other, 99)):
                if sensor.connected:
                    sensor.notify("2a37", bytes([0, bpm]))
            for sensor in (self.pod, self.both):
                if sensor.connected:
                    sensor.notify("2a53", steps)
            await asyncio.sleep(EACH_S)


async def let_go(*sensors: Sensor) -> None:
    """Wait until nobody holds any of them: a program's word to BlueZ may outlive it."""
    await until(lambda: not any(sensor.connected for sensor in sensors))


@asynccontextmanager
async def a_track(bluez: FakeBluez) -> AsyncIterator[Track]:
    """Put the sensors on air and have them talk."""
    track = Track(
        strap=bluez.add_sensor(
            STRAP, "Polar H10 75340F2C", services={"180d": ["2a37"]}, battery=80, rssi_dbm=-48
        ),
        pod=bluez.add_sensor(
            POD, "Stryd", services={"1814": ["2a53"]}, battery=55, rssi_dbm=-62, random_address=True
        ),
        both=bluez.add_sensor(
            BOTH,
            "TICKR X 1234",
            services={"180d": ["2a37"], "1814": ["2a53"]},
            battery=70,
            rssi_dbm=-74,
        ),
        other=bluez.add_sensor(
            OTHER, "Polar H10 0000AAAA", services={"180d": ["2a37"]}, battery=50, rssi_dbm=-88
        ),
    )
    talking = asyncio.create_task(track.talk())
    try:
        yield track
    finally:
        talking.cancel()
        await asyncio.wait({talking})
