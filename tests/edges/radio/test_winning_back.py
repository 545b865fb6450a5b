"""Whatever is lost (sensor, adapter, bluetoothd, D-Bus) is noticed, told as a Link,
and won back.
"""

import asyncio
import os
import time

import pytest
from bleak import BleakScanner

from kickcue.core.profiles import LinkTraits
from kickcue.edges.radio import Pin, sensors
from kickcue.supervision.health import Stage
from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import PrivateBus
from tests.beds.sensor import Sensor
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
from tests.patience import PATIENCE_S


async def test_a_sensor_that_drops_is_won_back(ear: Ear, strap: Sensor) -> None:
    """GIVEN a strap that is held WHEN it drops the link three times THEN each time down is told,
    then up, and it is heard again.
    """
    async with ear.radio(STRAP_PIN) as radio:
        for times in range(1, 4):
            await until_heard(ear, strap, "strap")
            strap.drop()
            # What it said before may still be on its way.
            await until(lambda: radio.health["strap"].drops == times)  # noqa: B023  as below
        await until_heard(ear, strap, "strap")
        await until(lambda: radio.health["strap"].connections == 4)
        assert 3 == radio.health["strap"].drops
    assert [True, False] * 4 == ear.links("strap")


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("serves", "asks"),
    [
        (1, "awake? Is another device connected to it? It allows one at a time."),
        (2, "awake?"),
        (None, "awake?"),
    ],
)
async def test_a_sensor_for_one_listener_may_be_taken(
    ear: Ear, pod: Sensor, serves: int | None, asks: str
) -> None:
    """GIVEN a pod that is not heard WHEN its profile says that it serves one listener THEN the
    runner is asked whether another has it, and else not.
    """
    pod.advertise(on=False)
    pin = Pin("pod", profile(link=LinkTraits(connections=serves)), address=POD)
    async with ear.radio(pin) as radio:
        await until(lambda: "not seen for" in radio.health["pod"].why)
        assert radio.health["pod"].why.endswith(f"is it worn and {asks}")


@pytest.mark.usefixtures("hasty")
async def test_a_sensor_out_of_range_is_waited_for(ear: Ear, strap: Sensor, pod: Sensor) -> None:
    """GIVEN a pod that drops and is gone WHEN it comes back THEN it is heard again; the strap has
    not noticed.
    """
    async with ear.radio(STRAP_PIN, POD_PIN) as radio:
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
        pod.advertise(on=False)
        pod.drop()
        while "not seen for" not in radio.health["pod"].why:
            await until_heard(ear, strap, "strap")
        assert Stage.LOOKING is radio.health["pod"].stage
        pod.advertise(on=True)
        while not ear.links("pod")[-1]:
            await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
    assert [True, False] == ear.links("strap")
    assert [True, False, True, False] == ear.links("pod")


