"""A sensor's keeper: subscribe to all that it measures, and take silence for a loss."""

import asyncio
from typing import Final

from bleak.backends.device import BLEDevice

from kickcue.edges.radio.adapter import Adapter
from kickcue.edges.radio.connection import Connection
from kickcue.edges.radio.diagnosis import Diagnosis
from kickcue.edges.radio.model import Pin
from kickcue.edges.radio.sensor_sink import SensorSink
from kickcue.edges.radio.supervisor import LOOK_S, Supervisor
from kickcue.supervision.health import DeviceHealth, Stage

SILENT_S: Final = 6.0
SILENT_FACTOR: Final = 3.0
MOST_PATIENCE_S: Final = 60.0


class SensorSupervisor(Supervisor):
    """Holds one sensor."""

    def __init__(self, pin: Pin, host: Adapter, feed: SensorSink, health: DeviceHealth) -> None:
        super().__init__(pin, host, feed, health, name=pin.sensor, traits=pin.profile.link)
        self._silent_s = max(SILENT_S, SILENT_FACTOR * pin.profile.silence_ok_s)
        self._patience_s = self._silent_s

    async def _use(self, connection: Connection, device: BLEDevice) -> Diagnosis:
        """Subscribe and stay until the link is lost or silent; return why."""
        self._feed.open()
        chars = await connection.subscribe(self._feed.receive)
        if not chars:
            trouble = Diagnosis(
                f"{self._pin.title} offers nothing that kickcue can read: is it the right device?"
            )
            self._log("sensor_useless", trouble.text)
            return trouble
        self._feed.link_up()
        self._came_up(device, ",".join(chars))
        asking = self._host.aside.start(self._ask(connection))
        try:
            trouble = await self._watch(connection)
        finally:
            asking.cancel()
        if self._feed.received_any:
            self._patience_s = self._silent_s
            self._was_good(device if connection.lost.is_set() else None)
        elif not connection.lost.is_set():
            self._patience_s = min(2 * self._patience_s, MOST_PATIENCE_S)
        self._went_down(trouble)
        return trouble

    async def _watch(self, connection: Connection) -> Diagnosis:
        """Wait until the link is lost, or up without data for too long; return which."""
        while True:
            quiet_s = self._feed.quiet_s()
            patience_s = self._silent_s if self._feed.received_any else self._patience_s
            if quiet_s >= self._silent_s:
                self._to(Stage.SILENT, f"connected, but no data for {quiet_s:.0f} s: is it worn?")
            if quiet_s >= patience_s:
                return Diagnosis(f"connected, but no data for {quiet_s:.0f} s")
            try:
                async with asyncio.timeout(min(patience_s - quiet_s, LOOK_S)):
                    await connection.lost.wait()
            except TimeoutError:
                continue
            return Diagnosis("connection lost")
