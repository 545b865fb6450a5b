"""Beacons: what they say is read as their specifications have it, the right one is heard, sensors
are held at the same time.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import UsageError
from kickcue.core.events import BeaconReading, Input, Notification
from kickcue.core.units import s_to_ns
from kickcue.edges.radio import BeaconListener, BeaconPin, listening_for_beacon, looking_around
from kickcue.edges.radio.beacon import APPLE, BeaconId, Eddystone, IBeacon, beacon_ids
from kickcue.supervision.health import Stage
from tests.beds.fake_bluez import FakeBluez
from tests.beds.sensor import Sensor
from tests.edges.radio.bench import STRAP_PIN, Ear, until, until_heard

FEAA = "0000feaa-0000-1000-8000-00805f9b34fb"
UUID = "e2c56db5-dffb-48d2-b060-d0f5a71096e0"  # AirLocate, of Apple's own example
IBEACON = bytes.fromhex("0215e2c56db5dffb48d2b060d0f5a71096e000010007c5")
EDDYSTONE = bytes.fromhex("00ee8b0ca750095477cb3e770100000000000000")
SAID = Eddystone("8b0ca750095477cb3e77", "010000000000")
LINE = "C3:00:00:00:00:09"
ids = st.builds(
    IBeacon, st.uuids().map(str), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)
) | st.builds(
    Eddystone,
    st.binary(min_size=10, max_size=10).map(bytes.hex),
    st.binary(min_size=6, max_size=6).map(bytes.hex),
)


def on_air(said: BeaconId, power: int = 0xC5) -> tuple[dict[int, bytes], dict[str, bytes]]:
    """Return manufacturer data and service data of a beacon, as the specifications lay them out."""
    if isinstance(said, IBeacon):
        numbers = said.major.to_bytes(2, "big") + said.minor.to_bytes(2, "big")
        return {
            0x004C: b"\x02\x15"
            + bytes.fromhex(said.uuid.replace("-", ""))
            + numbers
            + bytes([power])
        }, {}
    return {}, {FEAA: bytes([0, power]) + bytes.fromhex(said.namespace + said.instance) + b"\0\0"}


# ---- what they say


def test_known_advertisements() -> None:
    """GIVEN Apple's example and a captured Eddystone-UID THEN they are read; without the two
    reserved bytes as well; both kinds together.
    """
    assert (IBeacon(UUID, 1, 7),) == beacon_ids({APPLE: IBEACON}, {})
    assert (
        (SAID,)
        == beacon_ids({}, {FEAA: EDDYSTONE})
        == beacon_ids({}, {FEAA: EDDYSTONE[:18]})
        == beacon_ids({}, {"feaa": EDDYSTONE})
    )
    assert (IBeacon(UUID, 1, 7), SAID) == beacon_ids(
        {APPLE: IBEACON, 0x0059: b"\x02\x15"}, {FEAA: EDDYSTONE}
    )


@pytest.mark.parametrize(
    ("manufacturer", "service"),
    [
        ({APPLE: IBEACON[:-1]}, {}),
        ({APPLE: IBEACON + b"\0"}, {}),
        ({APPLE: b"\x10\x05" + IBEACON[2:]}, {}),
        ({0x0059: IBEACON}, {}),
        ({}, {FEAA: EDDYSTONE[:17]}),
        ({}, {FEAA: b"\x10" + EDDYSTONE[1:]}),
        ({}, {FEAA: bytes.fromhex("20000bb81c000000004d00001388")}),
        ({}, {FEAA: b""}),
        ({}, {"0000180f-0000-1000-8000-00805f9b34fb": EDDYSTONE}),
    ],
    ids=[
        "short",
        "long",
        "nearby",
        "other company",
        "short uid",
        "url",
        "telemetry",
        "empty",
        "other service",
    ],
)
def test_other_advertisements(manufacturer: dict[int, bytes], service: dict[str, bytes]) -> None:
    """What is no iBeacon and no Eddystone-UID is none."""
    assert () == beacon_ids(manufacturer, service)


@given(ids, st.integers(0, 255))
def test_whatever_a_beacon_says_is_read(said: BeaconId, power: int) -> None:
    """GIVEN any beacon THEN it is read as what it is, and the pin that its text names means it."""
    assert (said,) == beacon_ids(*on_air(said, power))
    named: dict[str, Any] = {}
    for part in str(said).split(", "):
        key, _, value = part.partition(" = ")
        named[key] = value.strip('"') if '"' in value else int(value)
    assert BeaconPin(**named).means(LINE, (said,))


@given(
    st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=30)),
    st.dictionaries(st.text(max_size=40) | st.just(FEAA), st.binary()),
)
def test_no_bytes_from_outside_raise(
    manufacturer: dict[int, bytes], service: dict[str, bytes]
) -> None:
    """Anything may be on air."""
    assert len(beacon_ids(manufacturer, service)) <= 1 + len(service)


@given(ids, ids)
def test_a_pin_means_its_own_beacon_alone(one: BeaconId, other: BeaconId) -> None:
    """GIVEN a pin with all that a beacon says THEN another beacon is meant only if it says the
    same.
    """
    pin = (
        BeaconPin(ibeacon=one.uuid, major=one.major, minor=one.minor)
        if isinstance(one, IBeacon)
        else BeaconPin(eddystone=one.namespace, instance=one.instance)
    )
    assert (one == other) == pin.means(LINE, (other,))
    assert not pin.means(LINE, ())


def test_what_a_pin_leaves_open() -> None:
    """GIVEN a UUID alone THEN any major and minor is meant; an address means the device whatever it
    says.
    """
    assert BeaconPin(ibeacon=UUID).means(LINE, (SAID, IBeacon(UUID, 5, 6)))
    assert not BeaconPin(ibeacon=UUID, minor=7).means(LINE, (IBeacon(UUID, 1, 6),))
    assert BeaconPin(eddystone=SAID.namespace).means(LINE, (SAID,))
    assert BeaconPin(address=LINE.lower()).means(LINE, ())
    for address, ibeacon in ((None, None), (LINE, UUID)):
        with pytest.raises(UsageError, match="one of address, ibeacon and eddystone"):
            BeaconPin(address=address, ibeacon=ibeacon)


# ---- who is heard


class Listener:
    """An ear, a clock that only the test moves, and what was put."""

    def __init__(self, pin: BeaconPin, put: Callable[[Input], None] | None = None) -> None:
        self.events: list[Input] = []
        self.now_s = 0.0
        self.trouble: str | None = None
        self.ear = BeaconListener(
            pin, put or self.events.append, lambda: s_to_ns(self.now_s), lambda: self.trouble
        )

    def hear(self, address: str, said: tuple[BeaconId, ...] = (SAID,), rssi_dbm: int = -70) -> int:
        self.now_s += 1.0
        self.ear.receive(address, rssi_dbm, said)
        return len(self.events)


def test_others_beacons_are_not_heard() -> None:
    """GIVEN a pin WHEN other beacons and other devices are on air THEN nothing of them is put."""
    listener = Listener(BeaconPin(eddystone=SAID.namespace))
    assert 0 == listener.hear(LINE, (Eddystone("0" * 20, SAID.instance), IBeacon(UUID, 1, 7)))
    assert 0 == listener.hear(LINE, ())
    assert "no signal from the beacon yet" in listener.ear.health.why
    assert 1 == listener.hear(LINE)
    assert [BeaconReading(s_to_ns(3.0), -70)] == listener.events
    health = listener.ear.health
    assert (Stage.CONNECTED, "", -70, 1, LINE) == (
        health.stage,
        health.why,
        health.rssi_dbm,
        health.notifications,
        health.address,
    )


def test_two_that_answer_are_told() -> None:
    """GIVEN two devices with what the pin says WHEN they take turns THEN neither counts and both
    are named; gone, the other counts again.
    """
    listener = Listener(BeaconPin(eddystone=SAID.namespace))
    listener.hear("A")
    listener.hear("B")
    before = len(listener.events)
    for address in ("A", "B", "A"):
        assert before == listener.hear(address)
    assert "A and B both claim to be the beacon" in listener.ear.health.why
    listener.now_s += 11.0
    assert before + 1 == listener.hear("A")


def test_a_beacon_may_change_its_address() -> None:
    """GIVEN a beacon that takes a new address and never the old one again THEN not one
    advertisement is lost.
    """
    listener = Listener(BeaconPin(ibeacon=UUID))
    assert [1, 2, 3, 4] == [
        listener.hear(address, (IBeacon(UUID, 1, 7),)) for address in ("A", "A", "B", "B")
    ]


def test_what_keeps_it_from_being_heard_is_told() -> None:
    """GIVEN no Bluetooth, or a beacon not heard for long THEN its health says so; a receiver that
    fails does not end the listening.
    """
    listener = Listener(BeaconPin(address=LINE))
    listener.hear(LINE)
    listener.now_s += 30.0
    assert (Stage.SILENT, "last seen 30 s ago, as expected away from the finish line") == (
        listener.ear.health.stage,
        listener.ear.health.why,
    )
    listener.trouble = "Bluetooth is switched off"
    assert (Stage.OFF, "Bluetooth is switched off") == (
        listener.ear.health.stage,
        listener.ear.health.why,
    )

    def fail(_: Input) -> None:
        raise RuntimeError

    failing = Listener(BeaconPin(address=LINE), fail)
    failing.hear(LINE)
    failing.hear(LINE)
    assert 2 == failing.ear.health.notifications


# ---- on air


def beacon_on(bluez: FakeBluez, address: str = LINE) -> Sensor:
    """Put a beacon into the world that is heard only when the test says so."""
    sensor = bluez.add_sensor(
        address, None, services={}, manufacturer_data={APPLE: IBEACON}, rssi_dbm=-70
    )
    sensor.advertise(on=False)
    return sensor


def heard_of(ear: Ear) -> list[int]:
    return [event.rssi_dbm for event in ear.events if isinstance(event, BeaconReading)]


async def until_beacon_heard(bluez: FakeBluez, ear: Ear, sensor: Sensor, rssi_dbm: int) -> None:
    """Have the beacon advertise until that is put."""
    before = len(heard_of(ear))

    def again() -> bool:
        bluez.advertised(sensor, rssi_dbm)
        return rssi_dbm in heard_of(ear)[before:]

    await until(again)


async def test_a_beacon_is_heard_while_a_strap_notifies(
    bluez: FakeBluez, ear: Ear, strap: Sensor
) -> None:
    """GIVEN a strap that is connected WHEN a beacon comes nearer THEN each strength is put, the
    strap's words as well, and it is not dropped.
    """
    beacon = beacon_on(bluez)
    pin = BeaconPin(ibeacon=UUID, major=1, minor=7)
    async with (
        ear.radio(STRAP_PIN),
        listening_for_beacon(pin, ear.put, time.monotonic_ns) as listening,
    ):
        for rssi_dbm in (-90, -75, -60, -75):
            await until_beacon_heard(bluez, ear, beacon, rssi_dbm)
            await until_heard(ear, strap, "strap")
        assert (Stage.CONNECTED, -75, LINE) == (
            listening.health.stage,
            listening.health.rssi_dbm,
            listening.health.address,
        )
        stamps = [
            event.t_ns for event in ear.events if isinstance(event, Notification | BeaconReading)
        ]
        assert sorted(stamps) == stamps
    assert [True, False] == ear.links("strap")
    assert not any(
        call.path.endswith(LINE.replace(":", "_"))
        for call in bluez.calls
        if call.method == "Connect"
    )


async def test_a_strength_that_stays_the_same_is_heard_again(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN somebody looks around, for whom repeats are kept back, WHEN a beacon is wanted THEN it
    is heard at -70 dBm three times.
    """
    beacon = beacon_on(bluez)
    async with (
        looking_around(load_profiles().values()),
        listening_for_beacon(BeaconPin(address=LINE), ear.put, time.monotonic_ns),
    ):
        await until(lambda: bluez.adapter.repeats and bluez.adapter.looking)
        for _ in range(3):
            await until_beacon_heard(bluez, ear, beacon, -70)
    assert {-70} == set(heard_of(ear))
    await until(lambda: not bluez.adapter.looking)


