"""Holds one device for ever: find it, connect, use it, notice that it is lost, begin anew.

It knows nothing of the others.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Final

from bleak.backends.device import BLEDevice

from kickcue.core.gatt.device_info import FirmwareRevision, ModelNumber
from kickcue.core.profiles import LinkTraits
from kickcue.edges.radio.adapter import Adapter
from kickcue.edges.radio.connection import BATTERY, Connection
from kickcue.edges.radio.device_selection import ScannedDevice, choose
from kickcue.edges.radio.diagnosis import FAILURES, Diagnosis, diagnose, not_seen
from kickcue.edges.radio.model import Pin, WatchPin
from kickcue.edges.radio.sensor_sink import SensorSink
from kickcue.supervision.back_off import BackOff
from kickcue.supervision.health import DeviceHealth, Stage

LOG: Final = logging.getLogger(__name__)
CONNECT_S: Final = 30.0
RECONNECT_S: Final = 10.0
"""How long a device that was just lost is waited for before it is looked for: it may have come back
under another address."""
HANG_UP_WAIT_S: Final = 3.0
"""BlueZ needs 2.1 to 2.6 s to hang up; where it needs longer it has crashed, and nobody waits for
it."""
PAUSES_S: Final = (0.1, 5.0)
"""First and longest."""
BATTERY_EVERY_S: Final = 300.0
LOOK_S: Final = 1.0
SOON_S: Final = 3.0
MODEL: Final = "2a24"
FIRMWARE: Final = "2a26"


class Supervisor(ABC):
    """One device's keeper; ``health`` and ``feed`` show what it achieves.

    A subclass defines what a link is used for.
    """

    def __init__(  # noqa: PLR0913  what is held, over what, for whom
        self,
        pin: Pin | WatchPin,
        host: Adapter,
        feed: SensorSink,
        health: DeviceHealth,
        *,
        name: str,
        traits: LinkTraits,
    ) -> None:
        self._pin = pin
        self._name = name
        self._traits = traits
        self._host = host
        self._feed = feed
        self._health = health
        self._back_off = BackOff(*PAUSES_S)
        self._just_lost: BLEDevice | None = None
        self._lost_s: float | None = None

    @abstractmethod
    async def _use(self, connection: Connection, device: BLEDevice) -> Diagnosis:
        """Use a link until it is lost or of no use; return why.

        It begins with ``_came_up`` and ends with ``_went_down``.
        """

    def _diagnose(self, error: BaseException) -> Diagnosis:
        return diagnose(error)

    async def run(self) -> None:
        """Hold the device; never ends by itself and never raises for what the radio does."""
        while True:
            trouble: Diagnosis | None = None
            try:
                trouble = await self._hold()
            except FAILURES as error:
                trouble = self._diagnose(error)
                self._log("sensor_failed", f"{trouble.text} [{error!r}]")
            except Exception as error:
                trouble = self._diagnose(error)
                LOG.exception("sensor_failed_unexpectedly sensor=%s", self._name)
            self._back_off.failed()
            await self._wait(trouble)

    async def _hold(self) -> Diagnosis:
        """Go once from finding to losing; return why the link ended, raise why there was none."""
        again, self._just_lost = self._just_lost, None
        device = again or (await self._find()).device
        self._health.address = device.address
        self._to(Stage.CONNECTING, f"connecting to {self._pin.title}")
        connection = Connection(device, self._traits, RECONNECT_S if again else CONNECT_S)
        try:
            await connection.connect()
            return await self._use(connection, device)
        except FAILURES as error:
            if diagnose(error).gone:
                self._host.scanner.drop(device.address)
            raise
        finally:
            self._feed.close()
            await asyncio.wait(
                {self._host.aside.start(connection.hang_up())}, timeout=HANG_UP_WAIT_S
            )

    async def _find(self) -> ScannedDevice:
        """Look for the device until it is found."""
        scanner, loop = self._host.scanner, asyncio.get_running_loop()
        since_s = self._lost_s if self._lost_s is not None else loop.time()
        with scanner.looking():
            while True:
                choice = choose(
                    self._pin, scanner.devices.values(), loop.time(), self._health.address
                )
                if choice.device is not None:
                    self._health.rssi_dbm = choice.device.rssi_dbm
                    return choice.device
                if scanner.trouble is not None:
                    self._to(
                        Stage.OFF if scanner.trouble.unusable else Stage.LOOKING,
                        scanner.trouble.text,
                    )
                else:
                    self._to(Stage.LOOKING, choice.why or self._missing(loop.time() - since_s))
                await scanner.news(LOOK_S)

    def _missing(self, since_s: float) -> str:
        if since_s < SOON_S:
            return f"looking for {self._pin.title}"
        return not_seen(self._pin.title, since_s, self._pin.profile.link.connections)

    def _came_up(self, device: BLEDevice, chars: str) -> None:
        self._health.connections += 1
        self._to(Stage.CONNECTED, "")
        LOG.info("sensor_up sensor=%s address=%s chars=%s", self._name, device.address, chars)

    def _went_down(self, trouble: Diagnosis) -> None:
        self._health.drops += 1
        self._lost_s = asyncio.get_running_loop().time()
        self._log("sensor_down", trouble.text)

    def _was_good(self, again: BLEDevice | None) -> None:
        """Forget earlier failures; ``again``: the device to be connected to at once."""
        self._back_off.succeeded()
        self._just_lost = again

    async def _ask(self, connection: Connection) -> None:
        """Ask what it is and how full its battery is.

        None of it matters enough to hold up anything.
        """
        await self._ask_battery(connection)
        follows = await connection.follow(BATTERY, self._feed.receive_battery)
        if self._health.model is None and (model := await connection.read(MODEL)) is not None:
            self._health.model = ModelNumber.from_bytes(model).text
        if (
            self._health.firmware is None
            and (firmware := await connection.read(FIRMWARE)) is not None
        ):
            self._health.firmware = FirmwareRevision.from_bytes(firmware).text
        while not follows:
            await asyncio.sleep(BATTERY_EVERY_S)
            await self._ask_battery(connection)

    async def _ask_battery(self, connection: Connection) -> None:
        data = await connection.read(BATTERY)
        if data is not None:
            self._feed.receive_battery(BATTERY, data)

    async def _wait(self, trouble: Diagnosis) -> None:
        """Wait a little before the next attempt, less if Bluetooth comes back."""
        self._to(Stage.OFF if trouble.unusable else Stage.WAITING, trouble.text)
        await self._host.pause(self._back_off.pause_s())

    def _to(self, stage: Stage, why: str) -> None:
        self._health.stage, self._health.why = stage, why

    def _log(self, event: str, why: str) -> None:
        """Log a failure: as a warning the first since the device was well, then as debug."""
        LOG.log(self._back_off.log_level(), "%s sensor=%s why=%r", event, self._name, why)
