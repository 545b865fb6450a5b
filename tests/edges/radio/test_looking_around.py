"""What is around is seen with its profile, strongest first; one device can be listened to before
anything is pinned.
"""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import UsageError
from kickcue.core.profiles import Match
from kickcue.edges.radio import (
    WITHOUT_BLUETOOTH,
    Pin,
    RadioError,
    Sighting,
    listening,
    looked_into,
    looking_around,
    sensors,
)
from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import PrivateBus
from tests.beds.sensor import Sensor
from tests.edges.radio.bench import (
    POD,
    POD_PIN,
    STEP,
    STRAP,
    STRAP_PIN,
    Ear,
    profile,
    until,
    until_heard,
)
from tests.patience import PATIENCE_S


async def test_sensors_around_are_seen_strongest_first(
    bluez: FakeBluez, strap: Sensor, pod: Sensor
) -> None:
    """GIVEN a strap, a pod, a lamp WHEN looking around THEN the two sensors with what a choice
    needs; the lamp only if all are wanted.
    """
    strap.rssi_dbm, pod.rssi_dbm = -80, -40
    bluez.add_sensor("C0:FF:EE:00:00:03", None, services={"1812": []}, rssi_dbm=-20)
    profiles = load_profiles().values()
    async with (
        looking_around(profiles) as around,
        looking_around(profiles, all_devices=True) as all_around,
    ):
        await until(
            lambda: len(all_around()) == 3 and [each.address for each in around()] == [POD, STRAP]
        )
        seen_pod, seen_strap = around()
        lamp = next(each for each in all_around() if each.name is None)
    assert ("Stryd", ("1814",), True) == (seen_pod.name, seen_pod.services, seen_pod.random_address)
    assert ("Polar H10 1234", ("180d",), False) == (
        seen_strap.name,
        seen_strap.services,
        seen_strap.random_address,
    )
    assert seen_pod.rssi_dbm is not None
    assert -50 < seen_pod.rssi_dbm <= -40
    assert ("stryd", "polar-h10") == tuple(
        each.found.profile.id for each in (seen_pod, seen_strap) if each.found.profile
    )
    assert None is lamp.found.profile


async def test_a_sensor_that_is_still_connected_is_seen(bluez: FakeBluez, strap: Sensor) -> None:
    """GIVEN a strap that a killed run left connected, so that it advertises nothing, WHEN looking
    around THEN it is seen all the same.
    """
    bluez.leave_connected(strap)
    async with looking_around(load_profiles().values()) as around:
        await until(around)
        (seen,) = around()
    assert (STRAP, "Polar H10 1234", True) == (seen.address, seen.name, "180d" in seen.services)


@pytest.mark.usefixtures("strap")
async def test_two_profiles_that_claim_one_device_are_told() -> None:
    """GIVEN profiles that contradict each other WHEN the device is seen THEN its sighting says
    which; looking around goes on.
    """
    claims = [profile(matches=(Match(name="polar*"),)), profile(matches=(Match(name="*h10*"),))]
    async with looking_around(claims, all_devices=True) as around:
        await until(around)
    assert "needs a narrower" in around()[0].found.why


async def test_looking_around_without_bluetooth_says_why(bluez: FakeBluez, bus: PrivateBus) -> None:
    """Bluetooth off, no bluetoothd, no D-Bus: each is told at once, with its remedy, and with what
    can be tried without Bluetooth.
    """

    async def refusal() -> str:
        with pytest.raises(RadioError) as refused:
            async with looking_around([]):
                pass
        assert 1 == refused.value.exit_status
        told, _, without = str(refused.value).partition("; ")
        assert without == WITHOUT_BLUETOOTH
        return told

    bluez.power(on=False)
    assert (
        "Bluetooth is switched off: rfkill unblock bluetooth, then bluetoothctl power on"
        == await refusal()
    )
    await bluez.vanish()
    await until(lambda: not bluez.adapter.devices)
    assert "the Bluetooth service is not running: sudo systemctl start bluetooth" == await refusal()
    bus.kill()
    assert (
        "D-Bus is not running, which Bluetooth needs: sudo systemctl start dbus bluetooth"
        == await refusal()
    )


