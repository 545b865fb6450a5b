"""One link to one device: connect, subscribe to what kickcue reads, read single values, hang up."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Final

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakCharacteristicNotFoundError, BleakDBusError

from kickcue.core.gatt import CODECS, short_uuid
from kickcue.core.profiles import LinkTraits
from kickcue.edges.radio.diagnosis import FAILURES
from kickcue.supervision.tasks import result_within

LOG: Final = logging.getLogger(__name__)
BATTERY: Final = "2a19"
NOTIFYING: Final = frozenset({"notify", "indicate"})
SUBSCRIBE_S: Final = 10.0
READ_S: Final = 5.0
HANG_UP_S: Final = 11.0
"""bleak's own bound is 10 s, which it needs in full when bluetoothd has crashed."""
UNWIND_S: Final = 1.0
BUSY: Final = "org.bluez.Error.InProgress"
BUSY_TRIES: Final = 4
BUSY_S: Final = 0.1

OnData = Callable[[str, bytes], None]
"""Takes the short UUID of a characteristic and its new value."""


class Connection:
    """A link that is being made, is up, or has been lost (``lost`` is set). Used once.

    ``within_s`` bounds the making of it: BlueZ waits for a device that is out of range, and
    completes when it comes.
    """

    def __init__(self, device: BLEDevice, traits: LinkTraits, within_s: float) -> None:
        self.lost = asyncio.Event()
        self._traits = traits
        self._within_s = within_s
        self._client = BleakClient(
            device,
            lambda _: self.lost.set(),
            services=traits.only_services or None,
            timeout=within_s,
        )
        self._connecting: asyncio.Future[None] | None = None

    async def connect(self) -> None:
        """Connect; raises one of FAILURES.

        Never awaited directly: bleak's own way out of a connect that failed asks bluetoothd to
        disconnect, and waits for ever for the answer of one that hangs.
        """
        self._connecting = asyncio.ensure_future(self._client.connect())
        await result_within(self._connecting, self._within_s + UNWIND_S)

    def services(self) -> tuple[str, ...]:
        """Return the services, as short UUIDs, that notify of something kickcue reads."""
        found = (
            short_uuid(char.service_uuid)
            for char in self._chars()
            if short_uuid(char.uuid) in CODECS and _notifies(char)
        )
        return tuple(dict.fromkeys(found))

    async def subscribe(self, on_data: OnData) -> list[str]:
        """Subscribe to every measurement that the profile allows; return their short UUIDs.

        One that refuses does not keep the others from being subscribed to; if none is left, its
        refusal is raised (one of FAILURES). A device that has none at all gives an empty list.
        """
        subscribed: list[str] = []
        refusal: Exception | None = None
        for char in self._chars():
            uuid = short_uuid(char.uuid)
            if uuid == BATTERY or uuid not in CODECS or not _notifies(char):
                continue
            try:
                await self._start_notify(char, uuid, on_data)
                subscribed.append(uuid)
            except FAILURES as error:
                refusal = error
                LOG.debug(
                    "subscribe_failed address=%s char=%s error=%r",
                    self._client.address,
                    uuid,
                    error,
                )
        if refusal is not None and not subscribed:
            raise refusal
        return subscribed

    async def read(self, uuid: str) -> bytes | None:
        """Return the value of a characteristic.

        None where the device has none, the profile forbids it, or it cannot be read.
        """
        for char in self._chars():
            if short_uuid(char.uuid) == uuid and "read" in char.properties:
                try:
                    async with asyncio.timeout(READ_S):
                        return bytes(await self._client.read_gatt_char(char))
                except FAILURES as error:
                    LOG.debug(
                        "read_failed address=%s char=%s error=%r", self._client.address, uuid, error
                    )
        return None

    async def follow(self, uuid: str, on_data: OnData) -> bool:
        """Subscribe to one characteristic; return whether the device can do that.

        What is to be read as well should be read before: BlueZ hands what is read to subscribers,
        too.
        """
        for char in self._chars():
            if short_uuid(char.uuid) == uuid and _notifies(char):
                try:
                    await self._start_notify(char, uuid, on_data)
                except FAILURES as error:
                    LOG.debug(
                        "subscribe_failed address=%s char=%s error=%r",
                        self._client.address,
                        uuid,
                        error,
                    )
                else:
                    return True
        return False

    def room(self, service: str, uuid: str) -> int | None:
        """Return how many bytes one write without response holds.

        None where the device has no such characteristic.
        """
        found = self._char(service, uuid)
        return None if found is None else found.max_write_without_response_size

    async def write(self, service: str, uuid: str, data: bytes, *, response: bool) -> None:
        """Write to a characteristic; raises one of FAILURES.

        Returns when the device has answered, or without ``response`` when the system has taken it.
        """
        char = self._char(service, uuid)
        if char is None:
            raise BleakCharacteristicNotFoundError(uuid)
        await self._client.write_gatt_char(char, data, response=response)

    async def hang_up(self) -> None:
        """End the link or the attempt.

        That takes 2.1 to 2.6 s with BlueZ, and is bounded where BlueZ does not answer.
        """
        if self._connecting is not None and not self._connecting.done():
            self._connecting.cancel()
            await asyncio.wait({self._connecting}, timeout=UNWIND_S)
        try:
            async with asyncio.timeout(HANG_UP_S):
                await self._client.disconnect()
        except FAILURES as error:
            LOG.debug("hang_up_failed address=%s error=%r", self._client.address, error)
        if (
            self._connecting is not None
            and self._connecting.done()
            and not self._connecting.cancelled()
        ):
            self._connecting.exception()  # has been seen

    def _char(self, service: str, uuid: str) -> BleakGATTCharacteristic | None:
        """Return a characteristic by short UUIDs.

        The service distinguishes those that stand in two (2a06 does).
        """
        return next(
            (
                c
                for c in self._chars()
                if (short_uuid(c.service_uuid), short_uuid(c.uuid)) == (service, uuid)
            ),
            None,
        )

    def _chars(self) -> Iterator[BleakGATTCharacteristic]:
        """Yield the characteristics that the profile allows to touch, in the order of handles."""
        allowed = {short_uuid(uuid) for uuid in self._traits.only_services}
        skipped = {short_uuid(uuid) for uuid in self._traits.skip_services}
        chars = self._client.services.characteristics
        for handle in sorted(chars):
            service = short_uuid(chars[handle].service_uuid)
            if service not in skipped and (not allowed or service in allowed):
                yield chars[handle]

    async def _start_notify(
        self, char: BleakGATTCharacteristic, uuid: str, on_data: OnData
    ) -> None:
        """Subscribe, again if BlueZ is busy (InProgress): bleak repeats reads and writes alone."""
        for left in reversed(range(BUSY_TRIES)):
            try:
                async with asyncio.timeout(SUBSCRIBE_S):
                    await self._client.start_notify(
                        char, lambda _, data: on_data(uuid, bytes(data))
                    )
            except BleakDBusError as error:
                if error.dbus_error != BUSY or not left:
                    raise
                await asyncio.sleep(BUSY_S)
            else:
                return


def _notifies(char: BleakGATTCharacteristic) -> bool:
    return not NOTIFYING.isdisjoint(char.properties)
