"""gpsd: its reports become fixes, its failures are told and survived; a fake one for the failures,
the real one for the truth.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from kickcue.core.events import Fix
from kickcue.edges.gnss import Gpsd, gpsd as gpsd_module
from kickcue.supervision.back_off import BackOff
from tests.edges.gnss.conftest import FakeGpsd, fake_gpsd, tpv, until
from tests.ports import free_port


@asynccontextmanager
async def received(
    port: int, now_ns: Callable[[], int] = time.monotonic_ns
) -> AsyncIterator[tuple[Gpsd, list[Fix]]]:
    """Receive from a port of this machine."""
    found: list[Fix] = []
    receiver = Gpsd("127.0.0.1", port, found.append, now_ns)
    task = asyncio.create_task(receiver.run())
    try:
        yield receiver, found
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.wait({task})


@asynccontextmanager
async def both(
    now_ns: Callable[[], int] = time.monotonic_ns,
) -> AsyncIterator[tuple[FakeGpsd, Gpsd, list[Fix]]]:
    """Serve and receive; return once the receiver listens."""
    async with fake_gpsd() as fake, received(fake.port, now_ns) as (receiver, found):
        await until(lambda: fake.listeners == 1)
        yield fake, receiver, found


async def test_reports_become_fixes() -> None:
    """GIVEN a gpsd that tells positions THEN each is put once, as it comes, and there is no
    trouble.
    """
    async with both(lambda: 42) as (fake, receiver, found):
        fake.say(tpv(0), {"class": "SKY", "satellites": []}, tpv(1), tpv(1), tpv(2))
        await until(lambda: len(found) == 3)
        assert [tpv(n)["lat"] for n in range(3)] == [fix.lat_deg for fix in found]
        assert {42} == {fix.t_ns for fix in found}
        assert receiver.trouble is None
        assert '?WATCH={"enable":true,"json":true};' == fake.asked[0]


async def test_garbage_among_reports() -> None:
    """GIVEN lines that are no JSON, or JSON that is no report THEN they are passed over."""
    async with both() as (fake, _, found):
        fake.say_bytes(b"nonsense\n[]\nnull\n17\n{\xff\n\n" + b"[" * 10_000 + b"\n")
        fake.say(tpv(0))
        await until(lambda: len(found) == 1)
        assert fake.connections == 1


async def test_a_line_without_end() -> None:
    """GIVEN a line longer than gpsd's can be THEN the connection is given up and made anew."""
    async with both() as (fake, _, found):
        fake.say_bytes(b"x" * (2 * gpsd_module.LONGEST_LINE_BYTES))
        await until(lambda: fake.connections == 2 and fake.listeners == 1)
        fake.say(tpv(0))
        await until(lambda: len(found) == 1)


async def test_it_hangs_up_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a gpsd that closes the connection THEN the trouble is told, and positions go on as soon
    as it is there again.
    """
    # A pause that is drawn may be over before the test has looked.
    monkeypatch.setattr(BackOff, "pause_s", lambda self: self.ceiling_s)
    async with both() as (fake, receiver, found):
        fake.say(tpv(0))
        await until(lambda: receiver.trouble is None)
        fake.hang_up()
        await until(lambda: receiver.trouble is not None)
        await until(lambda: fake.connections == 2 and fake.listeners == 1)
        fake.say(tpv(1))
        await until(lambda: len(found) == 2)
        assert receiver.trouble is None


async def test_nobody_is_there() -> None:
    """GIVEN no gpsd THEN that is told with what to do, and it is found once it is started."""
    port = free_port()
    async with received(port) as (receiver, found):
        await until(lambda: "is it running?" in (receiver.trouble or ""))
        server = FakeGpsd()
        async with await asyncio.start_server(server.serve, "127.0.0.1", port):
            await until(lambda: server.listeners == 1)
            server.say(tpv(0))
            await until(lambda: len(found) == 1)
            server.hang_up()
            await until(lambda: server.listeners == 0 or server.connections > 1)  # it comes back


async def test_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a gpsd that says nothing THEN it is asked whether it is there: one that answers is
    kept, one that does not is given up.
    """
    monkeypatch.setattr(gpsd_module, "QUIET_S", 0.1)
    async with both() as (fake, receiver, _):
        # In a row, so on one connection: each begins with another question. A busy machine may
        # hold up an answer, and the first connection be given up.
        await until(
            lambda: (
                fake.asked[-3:] == ["?DEVICES;"] * 3
                and "can the receiver see the sky?" in (receiver.trouble or "")
            )
        )
        fake.answers = False
        before = fake.connections
        await until(lambda: fake.connections > before)


async def test_no_receiver_at_it() -> None:
    """GIVEN a gpsd without a receiver THEN that is told; WHEN one is plugged in THEN no more."""
    async with fake_gpsd() as fake:
        fake.devices = []
        async with received(fake.port) as (receiver, found):
            await until(lambda: "has no receiver" in (receiver.trouble or ""))
            fake.say(
                {
                    "class": "DEVICE",
                    "path": "/dev/ttyACM0",
                    "activated": "2026-05-01T12:00:00.000Z",
                },
                tpv(0),
            )
            await until(lambda: len(found) == 1)
            assert receiver.trouble is None


async def test_two_receivers_at_one_gpsd() -> None:
    """GIVEN two receivers at it THEN the first counts alone,
    until it is silent for more than 5 s.
    """
    now_s = [0.0]
    async with both(lambda: round(now_s[0] * 1e9)) as (fake, _, found):
        for second in range(3):
            fake.say(tpv(second), tpv(second, device="/dev/ttyUSB0", lat=10.0))
        await until(lambda: len(found) == 3)
        now_s[0] = 5.1
        fake.say(tpv(9, device="/dev/ttyUSB0", lat=10.0))
        await until(lambda: len(found) == 4)
        assert [*(tpv(second)["lat"] for second in range(3)), 10.0] == [
            fix.lat_deg for fix in found
        ]


async def test_positions_too_rough_for_a_line() -> None:
    """GIVEN positions to 50 m THEN they are put, for the recording, and the trouble says what a
    line wants.
    """
    async with both() as (fake, receiver, found):
        fake.say(tpv(0, eph=50.0))
        await until(lambda: len(found) == 1)
        assert "127.0.0.1" in (receiver.trouble or "")
        assert "accuracy ±20 m, but the finish line needs ±10 m" in (receiver.trouble or "")


async def test_positions_that_cease() -> None:
    """GIVEN no position for more than 10 s THEN it is told."""
    now_s = [0.0]
    async with both(lambda: round(now_s[0] * 1e9)) as (fake, receiver, found):
        fake.say(tpv(0))
        await until(lambda: len(found) == 1)
        assert receiver.trouble is None
        now_s[0] = 10.5
        assert "no position" in (receiver.trouble or "")
