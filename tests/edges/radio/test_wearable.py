"""A watch that is held: what reaches it is what its profile says, in its packets and at its pace,
and what is confirmed has reached it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest

from kickcue.config.watch_files import load_watch
from kickcue.core.errors import UsageError
from kickcue.core.events import Input, Notification
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import encode
from kickcue.core.watch.state_machine import CueContent
from kickcue.edges.radio import WatchPin, Wearable, wearable
from kickcue.edges.radio.watch_writer import Fate, WatchWriter
from kickcue.supervision.health import DeviceHealth, Stage
from kickcue.supervision.tasks import BackgroundTasks
from tests.beds.fake_bluez import FakeBluez
from tests.beds.sensor import Sensor, Write as Written
from tests.beds.watches import (
    NEW_ALERT,
    NUS_NOTIFY,
    NUS_WRITE,
    XOFF,
    XON,
    BangleJs,
    InfiniTime,
    bangle_in,
    infinitime_in,
)
from tests.edges.radio.bench import until
from tests.patience import PATIENCE_S

PINETIME = load_watch("infinitime")
BANGLE = load_watch("bangle-js")
TWO = CueContent(
    "bell", "last_lap", "Last lap: relax", None, ((150, 100, 1.0), (150, 0, 1.0)), 3, 2000
)


def writes(profile_steps: Sequence[object]) -> list[Write]:
    return [step for step in profile_steps if isinstance(step, Write)]


TWO_TAPS = writes(encode(PINETIME, TWO).steps)
TWO_BUZZES = writes(encode(BANGLE, TWO).steps)


def soon() -> float:
    return asyncio.get_running_loop().time() + PATIENCE_S


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a name believed after a tenth of a second."""
    monkeypatch.setattr("kickcue.edges.radio.device_selection.SETTLE_S", 0.1)


@pytest.fixture
def pinetime(bluez: FakeBluez) -> tuple[InfiniTime, Sensor]:
    return infinitime_in(bluez)


@pytest.fixture
def bangle(bluez: FakeBluez) -> tuple[BangleJs, Sensor]:
    return bangle_in(bluez)


@asynccontextmanager
async def worn(pin: WatchPin, said: list[bytes] | None = None) -> AsyncIterator[Wearable]:
    """Hold a watch, and begin once it is there; ``said`` gets what it notifies."""
    async with wearable(
        pin, received=lambda _char, data: None if said is None else said.append(data)
    ) as held:
        await until(held.connected.is_set)
        yield held


async def test_a_cue_is_written_as_the_profile_says(pinetime: tuple[InfiniTime, Sensor]) -> None:
    """GIVEN a PineTime around, told by neither address nor name WHEN a cue of two pulses is played
    THEN a ring and the tap that ends it.
    """
    watch, sensor = pinetime
    async with worn(WatchPin(PINETIME)) as held:
        assert await held.play(TWO_TAPS, soon())
        await until(lambda: len(watch.felt) == 2)
        await until(lambda: (71, "1.14.0") == (held.health.battery_percent, held.health.firmware))
        assert any("screen is off" in remark for remark in held.remarks)
    assert [Written(NEW_ALERT, step.data, with_response=True) for step in TWO_TAPS] == sensor.writes
    assert ["ring", "tap"] == [felt.what for felt in watch.felt]
    assert ["Last lap\0relax"] * 2 == list(watch.history)


async def test_remarks_are_those_of_the_firmware(pinetime: tuple[InfiniTime, Sensor]) -> None:
    """GIVEN firmware 1.16, which measures with its screen off WHEN that is known THEN only what
    still holds is remarked.
    """
    _, sensor = pinetime
    sensor.char("2a26").value = b"1.16.1"
    async with worn(WatchPin(PINETIME, name="InfiniTime")) as held:
        await until(lambda: held.health.firmware == "1.16.1")
        assert [quirk.why for quirk in PINETIME.quirks if quirk.firmware is None] == list(
            held.remarks
        )


@pytest.mark.parametrize("mtu", [23, 131, 247])
async def test_a_line_comes_in_packets_that_fit(bluez: FakeBluez, mtu: int) -> None:
    """GIVEN any MTU WHEN a line is played THEN no packet is larger than link and watch allow, and
    together they are the line.
    """
    watch, sensor = bangle_in(bluez, mtu=mtu)
    async with worn(WatchPin(BANGLE, address=sensor.address)) as held:
        assert await held.play(TWO_BUZZES, soon())
        await until(lambda: len(watch.felt) == 1)
    packets = [written.data for written in sensor.writes]
    assert b"\x03" == packets[0]
    assert all(len(packet) <= min(mtu, 131) - 3 for packet in packets)
    assert TWO_BUZZES[0].data == b"".join(packets[1:])
    assert {(NUS_WRITE, False)} == {
        (written.char, written.with_response) for written in sensor.writes
    }


