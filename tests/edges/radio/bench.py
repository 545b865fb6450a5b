"""What the radio's tests share: made-up profiles, two sensors of the fake world, an ear for what
the radio hands on.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from kickcue.core.events import Input, Link, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.edges.radio import Pin, Radio, sensors
from tests.beds.sensor import Sensor
from tests.patience import PATIENCE_S

STRAP: Final = "C0:FF:EE:00:00:01"
POD: Final = "C0:FF:EE:00:00:02"
BEAT: Final = bytes([0, 150])
STEP: Final = bytes([0, 0x80, 0x03, 90])


def profile(**changes: Any) -> SensorProfile:
    """Return the profile of a device that nobody makes."""
    return SensorProfile(
        id="made-up", vendor="nobody", name="made up", status="guess", sources=(), **changes
    )


STRAP_PIN: Final = Pin("strap", profile(), address=STRAP.lower())
POD_PIN: Final = Pin("pod", profile(), address=POD)


@dataclass
class Ear:
    """Takes what the radio puts."""

    events: list[Input] = field(default_factory=list)

    def put(self, event: Input) -> None:
        self.events.append(event)

    def links(self, sensor: str) -> list[bool]:
        return [
            event.up for event in self.events if isinstance(event, Link) and event.sensor == sensor
        ]

    def heard(self, sensor: str, char: str | None = None) -> list[bytes]:
        """Return what came of a sensor; the battery only if asked for."""
        ours = [
            event
            for event in self.events
            if isinstance(event, Notification) and event.sensor == sensor
        ]
        return [
            event.data for event in ours if (event.char == char if char else event.char != "2a19")
        ]

    @asynccontextmanager
    async def radio(self, *pins: Pin) -> AsyncIterator[Radio]:
        async with sensors(pins, self.put, time.monotonic_ns) as radio:
            yield radio


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds; fails after long patience."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  what is waited for happens in dbus-daemon
            await asyncio.sleep(0.005)


async def until_heard(
    ear: Ear, sensor: Sensor, name: str, char: str = "2a37", data: bytes = BEAT
) -> None:
    """Have a sensor notify until one more of its notifications has come through."""
    before = len(ear.heard(name, char))
    async with asyncio.timeout(PATIENCE_S):
        while len(ear.heard(name, char)) == before:
            sensor.notify(char, data)
            await asyncio.sleep(0.01)
