"""What the rest of kickcue calls: hold these sensors, look around, listen to this one."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from bleak.exc import BleakDeviceNotFoundError

from kickcue.core.errors import UsageError
from kickcue.core.events import Input
from kickcue.core.profiles import Advertisement, LinkTraits, MatchResult, SensorProfile, match
from kickcue.core.watch.watch_profile import WatchProfile, recognise
from kickcue.edges.radio.adapter import Adapter, shared_host
from kickcue.edges.radio.beacon import BeaconPin
from kickcue.edges.radio.beacon_listener import BeaconListener
from kickcue.edges.radio.bluez import address_is_random
from kickcue.edges.radio.connection import Connection
from kickcue.edges.radio.device_selection import ScannedDevice, choose
from kickcue.edges.radio.diagnosis import FAILURES, explain, not_seen
from kickcue.edges.radio.model import (
    WITHOUT_BLUETOOTH,
    Pin,
    Radio,
    RadioError,
    Sighting,
    WatchPin,
)
from kickcue.edges.radio.scanner import Scanner
from kickcue.edges.radio.sensor_sink import SensorSink
from kickcue.edges.radio.sensor_supervisor import SensorSupervisor
from kickcue.edges.radio.watch_handle import Wearable
from kickcue.edges.radio.watch_supervisor import WatchSupervisor, can_subscribe
from kickcue.supervision.health import DeviceHealth
from kickcue.supervision.tasks import cancel

GOODBYE_S: Final = 3.0
"""For all sensors at once; BlueZ needs 2.1 to 2.6 s for each. With the host's two seconds all is
over within five."""
SCAN_WITHIN_S: Final = 10.0
LISTEN_WITHIN_S: Final = 20.0
LOOK_S: Final = 0.2
NO_SENSOR: Final = MatchResult(None, (), "")
WATCH: Final = "watch"
"""What the sensors of a watch are called."""


@asynccontextmanager
async def sensors(
    pins: Sequence[Pin],
    put: Callable[[Input], None],
    now_ns: Callable[[], int],
    *,
    adapter: str | None = None,
) -> AsyncIterator[Radio]:
    """Hold sensors: whatever they send is ``put`` as it comes, and their coming and going as Link.

    ``put`` runs inside the notification callback, on the event loop: it may not take long. Nothing
    that Bluetooth does is raised; ``Radio.health`` shows it. ``adapter`` is BlueZ's name for one
    ("hci0"), None the system's first. UsageError for two pins that have one name or mean one
    device. Leaving hangs up, within five seconds.
    """
    _refuse_doubles(pins)
    health = {pin.sensor: DeviceHealth(address=pin.address) for pin in pins}
    async with shared_host(adapter) as host:
        keepers = {
            _keep(
                pin,
                host,
                SensorSink(pin.sensor, put, now_ns, health[pin.sensor]),
                health[pin.sensor],
            )
            for pin in pins
        }
        try:
            yield Radio(health)
        finally:
            await cancel(keepers, GOODBYE_S)


@asynccontextmanager
async def wearable(
    pin: WatchPin,
    *,
    received: Callable[[str, bytes], None] = lambda _char, _data: None,
    put: Callable[[Input], None] | None = None,
    now_ns: Callable[[], int] = time.monotonic_ns,
    adapter: str | None = None,
) -> AsyncIterator[Wearable]:
    """Hold a watch and play cues on it.

    It is won back for ever, like a sensor, and nothing that Bluetooth does is raised. ``received``
    gets the notifications of the watch that its profile subscribes to (short UUID, bytes). ``put``
    takes what its own sensors of standard forms measure, under the name ``WATCH``; None: they are
    left alone. Leaving hangs up, within five seconds.
    """
    health = DeviceHealth(address=pin.address)
    wanted = (
        [] if put is None else [offer for offer in pin.profile.provides if can_subscribe(offer)]
    )
    async with shared_host(adapter) as host:
        worn = Wearable(pin.profile, health, host.aside)
        feed = SensorSink(WATCH, put or _ignore, now_ns, health)
        keeper = WatchSupervisor(pin, host, feed, worn, received=received, sensors=wanted)
        task = asyncio.create_task(keeper.run(), name=f"radio {pin.profile.id}")
        try:
            yield worn
        finally:
            await cancel({task}, GOODBYE_S)


@asynccontextmanager
async def listening_for_beacon(
    pin: BeaconPin,
    put: Callable[[Input], None],
    now_ns: Callable[[], int],
    *,
    adapter: str | None = None,
) -> AsyncIterator[BeaconListener]:
    """Listen to a beacon: each of its advertisements is ``put`` as BeaconReading.

    Sensors may be held at the same time. Nothing that Bluetooth does is raised;
    ``BeaconListener.health`` shows it.
    """
    async with shared_host(adapter) as host:
        scanner = host.scanner
        ear = BeaconListener(
            pin, put, now_ns, lambda: None if scanner.trouble is None else scanner.trouble.text
        )
        with scanner.each_advertisement(ear.receive):
            yield ear


@asynccontextmanager
async def looking_around(
    profiles: Iterable[SensorProfile],
    *,
    watches: Iterable[WatchProfile] = (),
    adapter: str | None = None,
    all_devices: bool = False,
    beacons: bool = False,
) -> AsyncIterator[Callable[[], tuple[Sighting, ...]]]:
    """Scan, and give a function that returns what is around now, strongest first.

    Without ``all_devices`` only what a profile or one of ``watches`` knows or what offers a service
    kickcue reads, and ``beacons`` where asked for. RadioError when Bluetooth cannot be used.
    """
    known, worn = tuple(profiles), tuple(watches)
    async with shared_host(adapter) as host:
        scanner = host.scanner
        with scanner.looking():
            await _until_scanning(scanner)

            def around() -> tuple[Sighting, ...]:
                found = [_sighting(device, known, worn) for device in scanner.devices.values()]
                wanted = [
                    each
                    for each in found
                    if all_devices or _is_known(each) or (beacons and each.beacons)
                ]
                return tuple(
                    sorted(
                        wanted,
                        key=lambda each: (
                            each.rssi_dbm is None,
                            -(each.rssi_dbm or 0),
                            each.address,
                        ),
                    )
                )

            yield around


async def looked_into(
    sighting: Sighting, profiles: Iterable[SensorProfile], *, adapter: str | None = None
) -> Sighting:
    """Connect, and return the device with the services it has: not every one advertises them.

    It is let go again. To be called while one is looking around. RadioError when it cannot be
    connected to.
    """
    async with shared_host(adapter) as host:
        device = host.scanner.devices.get(sighting.address.upper())
        if device is None:
            raise RadioError(explain(BleakDeviceNotFoundError(sighting.address)))
        connection = Connection(device.device, LinkTraits(), LISTEN_WITHIN_S)
        try:
            await connection.connect()
            services = connection.services()
        except FAILURES as error:
            raise RadioError(f"{sighting.address}: {explain(error)}") from None
        finally:
            await asyncio.wait({host.aside.start(connection.hang_up())}, timeout=GOODBYE_S)
    return _sighting(
        replace(device, services=tuple(dict.fromkeys((*device.services, *services)))),
        tuple(profiles),
        (),
    )


async def missing(
    pins: Mapping[str, Pin | WatchPin], within_s: float, *, adapter: str | None = None
) -> dict[str, str]:
    """Listen until all are seen, ``within_s`` at most, without connecting to any.

    Returns of each why it is not taken, an empty text where it would be. RadioError when Bluetooth
    cannot be used.
    """
    loop = asyncio.get_running_loop()
    async with shared_host(adapter) as host:
        scanner = host.scanner
        with scanner.looking():
            await _until_scanning(scanner)
            began_s = loop.time()
            while True:
                past_s = loop.time() - began_s
                choices = {
                    name: choose(pin, scanner.devices.values(), loop.time())
                    for name, pin in pins.items()
                }
                if past_s > within_s or all(
                    choice.device is not None for choice in choices.values()
                ):
                    break
                await scanner.news(LOOK_S)
    return {
        name: ""
        if choice.device is not None
        else choice.why or not_seen(pins[name].title, past_s, pins[name].profile.link.connections)
        for name, choice in choices.items()
    }


@asynccontextmanager
async def listening(
    meant: Sighting | Pin,
    put: Callable[[Input], None],
    now_ns: Callable[[], int],
    *,
    adapter: str | None = None,
) -> AsyncIterator[DeviceHealth]:
    """Connect to one device and ``put`` what it sends; gives its health.

    For a Sighting the events carry its address as the sensor's name. RadioError when it cannot be
    connected to; lost later, it is won back like any other.
    """
    pin = meant if isinstance(meant, Pin) else _pin_of(meant)
    health = DeviceHealth(address=pin.address)
    async with shared_host(adapter) as host:
        feed = SensorSink(pin.sensor, put, now_ns, health)
        keeper = _keep(pin, host, feed, health)
        try:
            await _until_up(feed, health, host.scanner)
            yield health
        finally:
            await cancel({keeper}, GOODBYE_S)


def _keep(pin: Pin, host: Adapter, feed: SensorSink, health: DeviceHealth) -> asyncio.Task[None]:
    return asyncio.create_task(
        SensorSupervisor(pin, host, feed, health).run(), name=f"radio {pin.sensor}"
    )


def _ignore(_event: Input) -> None:
    """Take a watch's word about its sensors, which nobody wants."""