async def test_a_watch_that_is_full_is_waited_for(bangle: tuple[BangleJs, Sensor]) -> None:
    """GIVEN a busy Bangle that has said XOFF WHEN a cue is to be played THEN nothing is written
    until XON, and nothing is lost.
    """
    watch, sensor = bangle
    filler = replace(TWO_BUZZES[0], data=b"\x10" + b" " * 120 + b"\n")
    said: list[bytes] = []
    async with worn(WatchPin(BANGLE, address=sensor.address), said) as held:
        watch.busy = True
        while not said:
            assert await held.order([filler], soon())
        before = len(sensor.writes)
        playing = asyncio.create_task(held.play(TWO_BUZZES, soon()))
        assert not (await asyncio.wait({playing}, timeout=0.1))[0]
        assert before == len(sensor.writes)
        watch.work()
        assert await playing
        await until(lambda: len(watch.felt) == 1)
    assert [XOFF, XON] == said
    assert 0 == watch.lost


async def test_a_watch_that_stays_full_is_connected_to_anew(
    bangle: tuple[BangleJs, Sensor],
) -> None:
    """GIVEN XOFF and no XON WHEN the time of a cue is over THEN it is not confirmed, and a new link
    serves the next one.
    """
    watch, sensor = bangle
    said: list[bytes] = []
    async with worn(WatchPin(BANGLE, address=sensor.address), said) as held:
        sensor.notify(NUS_NOTIFY, XOFF)
        await until(lambda: [XOFF] == said)
        assert not await held.play(TWO_BUZZES, asyncio.get_running_loop().time() + 1.0)
        assert "the watch accepts no more data" == held.why
        await until(lambda: held.health.connections == 2)
        assert await held.play(TWO_BUZZES, soon())
        await until(lambda: len(watch.felt) == 1)


async def test_a_refusal_is_tried_once_more_and_explained(
    bluez: FakeBluez, pinetime: tuple[InfiniTime, Sensor]
) -> None:
    """GIVEN a watch that refuses an alert once, or always WHEN played THEN the second attempt is
    felt; or it says so in one sentence.
    """
    watch, sensor = pinetime
    async with worn(WatchPin(PINETIME, address=sensor.address)) as held:
        bluez.fail("WriteValue", "org.bluez.Error.Failed", "Operation failed with ATT error: 0x11")
        assert await held.play(TWO_TAPS, soon())
        await until(lambda: len(watch.felt) == 2)
        bluez.fail(
            "WriteValue", "org.bluez.Error.Failed", "Operation failed with ATT error: 0x11", times=2
        )
        assert not await held.play(TWO_TAPS, soon())
        assert held.why.startswith("the watch refused")
    assert 2 == len(watch.felt)


@pytest.mark.parametrize("watch", ["pinetime", "bangle"])
async def test_what_may_have_arrived_is_not_repeated(
    watch: str, bluez: FakeBluez, request: pytest.FixtureRequest
) -> None:
    """GIVEN a link that is lost before the answer of the watch, or of a system that takes what no
    watch confirms WHEN it is back in time THEN the cue is not written again: it may have been felt.
    """
    _, sensor = request.getfixturevalue(watch)
    profile, steps = {"pinetime": (PINETIME, TWO_TAPS), "bangle": (BANGLE, TWO_BUZZES)}[watch]
    async with worn(WatchPin(profile, address=sensor.address)) as held:
        before = bluez.count("WriteValue")
        bluez.hang("WriteValue")
        playing = asyncio.create_task(held.play(steps, soon()))
        await until(lambda: bluez.count("WriteValue") > before)
        sensor.drop()
        assert not await playing
        await until(lambda: held.health.connections == 2)
    assert not {step.data for step in steps} & {written.data for written in sensor.writes}


@pytest.mark.parametrize(
    ("error", "written"),
    [
        ("org.bluez.Error.Failed", 2),
        ("org.freedesktop.DBus.Error.NoReply", 1),
    ],
)
async def test_only_what_the_system_has_refused_is_tried_again(
    error: str, written: int, bluez: FakeBluez, bangle: tuple[BangleJs, Sensor]
) -> None:
    """GIVEN a watch that confirms nothing WHEN the system refuses a cue THEN it is written once
    more; not so WHEN the system ended before it answered: it may have sent it.
    """
    _, sensor = bangle
    async with worn(WatchPin(BANGLE, address=sensor.address)) as held:
        before = bluez.count("WriteValue")
        bluez.fail("WriteValue", error, "x")
        assert (written == 2) == await held.play(TWO_BUZZES, soon())
        assert written == bluez.count("WriteValue") - before


