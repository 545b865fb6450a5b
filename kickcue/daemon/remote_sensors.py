"""The sensors of a run that are read elsewhere, and come over MQTT."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from kickcue.config.settings import SensorPin
from kickcue.core.events import Link, Notification
from kickcue.core.units import NS_PER_S
from kickcue.supervision.health import DeviceHealth, Stage

SILENCE_NS: Final = 10 * NS_PER_S


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

        Also for one who calls himself like a sensor of the radio.
        """
        name = self._names.get(event.sensor)
        if name is None:
            return None
        health = self._health[name]
        health.stage, health.why = Stage.CONNECTED, "over MQTT"
        health.notifications += 1
        health.received_ns = self._now_ns()
        return replace(event, sensor=name)