def _refuse_doubles(pins: Sequence[Pin]) -> None:
    for name, times in Counter(pin.sensor for pin in pins).items():
        if times > 1:
            raise UsageError(
                f"sensor {name!r} is configured {times} times: expected a unique name for each"
            )
    for device, times in Counter((pin.address or "").upper() or pin.name for pin in pins).items():
        if times > 1:
            raise UsageError(
                f"{device} is configured as {times} sensors: expected once, as one sensor can "
                "give several quantities"
            )


def _pin_of(sighting: Sighting) -> Pin:
    if sighting.found.profile is None:
        raise RadioError(sighting.found.why)
    return Pin(sighting.address, sighting.found.profile, address=sighting.address)


async def _until_scanning(scanner: Scanner) -> None:
    """Wait for the first scan; RadioError when there can be none."""
    try:
        async with asyncio.timeout(SCAN_WITHIN_S):
            while not scanner.scanning:
                _require_bluetooth(scanner)
                await scanner.news(LOOK_S)
    except TimeoutError:
        why = (
            scanner.trouble.text
            if scanner.trouble is not None
            else "the Bluetooth service does not respond: sudo systemctl restart bluetooth"
        )
        raise RadioError(why) from None


def _require_bluetooth(scanner: Scanner) -> None:
    """Raise RadioError where Bluetooth itself cannot be used."""
    if scanner.trouble is not None and scanner.trouble.unusable:
        raise RadioError(f"{scanner.trouble.text}; {WITHOUT_BLUETOOTH}")