async def test_a_sensor_that_is_absent_holds_up_nobody(
    ear: Ear, strap: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN three pins of which two are nowhere WHEN started THEN the third is heard, while the
    others are looked for.
    """
    monkeypatch.setattr("kickcue.edges.radio.supervisor.SOON_S", PATIENCE_S)
    absent = [Pin(f"absent {n}", profile(), address=f"C0:FF:EE:00:0A:0{n}") for n in range(2)]
    async with ear.radio(*absent, STRAP_PIN) as radio:
        await until_heard(ear, strap, "strap")
        for pin in absent:
            assert (Stage.LOOKING, f"looking for {pin.address}") == (
                radio.health[pin.sensor].stage,
                radio.health[pin.sensor].why,
            )


async def test_a_sensor_that_cannot_be_connected_to_holds_up_nobody(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor
) -> None:
    """GIVEN a strap that is on air but whose Connect is never answered WHEN both are held THEN the
    pod is heard.
    """
    bluez.hang("Connect", path=f"/org/bluez/hci0/dev_{strap.address.replace(':', '_')}")
    async with ear.radio(STRAP_PIN, POD_PIN) as radio:
        await until_heard(ear, pod, "pod", "2a53", STEP)
        await until(lambda: radio.health["strap"].stage is Stage.CONNECTING)


async def test_a_sensor_that_comes_later_is_found(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN a pin and an empty track WHEN the strap is put on THEN it is heard."""
    async with ear.radio(STRAP_PIN):
        await until(lambda: bluez.count("StartDiscovery"))
        strap = bluez.add_sensor(STRAP, "strap", services={"180d": ["2a37"]})
        await until_heard(ear, strap, "strap")


@pytest.mark.usefixtures("impatient")
async def test_silence_while_connected_is_noticed(
    bluez: FakeBluez, ear: Ear, strap: Sensor
) -> None:
    """GIVEN a strap that was heard WHEN it stays connected and says nothing THEN the link is told
    down, dropped, and made anew.
    """
    async with ear.radio(STRAP_PIN) as radio:
        await until_heard(ear, strap, "strap")
        # A busy machine may have let it be silent too long before.
        hung_up, connected = bluez.count("Disconnect"), radio.health["strap"].connections
        await until(lambda: bluez.count("Disconnect") > hung_up)
        await until(lambda: radio.health["strap"].connections > connected)
        await until_heard(ear, strap, "strap")
    assert [True, False, True] == ear.links("strap")[:3]


@pytest.mark.usefixtures("impatient")
async def test_the_last_words_of_a_link_that_was_given_up_are_not_told(
    bluez: FakeBluez, ear: Ear, strap: Sensor
) -> None:
    """GIVEN a strap called silent and a BlueZ that hangs up slowly WHEN it speaks after all THEN
    nothing comes between down and up.
    """
    bluez.disconnect_s = 0.3
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")
        await until(lambda: not ear.links("strap")[-1])
        assert strap.notify("2a37", b"\x00\x01")
        await until(lambda: ear.links("strap")[-1])
    assert b"\x00\x01" not in ear.heard("strap")


@pytest.mark.usefixtures("impatient")
async def test_a_sensor_that_never_says_anything_is_given_longer_each_time(
    ear: Ear, strap: Sensor
) -> None:
    """GIVEN a strap that is connected but not worn WHEN dropping it does not help THEN the patience
    grows, and it is called silent.
    """
    async with ear.radio(STRAP_PIN) as radio:
        await until(lambda: radio.health["strap"].connections == 3)
        await until(lambda: radio.health["strap"].stage is Stage.SILENT)
        assert "is it worn?" in radio.health["strap"].why
        await until_heard(ear, strap, "strap")  # a link given up in this moment brings nothing
        await until(lambda: radio.health["strap"].stage is Stage.CONNECTED)
        assert "" == radio.health["strap"].why
    assert {BEAT} == set(ear.heard("strap"))


async def test_bluetooth_switched_off_and_on(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor
) -> None:
    """GIVEN two sensors WHEN Bluetooth is switched off THEN both are down and their health says how
    to switch it on; on again: both back.
    """
    async with ear.radio(STRAP_PIN, POD_PIN) as radio:
        for _ in range(2):
            await until_heard(ear, strap, "strap")
            await until_heard(ear, pod, "pod", "2a53", STEP)
            bluez.power(on=False)
            await until(lambda: all(each.stage is Stage.OFF for each in radio.health.values()))
            await until(
                lambda: all(
                    "rfkill unblock bluetooth" in each.why for each in radio.health.values()
                )
            )
            bluez.power(on=True)
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
    assert [True, False] * 3 == ear.links("strap") == ear.links("pod")


async def test_bluetooth_switched_off_while_looking(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN a scan for a strap that is not there WHEN Bluetooth goes off and on and the strap comes
    THEN the scan has been begun anew.
    """
    async with ear.radio(STRAP_PIN) as radio:
        await until(lambda: bluez.count("StartDiscovery"))
        bluez.power(on=False)
        await until(lambda: radio.health["strap"].stage is Stage.OFF)
        bluez.power(on=True)
        await until(lambda: radio.health["strap"].stage is Stage.LOOKING)
        strap = bluez.add_sensor(STRAP, "strap", services={"180d": ["2a37"]})
        await until_heard(ear, strap, "strap")


async def test_an_adapter_pulled_out(bluez: FakeBluez, ear: Ear, strap: Sensor) -> None:
    """GIVEN a dongle WHEN it is pulled out THEN the health says that there is none; put back, the
    strap is heard again.
    """
    async with ear.radio(STRAP_PIN) as radio:
        await until_heard(ear, strap, "strap")
        bluez.unplug()
        await until(lambda: "no working Bluetooth adapter" in radio.health["strap"].why)
        bluez.plug_in()
        await until_heard(ear, strap, "strap")


async def test_bluetoothd_killed(bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor) -> None:
    """GIVEN two sensors WHEN bluetoothd dies without a word (bleak sees nothing) THEN both are down
    at once, and back when it is.
    """
    async with ear.radio(STRAP_PIN, POD_PIN) as radio:
        for _ in range(2):
            await until_heard(ear, strap, "strap")
            await until_heard(ear, pod, "pod", "2a53", STEP)
            await bluez.vanish()
            await until(lambda: not (ear.links("strap")[-1] or ear.links("pod")[-1]))
            await until(lambda: all(each.stage is Stage.OFF for each in radio.health.values()))
            await until(
                lambda: all(
                    "systemctl start bluetooth" in each.why for each in radio.health.values()
                )
            )
            await bluez.come_back()
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
    assert [True, False] * 3 == ear.links("strap") == ear.links("pod")


async def test_bluetoothd_killed_and_back_in_a_blink(
    bluez: FakeBluez, ear: Ear, strap: Sensor
) -> None:
    """GIVEN a strap that is held WHEN bluetoothd is killed and started again at once THEN bleak's
    old beliefs do not stand in the way.
    """
    async with ear.radio(STRAP_PIN):
        for times in range(1, 4):
            await until_heard(ear, strap, "strap")
            await bluez.vanish()
            await bluez.come_back()
            # Awaited before it changes.
            await until(lambda: ear.links("strap").count(False) == times)  # noqa: B023
        await until_heard(ear, strap, "strap")


async def test_bluetoothd_stopped_in_good_order(bluez: FakeBluez, ear: Ear, strap: Sensor) -> None:
    """GIVEN a strap WHEN bluetoothd is stopped and started by the system THEN it is heard again."""
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")
        await bluez.stop()
        await until(lambda: ear.links("strap")[-1] is False)
        await bluez.come_back()
        await until_heard(ear, strap, "strap")


async def test_the_bus_killed(bus: PrivateBus, bluez: FakeBluez, ear: Ear, strap: Sensor) -> None:
    """GIVEN a strap WHEN dbus-daemon is killed THEN down is told and the health says so; a new one
    at the old address: heard again.
    """
    async with ear.radio(STRAP_PIN) as radio:
        for _ in range(2):
            await until_heard(ear, strap, "strap")
            bus.kill()
            await bluez.vanish()
            await until(
                lambda: (
                    radio.health["strap"].stage is Stage.OFF
                    and "D-Bus is not running" in radio.health["strap"].why
                )
            )
            bus.start()
            await bluez.come_back()
        await until_heard(ear, strap, "strap")
        await bluez.vanish()  # the watch over bluetoothd is back, too
        await until(lambda: ear.links("strap")[-1] is False)
    assert [True, False] * 3 == ear.links("strap")


@pytest.mark.parametrize(
    ("method", "error", "text"),
    [
        ("Connect", "org.bluez.Error.InProgress", "Operation already in progress"),
        ("Connect", "org.bluez.Error.Failed", "Software caused connection abort"),
        ("Connect", "org.bluez.Error.Failed", "le-connection-abort-by-local"),
        ("Connect", "org.bluez.Error.NotReady", "Resource Not Ready"),
        ("Connect", "org.freedesktop.DBus.Error.UnknownObject", "no such object"),
        ("Connect", "org.freedesktop.DBus.Error.NoReply", "did not receive a reply"),
        ("StartNotify", "org.bluez.Error.InProgress", "Operation already in progress"),
        ("StartNotify", "org.bluez.Error.NotConnected", "Not Connected"),
        ("StartDiscovery", "org.bluez.Error.InProgress", "Operation already in progress"),
        ("StartDiscovery", "org.bluez.Error.NotReady", "Resource Not Ready"),
        ("SetDiscoveryFilter", "org.freedesktop.DBus.Error.NoReply", "did not receive a reply"),
        ("StopDiscovery", "org.bluez.Error.InProgress", "Operation already in progress"),
        ("StopDiscovery", "org.bluez.Error.Failed", "No discovery started"),
        ("Disconnect", "org.bluez.Error.Failed", "Not connected"),
        ("ReadValue", "org.bluez.Error.InProgress", "Operation already in progress"),
    ],
)
async def test_what_bluez_refuses_is_tried_again(
    bluez: FakeBluez, ear: Ear, strap: Sensor, method: str, error: str, text: str
) -> None:
    """GIVEN BlueZ refusing a method twice WHEN a strap is held, dropped and held again THEN it is
    heard both times.
    """
    bluez.fail(method, error, text, times=2)
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")
        strap.drop()
        await until_heard(ear, strap, "strap")


async def test_a_busy_subscription_is_tried_again_on_the_same_link(
    bluez: FakeBluez, ear: Ear, strap: Sensor
) -> None:
    """GIVEN BlueZ busy at StartNotify, which bleak does not try again, WHEN asked a third time THEN
    it is granted, without a second Connect.
    """
    bluez.fail(
        "StartNotify", "org.bluez.Error.InProgress", "Operation already in progress", times=2
    )
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")
    assert 1 == bluez.count("Connect")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "methods",
    [
        ["Connect"],
        ["StartNotify"],
        ["StartDiscovery"],
        ["Disconnect"],
        ["ReadValue"],
        ["Connect", "Disconnect"],
    ],
)
async def test_a_bluez_that_does_not_answer_is_not_waited_for(
    bluez: FakeBluez, ear: Ear, strap: Sensor, methods: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN calls that BlueZ never answers WHEN time is up THEN they are given up, and the strap is
    heard.
    """
    monkeypatch.setattr("kickcue.edges.radio.supervisor.CONNECT_S", 1.0)
    monkeypatch.setattr("kickcue.edges.radio.supervisor.HANG_UP_WAIT_S", 0.3)
    monkeypatch.setattr("kickcue.edges.radio.scanner.START_S", 0.3)
    monkeypatch.setattr("kickcue.edges.radio.connection.SUBSCRIBE_S", 0.3)
    monkeypatch.setattr("kickcue.edges.radio.connection.UNWIND_S", 0.1)
    for method in methods:
        bluez.hang(method)
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")
        await until(lambda: bluez.count("Disconnect"))  # it falls silent and is dropped
        await until_heard(ear, strap, "strap")


async def test_a_scan_that_hears_nothing_is_begun_anew(
    bluez: FakeBluez, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN an air without a single advertisement WHEN that lasts THEN the scan is begun anew, for
    BlueZ can scan without hearing.
    """
    monkeypatch.setattr("kickcue.edges.radio.scanner.DEAF_S", 0.05)
    monkeypatch.setattr("kickcue.edges.radio.scanner.CONNECTED_EVERY_S", 0.02)
    async with ear.radio(STRAP_PIN):
        await until(lambda: bluez.count("StartDiscovery") >= 3)


async def test_a_scan_of_ours_that_got_lost_in_bluez_is_ended(ear: Ear, strap: Sensor) -> None:
    """GIVEN a scan that nobody stops, so that BlueZ refuses every other, WHEN that stays so THEN
    the connection it hangs on is ended.
    """
    lost = BleakScanner()
    await lost.start()
    async with ear.radio(STRAP_PIN):
        await until_heard(ear, strap, "strap")


async def test_a_link_left_by_a_killed_run_is_adopted(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor
) -> None:
    """GIVEN sensors that are connected and advertise nothing, as after kill -9, WHEN started THEN
    they are heard without a Connect call.
    """
    bluez.leave_connected(strap)
    bluez.leave_connected(pod)
    async with ear.radio(STRAP_PIN, Pin("pod", profile(), name="Stryd")):
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
    assert 0 == bluez.count("Connect")


async def test_a_link_made_behind_our_back_is_adopted(
    bluez: FakeBluez, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a scan for a strap WHEN somebody else connects it, so that it advertises no more, THEN
    it is found all the same.
    """
    monkeypatch.setattr("kickcue.edges.radio.scanner.CONNECTED_EVERY_S", 0.05)
    async with ear.radio(STRAP_PIN):
        await until(lambda: bluez.count("StartDiscovery"))
        strap = bluez.add_sensor(STRAP, "strap", services={"180d": ["2a37"]})
        bluez.leave_connected(strap)
        await until_heard(ear, strap, "strap")


async def test_the_log_tells_a_failure_once(
    bluez: FakeBluez, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a strap that cannot be connected to WHEN tried again and again THEN one warning, not
    one for each attempt; then its coming.
    """
    bluez.fail("Connect", "org.bluez.Error.Failed", "connection refused", times=4)
    strap = bluez.add_sensor(STRAP, "strap", services={"180d": ["2a37"]})
    with caplog.at_level("INFO", "kickcue"):
        async with ear.radio(STRAP_PIN) as radio:
            await until_heard(ear, strap, "strap")
            await until(lambda: radio.health["strap"].stage is Stage.CONNECTED)
    told = [
        (record.levelname, record.message.partition(" ")[0])
        for record in caplog.records
        if record.name.endswith("supervisor")
    ]
    assert [("WARNING", "sensor_failed"), ("INFO", "sensor_up")] == told
    assert 5 == bluez.count("Connect")


@pytest.mark.parametrize("moment", ["nothing", "StartDiscovery", "Connect", "StartNotify"])
async def test_leaving_at_any_moment_leaves_nothing_behind(
    bluez: FakeBluez, ear: Ear, strap: Sensor, moment: str
) -> None:
    """GIVEN a radio that waits for an answer of BlueZ's WHEN left THEN it is left, no link stays,
    no task stays.
    """
    before = asyncio.all_tasks()

    def ours() -> set[asyncio.Task[object]]:
        return {task for task in asyncio.all_tasks() - before if "kickcue" in repr(task.get_coro())}

    if moment != "nothing":
        bluez.hang(moment)
    async with ear.radio(STRAP_PIN):
        await until(lambda: moment == "nothing" or bluez.count(moment))
    await until(lambda: not strap.connected)
    await until(lambda: not ours())


async def test_a_bluez_that_answers_nothing_does_not_hold_up_leaving(
    bluez: FakeBluez, ear: Ear, strap: Sensor, pod: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN two sensors held and a third being connected to WHEN BlueZ answers no Disconnect and
    the radio is left THEN it is left.
    """
    for bound in (
        "edges.radio.api.GOODBYE_S",
        "edges.radio.supervisor.HANG_UP_WAIT_S",
        "edges.radio.adapter.GOODBYE_S",
        "supervision.tasks.LAST_WORD_S",
    ):
        monkeypatch.setattr(f"kickcue.{bound}", 0.05)
    third = bluez.add_sensor(
        "C0:FF:EE:00:00:03", "third", services={"180d": ["2a37"]}, connect_s=PATIENCE_S
    )
    async with ear.radio(
        STRAP_PIN, POD_PIN, Pin("third", profile(), address=third.address)
    ) as radio:
        await until_heard(ear, strap, "strap")
        await until_heard(ear, pod, "pod", "2a53", STEP)
        await until(lambda: radio.health["third"].stage is Stage.CONNECTING)
        bluez.hang("Disconnect", times=10)
        bluez.hang("StopDiscovery", times=10)
    assert [True, False] == ear.links("strap") == ear.links("pod")


@pytest.mark.parametrize("losses", [10, pytest.param(25, marks=pytest.mark.long)])
async def test_winning_back_leaves_nothing_behind(
    losses: int, bluez: FakeBluez, ear: Ear, strap: Sensor
) -> None:
    """GIVEN a strap WHEN it is lost again and again, each fifth time because bluetoothd was killed
    THEN no task and no file is left over from any of it.
    """

    def open_things() -> tuple[int, int]:
        # In an async test, where pathlib is not welcome.
        return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    async with ear.radio(STRAP_PIN) as radio:
        await until_heard(ear, strap, "strap")
        await until(lambda: radio.health["strap"].firmware is not None)
        await until(lambda: bluez.count("StartDiscovery") == bluez.count("StopDiscovery"))
        before = open_things()
        for times in range(losses):
            if times % 5:
                strap.drop()
            else:
                await bluez.vanish()
                await bluez.come_back()
            await until(lambda: ear.links("strap").count(False) > times)  # noqa: B023  same
            await until_heard(ear, strap, "strap")
        # One that was just ending may have been counted before.
        await until(
            lambda: all(now <= then for now, then in zip(open_things(), before, strict=True))
        )


async def test_a_radio_without_d_bus_is_off_and_waits(bus: PrivateBus, ear: Ear) -> None:
    """GIVEN no D-Bus at all WHEN sensors are to be held THEN nothing is raised; the health says
    what is missing; with it they are heard.
    """
    bus.kill()
    async with ear.radio(STRAP_PIN) as radio:
        await until(lambda: radio.health["strap"].stage is Stage.OFF)
        assert "D-Bus is not running" in radio.health["strap"].why
        bus.start()
        await until(lambda: "systemctl start bluetooth" in radio.health["strap"].why)
        async with FakeBluez(bus) as late:
            strap = late.add_sensor(STRAP, "strap", services={"180d": ["2a37"]})
            await until_heard(ear, strap, "strap")


@pytest.mark.usefixtures("strap")
async def test_an_adapter_that_is_not_there_is_named(bluez: FakeBluez, ear: Ear) -> None:
    """GIVEN the adapter hci7 asked for WHEN there is none THEN the health names it, and no other is
    taken.
    """
    async with sensors([STRAP_PIN], ear.put, time.monotonic_ns, adapter="hci7") as radio:
        await until(lambda: radio.health["strap"].stage is Stage.OFF)
        assert (
            "no adapter 'hci7': bluetoothctl list shows those there are"
            == radio.health["strap"].why
        )
    assert 0 == bluez.count("StartDiscovery")
