"""What one sensor sends, stamped and handed on to the engine, and how long it has been quiet."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from kickcue.core.errors import DecodeError
from kickcue.core.events import Input, Link, Notification
from kickcue.core.gatt.battery import BatteryLevel
from kickcue.supervision.health import DeviceHealth, Stage

LOG: Final = logging.getLogger(__name__)


class SensorSink:
    """From the notification callbacks of one sensor to ``put``.

    Calls to ``put`` run inside bleak's reader: they may not take long.
    """

    def __init__(
        self,
        sensor: str,
        put: Callable[[Input], None],
        now_ns: Callable[[], int],
        health: DeviceHealth,
    ) -> None:
        self.up = asyncio.Event()
        """The engine knows that the sensor is there."""
        self.received_any = False
        """The present link has brought a measurement."""
        self._sensor = sensor
        self._put = put
        self._now_ns = now_ns
        self._health = health
        self._open = False
        self._received_s = 0.0

    def open(self) -> None:
        """Begin: a link has been made, and what it brings is handed on."""
        self._open, self.received_any, self._received_s = True, False, _now_s()

    def quiet_s(self) -> float:
        """Return for how long the link has brought no measurement."""
        return _now_s() - self._received_s

    def receive(self, char: str, data: bytes) -> None:
        """Take one measurement."""
        if not self._open:
            return  # the last words of a link that has been given up
        t_ns = self._now_ns()
        self._link_up(t_ns)
        self._hand_on(Notification(t_ns, self._sensor, char, data))
        self._received_s, self.received_any = _now_s(), True
        health = self._health
        health.received_ns = t_ns
        health.notifications += 1
        if health.stage is Stage.SILENT:
            health.stage, health.why = Stage.CONNECTED, ""

    def receive_battery(self, char: str, data: bytes) -> None:
        """Take the battery's level, which is no sign that the sensor measures."""
        if not self._open:
            return
        self._hand_on(Notification(self._now_ns(), self._sensor, char, data))
        try:
            self._health.battery_percent = BatteryLevel.from_bytes(data).percent
        except DecodeError as error:
            LOG.debug("battery_undecodable sensor=%s why=%r", self._sensor, str(error))

    def link_up(self) -> None:
        """Tell the engine that the sensor is there, once."""
        if self._open:
            self._link_up(self._now_ns())

    def close(self) -> None:
        """End: the link is no more, and the engine gets that, if it knew of it."""
        self._open = False
        if self.up.is_set():
            self.up.clear()
            self._hand_on(Link(self._now_ns(), self._sensor, up=False))

    def _link_up(self, t_ns: int) -> None:
        if not self.up.is_set():
            self.up.set()
            self._hand_on(Link(t_ns, self._sensor, up=True))

    def _hand_on(self, event: Input) -> None:
        try:
            self._put(event)
        except Exception:
            # What the receiver cannot take is not the sensor's fault.
            LOG.exception("put_failed sensor=%s", self._sensor)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
