"""Cues on watches over the real BlueZ: sender, broker, bridge, unmodified bleak, ``bluetoothd``,
kernel, and the watch's own firmware's manner.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from kickcue.config.watch_files import load_watch
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import encode
from kickcue.core.watch.state_machine import CueContent
from kickcue.daemon.bridge import BY_TIMER, LINK, Bridge, bridge
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.radio import WatchPin
from tests.bluez.conftest import ADDRESSES, Bed, until
from tests.bluez.wrist import BANGLE_MTU, bangle, infinitime
from tests.daemon.bridge.bench import TTL_MS, Race, race, until_ready
from tests.edges.mqtt.conftest import TOPICS

PULSES: Final = ((150, 100, 1.0), (150, 0, 1.0))
BELL: Final = CueContent("run/bell", "last_lap", "Last lap: relax", None, PULSES, 3, TTL_MS)
PATIENT_TTL_MS: Final = 10_000
"""Of a cue that has to wait for a bluetoothd that is started on a busy machine."""
NO_MEMORY: Final = 0x11
"""ATT: insufficient resources."""


def bytes_of(profile: str) -> list[bytes]:
    """Return what a profile says of the bell's cue."""
    return [
        step.data for step in encode(load_watch(profile), BELL).steps if isinstance(step, Write)
    ]


@pytest_asyncio.fixture(loop_scope="session")
async def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PrivateBroker]:
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    async with private_broker(TOPICS) as private:
        yield private


@asynccontextmanager
async def bridged(
    broker: PrivateBroker, profile: str, address: str, state: Path
) -> AsyncIterator[tuple[Race, Bridge]]:
    """Give a sender, and a bridge that is ready for its cues."""
    pin = WatchPin(load_watch(profile), address=address)
    async with race(broker) as sender, bridge(pin, broker.watch, TOPICS, state=state) as running:
        await until_ready(running)
        yield sender, running


async def test_an_infinitime_feels_a_cue(bed: Bed, broker: PrivateBroker, tmp_path: Path) -> None:
    """GIVEN a PineTime WHEN a cue is sent, and another that it refuses once, THEN the profile's
    bytes arrive, and each is answered as felt.
    """
    address = next(ADDRESSES)
    async with (
        infinitime(bed, address) as (worn, _, taken),
        bridged(broker, "infinitime", address, tmp_path) as (sender, running),
    ):
        await until(
            lambda: (
                (71, "1.14.0")
                == (running.worn.health.battery_percent, running.worn.health.firmware)
            )
        )
        sender.delivery.send(sender.cue())
        await until(lambda: len(worn.felt) == 2)
        assert bytes_of("infinitime") == taken.data
        await asyncio.sleep(running.profile.timing.min_spacing_ms / 1000)
        taken.refuse = NO_MEMORY
        sender.delivery.send(sender.cue("second"))
        await until(lambda: len(worn.felt) == 4)
        await until(lambda: len(sender.acks) > 1)
        assert [("bell", True, None), ("second", True, None)] == sender.acks


async def test_a_bangle_is_written_to_at_its_pace(
    bed: Bed, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a Bangle.js whose buffer is nearly full WHEN a cue is sent THEN it waits for XON, fits
    the MTU, and nothing is lost.
    """
    address = next(ADDRESSES)
    async with (
        bangle(bed, address) as (worn, _, taken),
        bridged(broker, "bangle-js", address, tmp_path) as (sender, running),
    ):
        worn.busy = True
        # Of several, the watch might stop the second.
        one_packet = b"\x10" + b" " * (BANGLE_MTU - 3 - 2) + b"\n"
        filler = Write(
            running.profile.link.service, running.profile.link.char, one_packet, response=False
        )
        while not worn.stopped:
            assert await running.worn.order([filler], asyncio.get_running_loop().time() + 5.0)
            await asyncio.sleep(0.05)
        sender.delivery.send(sender.cue())
        await until(lambda: sender.delivery.counters.cues == 1)
        worn.work()
        await until(lambda: len(worn.felt) == 1)
        await until(lambda: sender.acks)
        assert [("bell", True, None)] == sender.acks
    assert 0 == worn.lost
    assert max(map(len, taken.data)) == BANGLE_MTU - 3
    assert b"".join(taken.data).endswith(b"".join(bytes_of("bangle-js")))


async def test_a_link_lost_while_armed_costs_nothing(
    bed: Bed, broker: PrivateBroker, tmp_path: Path, figures: list[str]
) -> None:
    """GIVEN an armed cue WHEN the watch reboots and bluetoothd is killed before it is due THEN it
    is felt at its time, once, and answered.
    """
    address, loop = next(ADDRESSES), asyncio.get_running_loop()
    async with (
        infinitime(bed, address) as (worn, sensor, _),
        bridged(broker, "infinitime", address, tmp_path) as (sender, running),
    ):
        due_s = loop.time() + 15.0
        sender.delivery.send(sender.arm(15_000, ttl_ms=PATIENT_TTL_MS))
        await until(lambda: running.broker.wrist.armed)
        lost_s = loop.time()
        await sensor.drop()
        await until(lambda: running.worn.health.connections == 2)
        back_s = loop.time()
        await bed.machine.kill_bluetoothd()
        await until(lambda: not running.worn.connected.is_set())
        await bed.machine.start_bluetoothd()
        await until(running.worn.connected.is_set)
        again_s = loop.time()
        await until(lambda: len(worn.felt) == 2)
        await until(lambda: sender.acks)
        assert [("bell", True, None)] == sender.acks
        felt_s = worn.felt[0].at_s
    figures.append(
        f"watch bridge: back {back_s - lost_s:.1f} s after a drop, {again_s - back_s:.1f} s after "
        f"bluetoothd was killed; the armed cue {felt_s - due_s:+.2f} s from its time"
    )
    assert due_s - 1.0 <= felt_s <= due_s + PATIENT_TTL_MS / 1000


async def test_a_watch_that_stays_away_feels_nothing_late(
    bed: Bed, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a watch out of range WHEN a cue's worth is over THEN it is answered as not felt, and
    back again it feels only what comes next.
    """
    address = next(ADDRESSES)
    async with (
        infinitime(bed, address) as (worn, sensor, taken),
        bridged(broker, "infinitime", address, tmp_path) as (sender, running),
    ):
        await sensor.hide()
        await sensor.drop()
        await until(lambda: not running.worn.connected.is_set())
        sender.delivery.send(sender.cue())
        await until(lambda: sender.acks)
        assert [("bell", False, LINK)] == sender.acks
        await sensor.show()
        await until(running.worn.connected.is_set)
        sender.delivery.send(sender.cue("next"))
        await until(lambda: len(worn.felt) == 2)
    assert bytes_of("infinitime") == taken.data


async def test_a_bangle_with_the_app_needs_no_link_at_the_bell(
    bed: Bed, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a cue that was armed on the watch WHEN the link is lost for good THEN the watch feels
    it by itself, once.
    """
    address = next(ADDRESSES)
    async with (
        bangle(bed, address) as (worn, sensor, _),
        bridged(broker, "bangle-gb", address, tmp_path) as (sender, _),
    ):
        sender.delivery.send(sender.arm(3000))
        await until(lambda: worn.armed)
        await sensor.hide()
        await sensor.drop()
        await until(lambda: sender.acks)
        assert [("bell", False, BY_TIMER)] == sender.acks
        assert ["run/bell"] == [felt.id for felt in worn.felt]
        await sensor.show()
