"""The sensors of a run that are read elsewhere, and come over MQTT."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from kickcue.config.settings import SensorPin
from kickcue.core.errors import DecodeError
from kickcue.core.events import Link, Notification
from kickcue.core.gatt.battery import BatteryLevel
from kickcue.core.gatt.device_info import FirmwareRevision, ModelNumber
from kickcue.core.units import NS_PER_S
from kickcue.supervision.health import DeviceHealth, Stage

SILENCE_NS: Final = 10 * NS_PER_S
BATTERY: Final = "2a19"
DEVICE_INFORMATION: Final = frozenset({"2a24", "2a26", "2a29"})
"""Of a sensor's model, firmware and maker: nothing that the engine or a recording needs."""


class RemoteSensors:
    """Knows those that the settings pin to a name on MQTT; all others are strangers."""

    def __init__(self, pins: Mapping[str, SensorPin], now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._names = {pin.mqtt: name for name, pin in pins.items() if pin.mqtt is not None}
        self._health = {
            name: DeviceHealth(stage=Stage.LOOKING, why="nothing received over MQTT yet")
            for name in self._names.values()
        }

    @property
    def health(self) -> Mapping[str, DeviceHealth]:
        """The health of each, by its name in the race."""
        for health in self._health.values():
            if health.received_ns is not None and self._now_ns() - health.received_ns > SILENCE_NS:
                health.stage, health.why = Stage.SILENT, "nothing received over MQTT for a while"
        return self._health

    def named(self, event: Notification | Link) -> Notification | Link | None:
        """Return an event as of the sensor that the race knows; None for a stranger's.

        Also for one who calls himself like a sensor of the radio, and for what only says which
        device it is.
        """
        name = self._names.get(event.sensor)
        if name is None:
            return None
        health = self._health[name]
        if isinstance(event, Notification) and event.char in {BATTERY, *DEVICE_INFORMATION}:
            with suppress(DecodeError):
                _describe(health, event)
            return replace(event, sensor=name) if event.char == BATTERY else None
        health.stage, health.why = Stage.CONNECTED, "over MQTT"
        health.notifications += 1
        health.received_ns = self._now_ns()
        return replace(event, sensor=name)


def _describe(health: DeviceHealth, event: Notification) -> None:
    """Keep what a sensor says of itself; that is no sign that it measures."""
    if event.char == BATTERY:
        health.battery_percent = BatteryLevel.from_bytes(event.data).percent
    elif event.char == "2a24":
        health.model = ModelNumber.from_bytes(event.data).text
    elif event.char == "2a26":
        health.firmware = FirmwareRevision.from_bytes(event.data).text