async def test_a_cue_waits_for_a_link_that_comes_back_in_time(
    pinetime: tuple[InfiniTime, Sensor],
) -> None:
    """GIVEN a watch that is out of range WHEN it returns before the deadline THEN the cue is
    played; after the deadline it is not.
    """
    watch, sensor = pinetime
    async with worn(WatchPin(PINETIME, address=sensor.address)) as held:
        sensor.advertise(on=False)
        sensor.drop()
        await until(lambda: not held.connected.is_set())
        assert not await held.play(TWO_TAPS, asyncio.get_running_loop().time() + 0.05)
        playing = asyncio.create_task(held.play(TWO_TAPS, soon()))
        sensor.advertise(on=True)
        assert await playing
        await until(lambda: len(watch.felt) == 2)


async def test_a_race_is_told_and_told_again_after_a_loss(bangle: tuple[BangleJs, Sensor]) -> None:
    """GIVEN a race WHEN it begins, the link is lost, the race ends THEN the link is kept awake,
    anew after the loss, and let go.
    """
    watch, sensor = bangle
    awake, asleep = (
        order[0].data.decode().rstrip("\n")
        for order in (BANGLE.link.race_begins, BANGLE.link.race_ends)
    )
    async with worn(WatchPin(BANGLE, address=sensor.address)) as held:
        held.race(on=True)
        await until(lambda: [awake] == watch.lines)
        sensor.drop()
        await until(lambda: [awake, awake] == watch.lines)
        held.race(on=False)
        await until(lambda: [awake, awake, asleep] == watch.lines)


class Interrupted:
    """A line on which the race ends while what begins the link is being written."""

    def __init__(self, held: Wearable) -> None:
        self.sent: list[Write] = []
        self.lost = False
        self._held = held

    async def send(self, order: Write, _deadline_s: float) -> Fate:
        self.sent.append(order)
        if order == BANGLE.link.race_begins[-1]:
            self._held.race(on=False)
        return Fate.TAKEN


async def test_a_race_that_ends_while_the_link_is_made_is_told() -> None:
    """GIVEN a race that is on WHEN it ends while the new link is told that it is on THEN the watch
    is told the end as well.
    """
    aside = BackgroundTasks(lambda _: None)
    held = Wearable(BANGLE, DeviceHealth(), aside)
    held.race(on=True)
    line = Interrupted(held)
    assert await held.open(cast("WatchWriter", line), [])
    await until(lambda: BANGLE.link.race_ends[-1] in line.sent)
    assert [*BANGLE.link.on_connect, *BANGLE.link.race_begins, *BANGLE.link.race_ends] == line.sent


async def test_its_own_heart_rate_is_put(pinetime: tuple[InfiniTime, Sensor]) -> None:
    """GIVEN a watch with the standard heart rate WHEN it is asked for THEN what it notifies is put
    as sensor ``watch``.
    """
    _, sensor = pinetime
    heard: list[Input] = []
    async with wearable(WatchPin(PINETIME), put=heard.append, now_ns=time.monotonic_ns) as held:
        await until(held.connected.is_set)
        await until(lambda: sensor.notify("2a37", b"\x00\x48") or None)
        await until(
            lambda: (
                [b"\x00\x48"]
                == [e.data for e in heard if isinstance(e, Notification) and e.char == "2a37"][:1]
            )
        )


async def test_another_device_is_not_taken_for_the_watch(bluez: FakeBluez) -> None:
    """GIVEN an address that is a strap's WHEN it is pinned as a PineTime THEN it says what is
    missing, and writes nothing.
    """
    strap = bluez.add_sensor("C0:FF:EE:00:00:01", "Polar H10 1234", services={"180d": ["2a37"]})
    async with wearable(WatchPin(PINETIME, address=strap.address)) as held:
        await until(lambda: "is it the right watch?" in held.health.why)
        assert not await held.play(TWO_TAPS, asyncio.get_running_loop().time() + 0.01)
    assert [] == strap.writes


async def test_of_two_like_watches_neither_is_taken(
    bluez: FakeBluez, pinetime: tuple[InfiniTime, Sensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN two PineTimes WHEN none is named THEN none is connected to, and the reason names both
    addresses.
    """
    # The other may be heard much later than the one.
    monkeypatch.setattr("kickcue.edges.radio.device_selection.SETTLE_S", PATIENCE_S)
    _, first = pinetime
    second = bluez.add_sensor("C0:FF:EE:00:00:13", "InfiniTime", InfiniTime().services())
    async with wearable(WatchPin(PINETIME)) as held:
        await until(lambda: "2 devices may be" in held.health.why)
        assert Stage.LOOKING is held.health.stage
        assert all(address in held.health.why for address in (first.address, second.address))
    assert 0 == bluez.count("Connect")


def test_a_watch_that_cannot_be_recognised_has_to_be_named() -> None:
    """GIVEN a profile without any way to be recognised, or two ways at once WHEN pinned THEN what
    is wrong is said.
    """
    with pytest.raises(UsageError, match="its address or name"):
        WatchPin(load_watch("bangle-gb"))
    with pytest.raises(UsageError, match="got both"):
        WatchPin(PINETIME, address="C0:FF:EE:00:00:11", name="InfiniTime")