async def test_a_bluetoothd_that_hangs_is_told(
    bluez: FakeBluez, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a bluetoothd that does not answer WHEN looking around THEN that is said, and how to
    start it again.
    """
    monkeypatch.setattr("kickcue.edges.radio.scanner.START_S", 0.1)
    bluez.hang("StartDiscovery", times=9)
    with pytest.raises(
        RadioError,
        match="stopped responding: if it stays that way, sudo systemctl restart bluetooth",
    ):
        async with looking_around([]):
            pass


@pytest.mark.usefixtures("pod")
async def test_looking_around_does_not_disturb_sensors_that_are_held(
    ear: Ear, strap: Sensor
) -> None:
    """GIVEN sensors that are held WHEN looking around THEN the scanner is shared, nothing is
    dropped, what is held is seen as well.
    """
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")
        async with looking_around(load_profiles().values()) as around:
            await until(lambda: {STRAP, POD} == {each.address for each in around()})
            await until_heard(ear, strap, "strap")
        await until_heard(ear, strap, "strap")
    assert [True, False] == ear.links("strap")


async def test_one_sighting_is_listened_to(ear: Ear, pod: Sensor) -> None:
    """GIVEN a sighting WHEN listened to THEN its values come under its address; when left, it is
    let go.
    """
    async with looking_around(load_profiles().values()) as around:
        await until(around)
        async with listening(around()[0], ear.put, time.monotonic_ns) as health:
            await until_heard(ear, pod, POD, "2a53", STEP)
            assert (POD, 1) == (health.address, health.connections)
    await until(lambda: not pod.connected)


async def test_a_pin_is_listened_to_without_anything_else_running(ear: Ear, strap: Sensor) -> None:
    """A pin serves as well as a sighting."""
    async with listening(STRAP_PIN, ear.put, time.monotonic_ns):
        await until_heard(ear, strap, "strap")


async def test_a_device_that_cannot_be_listened_to_is_an_error(
    bluez: FakeBluez, ear: Ear, strap: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No profile, not there, Bluetooth off: RadioError with the reason."""
    monkeypatch.setattr("kickcue.edges.radio.api.LISTEN_WITHIN_S", 0.7)
    bluez.add_sensor("C0:FF:EE:00:00:03", "lamp", services={"1812": []})
    async with looking_around([], all_devices=True) as around:
        await until(lambda: len(around()) == 2)
        lamp = next(each for each in around() if each.name == "lamp")
    await refused(lamp, ear, "'lamp' is unknown and offers no service that kickcue can read")
    strap.advertise(on=False)
    bluez.forget(strap)
    await refused(STRAP_PIN, ear, f"looking for {STRAP.lower()}")
    monkeypatch.setattr("kickcue.edges.radio.api.LISTEN_WITHIN_S", PATIENCE_S)
    bluez.power(on=False)
    await refused(STRAP_PIN, ear, "rfkill unblock bluetooth")


async def refused(meant: Pin | Sighting, ear: Ear, why: str) -> None:
    with pytest.raises(RadioError, match=why.replace("?", r"\?")):
        async with listening(meant, ear.put, time.monotonic_ns):
            pass


async def test_doubles_are_refused() -> None:
    """Two pins of one name, or of one device, are the caller's mistake and name it."""
    for pins, word in (
        ([STRAP_PIN, STRAP_PIN], "'strap'"),
        ([STRAP_PIN, Pin("other", profile(), address=STRAP)], STRAP),
    ):
        with pytest.raises(UsageError, match=word):
            async with sensors(pins, Ear().put, time.monotonic_ns):
                pass
    for wrong in ({}, {"address": STRAP, "name": "x"}):
        with pytest.raises(UsageError, match="an address or a name"):
            Pin("strap", profile(), **wrong)
    assert POD_PIN.title == POD


def test_the_words_cost_no_bluetooth_library() -> None:
    """A command that only names pins does not import bleak."""
    program = (
        "import sys, kickcue.edges.radio as r; r.Pin; print('bleak' in sys.modules); "
        "r.sensors; print('bleak' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert ["False", "True"] == done.stdout.split()


async def test_what_a_device_has_and_does_not_advertise(bluez: FakeBluez) -> None:
    """GIVEN a band that has a heart rate and advertises another service WHEN looked into THEN the
    heart rate is there, and it is free again.
    """
    band = bluez.add_sensor(
        "C0:FF:EE:00:00:07",
        "Band 8",
        services={"180d": ["2a37"], "fee0": []},
        advertised=["fee0"],
        battery=70,
    )
    profiles = load_profiles().values()
    async with looking_around(profiles, all_devices=True) as around:
        await until(around)
        (seen,) = around()
        assert seen.found.profile is None
        looked = await looked_into(seen, profiles)
        assert looked.found.profile is not None
        assert "generic-hr" == looked.found.profile.id
        assert {"fee0", "180d"} <= set(looked.services)
        await until(lambda: not band.connected)


async def test_a_device_that_went_away_cannot_be_looked_into(bluez: FakeBluez) -> None:
    """GIVEN a device that is out of sight, or refuses WHEN looked into
    THEN one sentence says so.
    """
    bluez.add_sensor("C0:FF:EE:00:00:07", "Band 8", services={"180d": ["2a37"]}, advertised=[])
    async with looking_around([], all_devices=True) as around:
        await until(around)
        (seen,) = around()
        with pytest.raises(RadioError, match="out of range"):
            await looked_into(replace(seen, address="C0:FF:EE:00:00:99"), [])
