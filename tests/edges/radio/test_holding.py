"""Sensors are found, listened to and held; what they send arrives as it was sent, under the pin's
name.
"""

import pytest

from kickcue.core.events import Link, Notification
from kickcue.core.profiles import LinkTraits
from kickcue.edges.radio import Pin
from kickcue.supervision.health import Stage
from tests.beds.fake_bluez import FakeBluez
from tests.beds.sensor import Characteristic, Sensor
from tests.edges.radio.bench import (
    BEAT,
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


async def test_a_pinned_sensor_is_heard(ear: Ear, strap: Sensor) -> None:
    """GIVEN a strap on air WHEN pinned THEN Link(up), its bytes unchanged, Link(down) at the end;
    nothing before, nothing after.
    """
    async with ear.radio(STRAP_PIN) as radio:
        await until_heard(ear, strap, "strap")
        health = radio.health["strap"]
        # A value may overtake the answer to the subscription: they come over two connections.
        await until(lambda: health.stage is Stage.CONNECTED)
        assert (Stage.CONNECTED, "", STRAP, 1, 0) == (
            health.stage,
            health.why,
            health.address,
            health.connections,
            health.drops,
        )
        heard = [
            event
            for event in ear.events
            if isinstance(event, Notification) and event.char == "2a37"
        ]
        assert (heard[-1].t_ns, len(heard)) == (health.received_ns, health.notifications)
    assert [True, False] == ear.links("strap")
    assert isinstance(ear.events[0], Link)
    assert isinstance(ear.events[-1], Link)
    assert {BEAT} == set(ear.heard("strap"))
    await until(lambda: not strap.connected)


async def test_the_clock_never_runs_backwards(ear: Ear, strap: Sensor, pod: Sensor) -> None:
    """Events come in the order of their stamps, those of several sensors too."""
    async with ear.radio(STRAP_PIN, POD_PIN):
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
        await until_heard(ear, strap, "strap")
    stamps = [event.t_ns for event in ear.events]
    assert sorted(stamps) == stamps


async def test_what_a_device_tells_of_itself_is_read(ear: Ear, strap: Sensor) -> None:
    """Model, firmware and battery come from the device; the battery is put for the recording as
    well.
    """
    async with ear.radio(STRAP_PIN) as radio:
        health = radio.health["strap"]
        await until(lambda: health.firmware is not None)
        assert ("H10", "5.0.0", 80) == (health.model, health.firmware, health.battery_percent)
        await until(lambda: strap.notify("2a19", bytes([79])))
        await until(lambda: health.battery_percent == 79)
    assert [b"\x50", b"\x4f"] == ear.heard("strap", "2a19")[-2:]


async def test_a_battery_that_does_not_notify_is_asked_again(
    bluez: FakeBluez, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a battery level that can only be read WHEN it falls THEN that is found out by reading
    it again.
    """
    monkeypatch.setattr("kickcue.edges.radio.supervisor.BATTERY_EVERY_S", 0.05)
    level = Characteristic("2a19", ("read",), value=b"\x32")
    bluez.add_sensor(STRAP, "strap", services={"180d": ["2a37"], "180f": [level]})
    async with ear.radio(STRAP_PIN) as radio:
        await until(lambda: radio.health["strap"].battery_percent == 50)
        level.value = b"\x31"
        await until(lambda: radio.health["strap"].battery_percent == 49)


async def test_a_device_that_tells_nothing_of_itself_is_heard_all_the_same(
    ear: Ear, pod: Sensor
) -> None:
    """Neither battery nor Device Information: both stay unknown, and the steps are heard."""
    async with ear.radio(POD_PIN) as radio:
        await until_heard(ear, pod, "pod", "2a53", STEP)
        health = radio.health["pod"]
        assert (None, None, None) == (health.model, health.firmware, health.battery_percent)


async def test_reads_that_are_refused_do_no_harm(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN a strap that refuses to be read WHEN pinned THEN it is heard, and what could not be
    read is unknown.
    """
    refusing = {
        "180f": [Characteristic("2a19", ("read",), att_error=0x05)],
        "180a": [Characteristic("2a24", ("read",), att_error=0x0E)],
    }
    strap = bluez.add_sensor(STRAP, "strap", services={"180d": ["2a37"], **refusing})
    async with ear.radio(STRAP_PIN) as radio:
        await until(lambda: bluez.count("ReadValue") >= 2)
        await until_heard(ear, strap, "strap")
        assert (None, None) == (radio.health["strap"].battery_percent, radio.health["strap"].model)


async def test_several_services_of_one_device_come_under_one_name(
    bluez: FakeBluez, ear: Ear
) -> None:
    """GIVEN a device with heart rate, steps and a treadmill's data WHEN pinned once THEN all three
    are heard, and nothing unknown is.
    """
    vendor = Characteristic("0000ff01-0000-1000-8000-00805f9b34fb", ("notify",))
    runner = bluez.add_sensor(
        STRAP,
        "TICKR X",
        services={"180d": ["2a37"], "1814": ["2a53"], "1826": ["2acd"], "ff00": [vendor]},
    )
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, runner, "strap", "2a37", BEAT)
        await until_heard(ear, runner, "strap", "2a53", STEP)
        await until_heard(ear, runner, "strap", "2acd", b"\x00\x00\x00\x00")
        assert not bluez.subscribed(runner, "ff01")
    assert [True, False] == ear.links("strap")


async def test_one_characteristic_that_refuses_does_not_silence_the_others(
    bluez: FakeBluez, ear: Ear
) -> None:
    """GIVEN a subscription that is refused WHEN another is granted THEN the other is heard."""
    runner = bluez.add_sensor(STRAP, "runner", services={"180d": ["2a37"], "1814": ["2a53"]})
    bluez.fail("StartNotify", "org.bluez.Error.NotPermitted", "not permitted")
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, runner, "strap", "2a53", STEP)
        assert (False, True) == (bluez.subscribed(runner, "2a37"), bluez.subscribed(runner, "2a53"))


