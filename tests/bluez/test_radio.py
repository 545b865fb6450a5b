"""kickcue's own radio over the real BlueZ: the faults of a race day, one after another, and what it
must make of each.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Final

from kickcue.config.profile_files import load_profile
from kickcue.core.events import Input, Link, Notification
from kickcue.edges.radio import Pin, Radio, looking_around, sensors
from kickcue.edges.virtual_sensor.description import describe
from kickcue.edges.virtual_sensor.sensor import VirtualSensor
from kickcue.supervision.health import Stage
from kickcue.supervision.tasks import end
from tests.bluez.conftest import Bed, until

STRANGERS: Final = 5
SPEAK_EVERY_S: Final = 0.25
CLIENT: Final = """
import asyncio, sys
from bleak import BleakClient

async def main():
    async with BleakClient(sys.argv[1], timeout=20.0) as client:
        await client.start_notify("2a37", lambda _char, _data: None)
        print("connected", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass
class Ear:
    """What a radio has put."""

    radio: Radio
    inputs: list[Input] = field(default_factory=list)

    def stage(self, sensor: str) -> Stage:
        return self.radio.health[sensor].stage

    def heard(self, sensor: str) -> list[bytes]:
        """Return a sensor's measurements."""
        notifications = [each for each in self.inputs if isinstance(each, Notification)]
        return [
            each.data for each in notifications if each.sensor == sensor and each.char != "2a19"
        ]

    def links(self, sensor: str) -> list[bool]:
        """Return a sensor's comings and goings."""
        return [each.up for each in self.inputs if isinstance(each, Link) and each.sensor == sensor]


def loop_ns() -> int:
    return round(asyncio.get_running_loop().time() * 1e9)


@contextlib.asynccontextmanager
async def radio(**pinned: VirtualSensor) -> AsyncIterator[Ear]:
    """Hold sensors as the daemon does."""
    profiles = {"strap": "generic-hr", "pod": "generic-rsc"}
    pins = [
        Pin(name, load_profile(profiles[name]), address=sensor.description.address)
        for name, sensor in pinned.items()
    ]
    inputs: list[Input] = []
    async with sensors(pins, inputs.append, loop_ns) as running:
        yield Ear(running, inputs)


@contextlib.asynccontextmanager
async def speaking(*speakers: tuple[VirtualSensor, str]) -> AsyncIterator[None]:
    """Let sensors speak several times a second, to whoever listens; a radio gives up a sensor that
    says nothing.
    """

    async def speak(sensor: VirtualSensor, char: str) -> None:
        for number in count():
            await sensor.notify(char, bytes([0, number % 256, 0, 0]))
            await asyncio.sleep(SPEAK_EVERY_S)

    tasks = [asyncio.create_task(speak(sensor, char)) for sensor, char in speakers]
    try:
        yield
    finally:
        await end(tasks)


async def are_heard(ear: Ear, *names: str) -> None:
    """Wait until each sensor is heard again."""
    before = {name: len(ear.heard(name)) for name in names}
    await until(lambda: all(len(ear.heard(name)) > before[name] for name in names))


async def test_only_the_pinned_sensors_are_held(
    bed: Bed, virtual_strap: VirtualSensor, virtual_pod: VirtualSensor
) -> None:
    """GIVEN strangers' straps around WHEN two sensors are held THEN these two are heard, with
    battery and model, and no stranger is touched.
    """
    async with contextlib.AsyncExitStack() as stack:
        strangers = [
            await stack.enter_async_context(bed.sensor(describe(f"stranger {n}", ["2a37"])))
            for n in range(STRANGERS)
        ]
        await stack.enter_async_context(speaking((virtual_strap, "2a37"), (virtual_pod, "2a53")))
        async with radio(strap=virtual_strap, pod=virtual_pod) as ear:
            await are_heard(ear, "strap", "pod")
            health = ear.radio.health["strap"]
            await until(
                lambda: (
                    (87, "virtual strap", "1.0")
                    == (health.battery_percent, health.model, health.firmware)
                )
            )
            assert ([True], [True]) == (ear.links("strap"), ear.links("pod"))
            assert not any(stranger.connected for stranger in strangers)
        # They hear of it a moment later.
        await until(lambda: not (virtual_strap.connected or virtual_pod.connected))


async def test_it_wins_back_whatever_is_lost(
    bed: Bed, virtual_strap: VirtualSensor, virtual_pod: VirtualSensor
) -> None:
    """GIVEN two sensors held WHEN a link drops, the adapter goes off, bluetoothd dies THEN each
    loss is a Link event and both are heard again.
    """
    async with (
        speaking((virtual_strap, "2a37"), (virtual_pod, "2a53")),
        radio(strap=virtual_strap, pod=virtual_pod) as ear,
    ):
        await are_heard(ear, "strap", "pod")

        await virtual_pod.drop()
        await until(lambda: ear.links("pod") == [True, False])
        await are_heard(ear, "strap", "pod")
        assert [True] == ear.links("strap")  # the other one was left in peace

        await bed.machine.power(on=False)
        await until(lambda: ear.stage("strap") is ear.stage("pod") is Stage.OFF)
        assert "switched off" in ear.radio.health["strap"].why
        await bed.machine.power(on=True)
        await are_heard(ear, "strap", "pod")

        await bed.machine.kill_bluetoothd()
        await until(lambda: not ear.links("strap")[-1] and not ear.links("pod")[-1])
        await bed.machine.start_bluetoothd()
        await are_heard(ear, "strap", "pod")

        await bed.unplug()
        await until(lambda: ear.stage("strap") is ear.stage("pod") is Stage.OFF)
        await bed.machine.plug_in()
        await are_heard(ear, "strap", "pod")
        assert [True, False] * 3 + [True] == ear.links("strap")
        assert [True, False] * 4 + [True] == ear.links("pod")
        for name in ("strap", "pod"):
            # Nothing comes twice.
            assert all(one != next_one for one, next_one in pairwise(ear.heard(name)))


async def test_a_link_left_by_a_killed_process_is_adopted(virtual_strap: VirtualSensor) -> None:
    """GIVEN a process killed -9 that held a strap, which BlueZ keeps connected and silent on air
    WHEN a radio starts THEN it takes that over.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CLIENT,
        virtual_strap.description.address,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"connected\n" == await process.stdout.readline()
    process.kill()
    await process.wait()
    assert virtual_strap.connected
    async with speaking((virtual_strap, "2a37")), radio(strap=virtual_strap) as ear:
        await are_heard(ear, "strap")
        assert [True] == ear.links("strap")


async def test_looking_around(virtual_strap: VirtualSensor, virtual_pod: VirtualSensor) -> None:
    """What is around is seen with its name, its signal, what it offers and what reads that."""
    wanted = {virtual_strap: ("180d", "generic-hr"), virtual_pod: ("1814", "generic-rsc")}
    profiles = [load_profile("generic-hr"), load_profile("generic-rsc")]
    async with looking_around(profiles) as around:
        await until(
            lambda: (
                {sensor.description.address for sensor in wanted}
                <= {each.address for each in around()}
            )
        )
        seen = {each.address: each for each in around()}
    for sensor, (service, profile) in wanted.items():
        each = seen[sensor.description.address]
        assert each.found.profile is not None
        assert (sensor.description.name, -50, profile, True) == (
            each.name,
            each.rssi_dbm,
            each.found.profile.id,
            each.random_address,
        )
        assert service in each.services
