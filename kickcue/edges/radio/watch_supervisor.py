"""A watch's keeper: subscribes as its profile asks, writes what comes first, lends out the link."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from bleak.backends.device import BLEDevice

from kickcue.core.gatt import CODECS
from kickcue.core.profiles import LinkTraits
from kickcue.core.watch.watch_profile import WatchOffer
from kickcue.edges.radio.adapter import Adapter
from kickcue.edges.radio.connection import BATTERY, Connection, OnData
from kickcue.edges.radio.diagnosis import Diagnosis, diagnose, of_a_watch
from kickcue.edges.radio.model import WatchPin
from kickcue.edges.radio.sensor_sink import SensorSink
from kickcue.edges.radio.supervisor import Supervisor
from kickcue.edges.radio.watch_handle import Wearable
from kickcue.edges.radio.watch_writer import WatchWriter

LOG: Final = logging.getLogger(__name__)


class WatchSupervisor(Supervisor):
    """Holds one watch.

    ``sensors``: its own sensors that are wanted, of the forms that ``can_subscribe`` allows.
    """

    def __init__(  # noqa: PLR0913  what is held, over what, for whom
        self,
        pin: WatchPin,
        host: Adapter,
        feed: SensorSink,
        worn: Wearable,
        *,
        received: OnData,
        sensors: Sequence[WatchOffer],
    ) -> None:
        super().__init__(pin, host, feed, worn.health, name=pin.profile.id, traits=LinkTraits())
        self._profile = pin.profile
        self._worn = worn
        self._received = received
        self._sensors = sensors

    def _diagnose(self, error: BaseException) -> Diagnosis:
        return of_a_watch(diagnose(error))

    async def _use(self, connection: Connection, device: BLEDevice) -> Diagnosis:
        """Make the watch ready, and stay until the link is lost; return why."""
        line = WatchWriter(connection, self._profile.link)
        self._feed.open()
        trouble = await self._make_ready(connection, line)
        if trouble is not None:
            self._log("sensor_useless", trouble.text)
            return trouble
        self._was_good(device)
        self._feed.link_up()
        self._came_up(device, self._profile.link.char)
        asking = self._host.aside.start(self._ask(connection))
        ends = {asyncio.ensure_future(event.wait()) for event in (connection.lost, line.stuck)}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._worn.close()
            asking.cancel()
            for end in ends:
                end.cancel()
        trouble = Diagnosis(
            "connection lost"
            if connection.lost.is_set()
            else "the watch stopped accepting data: reconnecting"
        )
        self._went_down(trouble)
        return trouble

    async def _make_ready(self, connection: Connection, line: WatchWriter) -> Diagnosis | None:
        """Subscribe and write what has to come first; return what is wrong with this watch."""
        link = self._profile.link

        def on_data(char: str, data: bytes) -> None:
            line.on_data(char, data)
            self._received(char, data)

        if connection.room(link.service, link.char) is None:
            return Diagnosis(
                f"{self._pin.title} has no {link.char}, which {self._profile.id} needs: is it the "
                "right watch?"
            )
        for char in link.subscribe:
            if not await connection.follow(char, on_data):
                return Diagnosis(
                    f"{self._pin.title} does not allow subscribing to {char}, which must come "
                    "before writing"
                )
        for offer in self._sensors:
            if not await connection.follow(offer.char, self._feed.receive):
                LOG.warning("sensor_of_watch_absent watch=%s char=%s", self._profile.id, offer.char)
        requests = [order for offer in self._sensors for order in offer.request]
        return (
            None
            if await self._worn.open(line, requests)
            else Diagnosis(f"{self._pin.title} refused the first message ({line.why})")
        )


def can_subscribe(offer: WatchOffer) -> bool:
    """Say whether a watch's sensor speaks the Bluetooth standard, as the engine's own codecs do."""
    return offer.form in CODECS and offer.form != BATTERY