@pytest.mark.parametrize(
    "traits",
    [LinkTraits(skip_services=("1814", "180f", "180a")), LinkTraits(only_services=("180d",))],
)
async def test_services_that_the_profile_forbids_are_left_alone(
    bluez: FakeBluez, ear: Ear, traits: LinkTraits
) -> None:
    """GIVEN a profile with skip_services or only_services WHEN held THEN no characteristic of the
    others is subscribed to or read.
    """
    runner = bluez.add_sensor(
        STRAP,
        "Forerunner",
        services={"180d": ["2a37"], "1814": ["2a53"]},
        battery=50,
        device_information={"2a24": "FR"},
    )
    async with ear.radio(Pin("strap", profile(link=traits), address=STRAP)) as radio:
        await until_heard(ear, runner, "strap")
        await until_heard(ear, runner, "strap")
        assert (False, None, None) == (
            bluez.subscribed(runner, "2a53"),
            radio.health["strap"].battery_percent,
            radio.health["strap"].model,
        )
    assert (1, 0) == (bluez.count("StartNotify"), bluez.count("ReadValue"))


async def test_a_device_with_nothing_to_read_says_so(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN a pin on a lamp WHEN connected THEN it is hung up on, the health says why, and no Link
    is put.
    """
    bluez.add_sensor(STRAP, "lamp", services={"1812": ["2a4d"]})
    async with ear.radio(STRAP_PIN) as radio:
        await until(lambda: "nothing that kickcue can read" in radio.health["strap"].why)
    assert [] == ear.events


async def test_of_fifty_sensors_only_the_pinned_are_connected(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor
) -> None:
    """GIVEN a race start with fifty strangers, some with our sensors' names, WHEN ours are held
    THEN no stranger gets one Connect call.
    """
    strangers = [
        bluez.add_sensor(
            f"C0:FF:EE:00:01:{n:02X}",
            "Polar H10 1234" if n % 5 == 0 else f"strap {n}",
            services={"180d": ["2a37"]},
            battery=50,
        )
        for n in range(50)
    ]
    async with ear.radio(STRAP_PIN, POD_PIN):
        for _ in range(3):
            await until_heard(ear, strap, "strap")
            await until_heard(ear, pod, "pod", "2a53", STEP)
            strap.drop()
            pod.drop()
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
    connected = {
        call.path.rpartition("/dev_")[2].replace("_", ":")
        for call in bluez.calls
        if call.method == "Connect"
    }
    assert {STRAP, POD} == connected
    assert not any(stranger.connected for stranger in strangers)


async def test_the_radio_is_quiet_once_all_are_found(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor
) -> None:
    """A scan costs the links that are up: it ends with the last sensor found, and there is one scan
    at a time.
    """
    async with ear.radio(STRAP_PIN, POD_PIN):
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
        await until(lambda: bluez.count("StartDiscovery") == bluez.count("StopDiscovery"))
        scans = bluez.count("StartDiscovery")
        for _ in range(20):
            await until_heard(ear, strap, "strap")
        assert (scans, scans) == (bluez.count("StartDiscovery"), bluez.count("StopDiscovery"))


async def test_what_the_receiver_cannot_take_harms_nobody(
    ear: Ear, strap: Sensor, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a receiver that raises at every event WHEN a sensor is held THEN the radio logs it and
    goes on.
    """
    broken = Ear()

    def put(event: object) -> None:
        ear.put(event)  # type: ignore[arg-type]
        raise RuntimeError("full")

    broken.put = put  # type: ignore[method-assign]
    async with broken.radio(STRAP_PIN) as radio:
        await until_heard(ear, strap, "strap")
        await until_heard(ear, strap, "strap")
        await until(lambda: radio.health["strap"].stage is Stage.CONNECTED)
    assert [True, False] == ear.links("strap")
    assert "put_failed sensor=strap" in caplog.text
