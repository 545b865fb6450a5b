"""The way into a watch over one link: a write at a time, in packets, while it can take more."""

import asyncio
import logging
from enum import Enum
from typing import Final

from bleak.exc import BleakError, BleakGATTProtocolError

from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.watch_profile import WatchLink
from kickcue.edges.radio.connection import Connection
from kickcue.edges.radio.diagnosis import FAILURES, NO_ANSWER, diagnose, of_a_watch

LOG: Final = logging.getLogger(__name__)
XON: Final = 0x11
XOFF: Final = 0x13
ATT_HEADER_BYTES: Final = 3
"""Bytes of a packet that are not the value (Bluetooth Core 5.4, Vol 3 Part F, 3.4.5)."""


class Fate(Enum):
    """What became of a write."""

    TAKEN = "taken"
    """The watch has confirmed it; or, where it does not confirm, the system has taken it while the
    link was up."""
    REFUSED = "refused"
    """Certainly not: the watch refused it, or it never left."""
    UNKNOWN = "unknown"
    """It left, and the link was lost before the answer came."""


class WatchWriter:
    """A link's writing; ``why`` is what was wrong with the last write that was not taken."""

    def __init__(self, connection: Connection, link: WatchLink) -> None:
        self.why = ""
        self.stuck = asyncio.Event()
        """The watch has stopped us and not let us go on before a write had to be given up: only a
        new link will help."""
        self._connection = connection
        self._link = link
        self._go = asyncio.Event()
        self._go.set()

    @property
    def lost(self) -> bool:
        """The link is no more."""
        return self._connection.lost.is_set()

    def on_data(self, _char: str, data: bytes) -> None:
        """Take a notification of the watch: whether it can take more."""
        if not self._link.xon_xoff:
            return
        for byte in data:
            if byte == XOFF:
                self._go.clear()
            elif byte == XON:
                self._go.set()

    async def send(self, order: Write, deadline_s: float) -> Fate:
        """Write, in packets where no response is asked for.

        Nothing is begun after ``deadline_s`` of the event loop's time.
        """
        packets = (order.data,) if order.response else self._packets(order)
        for packet in packets:
            fate = await self._send(order, packet, deadline_s)
            if fate is Fate.UNKNOWN and packet is not packets[-1]:
                return Fate.REFUSED  # a line without its end does nothing
            if fate is not Fate.TAKEN:
                return fate
        return Fate.TAKEN

    async def _send(self, order: Write, packet: bytes, deadline_s: float) -> Fate:
        try:
            async with asyncio.timeout_at(deadline_s):
                await self._go.wait()
        except TimeoutError:
            self.stuck.set()
            self.why = "the watch accepts no more data"
            return Fate.REFUSED
        if self.lost or asyncio.get_running_loop().time() >= deadline_s:
            self.why = "connection lost"
            return Fate.REFUSED
        try:
            async with asyncio.timeout_at(deadline_s):
                await self._connection.write(
                    order.service, order.char, packet, response=order.response
                )
        except FAILURES as error:
            self.why = of_a_watch(diagnose(error)).text
            LOG.debug("write_failed char=%s error=%r", order.char, error)
            # Any other error means that the answer is missing, and the system may have taken it.
            certain = isinstance(error, BleakGATTProtocolError) or (
                not order.response
                and isinstance(error, BleakError)
                and diagnose(error) != NO_ANSWER
            )
            return Fate.REFUSED if certain else Fate.UNKNOWN
        return Fate.TAKEN

    def _packets(self, order: Write) -> tuple[bytes, ...]:
        """Return the bytes in pieces of what the link and the watch agreed on."""
        room = self._room(order)
        return tuple(order.data[at : at + room] for at in range(0, len(order.data), room)) or (b"",)

    def _room(self, order: Write) -> int:
        try:
            room = self._connection.room(order.service, order.char)
        except FAILURES:  # the link is lost: the write will report it
            room = None
        most = [
            each
            for each in (
                room,
                None if self._link.mtu is None else self._link.mtu - ATT_HEADER_BYTES,
            )
            if each is not None
        ]
        return min(most, default=20)