async def test_a_beacon_is_heard_again_when_bluetooth_is_back(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN a beacon that is heard WHEN Bluetooth is switched off THEN its health says so; on
    again, it is heard again.
    """
    beacon = beacon_on(bluez)
    async with listening_for_beacon(
        BeaconPin(ibeacon=UUID), ear.put, time.monotonic_ns
    ) as listening:
        await until_beacon_heard(bluez, ear, beacon, -70)
        bluez.power(on=False)
        await until(lambda: listening.health.stage is Stage.OFF)
        bluez.power(on=True)
        await until_beacon_heard(bluez, ear, beacon, -60)
        # It may be heard before the scanner knows that it scans.
        await until(lambda: listening.health.stage is Stage.CONNECTED)


async def test_beacons_are_seen_when_asked_for(bluez: FakeBluez) -> None:
    """GIVEN a beacon and an Eddystone WHEN looking around for beacons THEN they are seen as what
    they are; else they are not.
    """
    bluez.add_sensor(LINE, "line", services={}, manufacturer_data={APPLE: IBEACON}).service_data = {
        "feaa": EDDYSTONE
    }
    async with looking_around([]) as sensors_only, looking_around([], beacons=True) as around:
        await until(around)
        (seen,) = around()
        assert () == sensors_only()
    assert (LINE, (IBeacon(UUID, 1, 7), SAID)) == (seen.address, seen.beacons)
