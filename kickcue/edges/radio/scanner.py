"""The one scanner of this process: a second one would be refused by BlueZ (InProgress).

It scans only while somebody looks for something or listens to a beacon, for a scan costs the links
that are up. What it finds stays for a while in ``devices``; devices that are still connected to
this machine, left over by a run that was killed, advertise nothing and are found all the same.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from bleak import BleakAdapter, BleakScanner
from bleak.args.bluez import BlueZDiscoveryFilters, BlueZScannerArgs
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from kickcue.core.gatt import short_uuid
from kickcue.edges.radio import bluez
from kickcue.edges.radio.beacon import BeaconId, beacon_ids
from kickcue.edges.radio.device_selection import ScannedDevice
from kickcue.edges.radio.diagnosis import BUSY, FAILURES, NO_ANSWER, Diagnosis, diagnose
from kickcue.supervision.back_off import BackOff
from kickcue.supervision.tasks import BackgroundTasks, result_within

LOG: Final = logging.getLogger(__name__)
START_S: Final = 10.0
STOP_S: Final = 2.0
STARTED_LATE_S: Final = 1.0
DEAF_S: Final = 20.0
"""A scan that finds nothing at all for so long is started anew: BlueZ below 5.88 can scan without
hearing (bluez issue 807)."""
CONNECTED_EVERY_S: Final = 5.0
ASK_S: Final = 5.0
KEPT_S: Final = 60.0
"""In a crowd addresses change all the time; what was not seen for so long is dropped."""
PAUSES_S: Final = (0.2, 2.0)
"""First and longest, before it is tried again."""
STUCK_TRIES: Final = 5
"""So many refusals (InProgress): a scan of ours has got lost in BlueZ, which will refuse all others
until our D-Bus connection ends."""
UNKNOWN_RSSI_DBM: Final = -127
"""What bleak gives where BlueZ reports no signal strength."""
LIKELY_SERVICES: Final = ["1801", "180d", "1814", "1826", "1819"]
"""Connected devices are asked for by service; 1801 nearly all have, macOS wants the right one."""

Listener = Callable[[str, int, tuple[BeaconId, ...]], None]
"""Takes address, signal strength and the beacon ids of a device."""


class Scanner:
    """Finds devices while somebody looks. Never raises; ``trouble`` is why it cannot scan."""

    def __init__(self, adapter: str | None, aside: BackgroundTasks) -> None:
        self.devices: dict[str, ScannedDevice] = {}
        """By address, upper case."""
        self.trouble: Diagnosis | None = None
        self.scanning = False
        self._args = (
            BlueZScannerArgs(adapter=adapter) if adapter is not None else BlueZScannerArgs()
        )
        self._aside = aside
        self._listeners: list[Listener] = []
        self._repeats = False
        """The scan that runs reports every advertisement."""
        self._lookers = 0
        self._wanted = asyncio.Event()
        self._news = asyncio.Event()
        self._stir = asyncio.Event()
        self._anew = False
        self._received_s = 0.0

    # ---- for who looks

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Have the scanner run."""
        if not self._lookers:
            self.trouble = None  # of another time
        self._lookers += 1
        self._wanted.set()
        try:
            yield
        finally:
            self._lookers -= 1
            if not self._lookers:
                self._wanted.clear()
                self._stir.set()

    @contextmanager
    def each_advertisement(self, listener: Listener) -> Iterator[None]:
        """Have the scanner run and call ``listener`` for every advertisement, repeated ones too.

        BlueZ keeps those to itself unless asked (DuplicateData), so a scan that runs without is
        begun anew.
        """
        self._listeners.append(listener)
        if not self._repeats:
            self._anew = True
            self._stir.set()
        try:
            with self.looking():
                yield
        finally:
            self._listeners.remove(listener)

    async def news(self, within_s: float) -> None:
        """Wait, at most ``within_s``, until a device was seen or the scanner's state changed."""
        event = self._news
        try:
            async with asyncio.timeout(within_s):
                await event.wait()
        except TimeoutError:
            return

    def drop(self, address: str) -> None:
        """Forget one device: it must be seen again."""
        self.devices.pop(address.upper(), None)

    def restart(self) -> None:
        """Forget everything and start anew: BlueZ or the adapter is not what it was."""
        self.devices.clear()
        self._anew = True
        self._stir.set()
        self._wake_waiting()

    # ---- the work

    async def run(self) -> None:
        """Scan while somebody looks; for ever."""
        back_off = BackOff(*PAUSES_S)
        while True:
            await self._wanted.wait()
            self._anew = False
            try:
                await self._take_connected()
                await self._scan()
                back_off.succeeded()
            except FAILURES as error:
                back_off.failed()
                trouble = NO_ANSWER if isinstance(error, TimeoutError) else diagnose(error)
                self._note(trouble, error)
                if trouble is BUSY and back_off.failures == STUCK_TRIES:
                    bluez.forget()
                await self._pause(back_off.pause_s())
            except Exception:
                LOG.exception("scanner_failed")
                await self._pause(back_off.longest_s)

    async def _scan(self) -> None:
        """Scan until nobody looks any more, something has changed, or the air was long silent."""
        self._repeats = bool(self._listeners)
        filters = BlueZDiscoveryFilters(DuplicateData=self._repeats)
        scanner = BleakScanner(
            self._on_advertisement, bluez=BlueZScannerArgs(**self._args, filters=filters)
        )
        starting = asyncio.ensure_future(scanner.start())
        try:
            await result_within(starting, START_S)
            self.scanning = True
            self._note(None)
            self._received_s = _now_s()
            while self._lookers and not self._anew and _now_s() - self._received_s < DEAF_S:
                if not await self._pause(CONNECTED_EVERY_S):
                    await self._take_connected()
        finally:
            self.scanning = self._repeats = False
            await asyncio.wait({self._aside.start(_stop(scanner, starting))})

    async def _pause(self, seconds: float) -> bool:
        """Sleep; return whether something broke the sleep: a restart, or nobody looks any more."""
        if self._anew:
            return True
        self._stir.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        except TimeoutError:
            return False
        return True

    async def _take_connected(self) -> None:
        """Add the devices that are connected already, which advertise no more."""
        try:
            async with asyncio.timeout(ASK_S):
                adapter = await BleakAdapter.get(bluez=self._args)
                devices = await adapter.get_connected_devices(LIKELY_SERVICES)
        except NotImplementedError:
            return  # no way to ask on this system
        for device in devices:
            self._take(
                ScannedDevice(
                    device,
                    device.name,
                    _services_of(device),
                    None,
                    None,
                    _now_s(),
                    _now_s(),
                    connected=True,
                )
            )

    def _on_advertisement(self, device: BLEDevice, advert: AdvertisementData) -> None:
        self._received_s = now_s = _now_s()
        rssi_dbm = None if advert.rssi == UNKNOWN_RSSI_DBM else advert.rssi
        services = tuple(short_uuid(uuid) for uuid in advert.service_uuids)
        company_id = next(iter(advert.manufacturer_data), None)
        beacons = beacon_ids(advert.manufacturer_data, advert.service_data)
        self._take(
            ScannedDevice(
                device,
                advert.local_name or device.name,
                services,
                rssi_dbm,
                company_id,
                now_s,
                now_s,
                beacons=beacons,
            )
        )
        if rssi_dbm is not None:
            for listener in self._listeners:
                listener(device.address, rssi_dbm, beacons)

    def _take(self, device: ScannedDevice) -> None:
        key = device.address.upper()
        before = self.devices.get(key)
        if before is not None:
            device.first_s = before.first_s
            if device.rssi_dbm is None:
                device.rssi_dbm = before.rssi_dbm
        else:
            self._prune(device.seen_s)
        self.devices[key] = device
        self._wake_waiting()

    def _prune(self, now_s: float) -> None:
        for key in [key for key, each in self.devices.items() if now_s - each.seen_s > KEPT_S]:
            del self.devices[key]

    def _note(self, trouble: Diagnosis | None, error: Exception | None = None) -> None:
        if trouble is not None and trouble != self.trouble:
            LOG.warning("scan_failed why=%r", trouble.text)
            LOG.debug("scan_failed error=%r", error)
        elif trouble is None and self.trouble is not None:
            LOG.info("scan_works_again")
        self.trouble = trouble
        self._wake_waiting()

    def _wake_waiting(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


async def _stop(scanner: BleakScanner, starting: asyncio.Future[None]) -> None:
    """Stop a scanner, also one that is still being started.

    Its start is not cancelled if that can be helped: BlueZ would go on discovering for us, and
    refuse the next scan (InProgress).
    """
    await asyncio.wait({starting}, timeout=STARTED_LATE_S)
    if not starting.done():
        starting.cancel()
        return
    if starting.cancelled() or starting.exception() is not None:
        return
    try:
        async with asyncio.timeout(STOP_S):
            await scanner.stop()
    except FAILURES as error:
        LOG.debug("scan_stop_failed error=%r", error)


def _services_of(device: BLEDevice) -> tuple[str, ...]:
    """Return the services of a connected device where the system keeps them with it (BlueZ)."""
    details: Any = device.details
    props = details.get("props", {}) if isinstance(details, dict) else {}
    return tuple(short_uuid(uuid) for uuid in props.get("UUIDs", ()))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