async def _until_up(feed: SensorSink, health: DeviceHealth, scanner: Scanner) -> None:
    """Wait until the device is listened to.

    RadioError when that takes too long or Bluetooth cannot be used.
    """
    try:
        async with asyncio.timeout(LISTEN_WITHIN_S):
            while not feed.up.is_set():
                _require_bluetooth(scanner)
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise RadioError(health.why) from None


def _is_known(sighting: Sighting) -> bool:
    return sighting.found.profile is not None or sighting.watch is not None


def _sighting(
    device: ScannedDevice, profiles: tuple[SensorProfile, ...], watches: tuple[WatchProfile, ...]
) -> Sighting:
    advert = Advertisement(device.name, device.services, device.company_id)
    try:
        found = match(profiles, advert)
    except UsageError as error:
        # Two profiles claim it: theirs is the fault, and the device is there all the same.
        found = MatchResult(None, (), str(error))
    with suppress(UsageError):  # same
        worn = recognise(watches, advert)
        return _seen(device, found, None if worn is None else worn.id)
    return _seen(device, found, None)


def _seen(device: ScannedDevice, found: MatchResult, watch: str | None) -> Sighting:
    random_address = address_is_random(device.device)
    return Sighting(
        device.address,
        device.name,
        device.rssi_dbm,
        device.services,
        found,
        device.seen_s,
        random_address,
        device.beacons,
        watch,
    )
