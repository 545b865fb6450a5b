"""The machine is kept from sleeping while somebody wants that, and nothing depends on whether it
can be.
"""

import asyncio
import sys
import time
from functools import partial

import pytest

if sys.platform != "linux":
    pytest.skip("logind is Linux's", allow_module_level=True)

from kickcue.edges.sleep_inhibitor import (
    LOCKS,
    SleepInhibitionError,
    SleepInhibitor,
    sleep_inhibited,
)
from tests.beds.fake_logind import FakeLogind
from tests.beds.fixtures import bus
from tests.beds.private_bus import ENVIRONMENT, PrivateBus
from tests.edges.mqtt.conftest import until

__all__ = ["bus"]


def _was_asked(logind: FakeLogind, times: int) -> bool:
    return len(logind.asked) == times


async def test_sleep_is_inhibited_from_start_to_end(bus: PrivateBus) -> None:
    """GIVEN logind WHEN a race begins THEN one lock is held, against sleep, idleness and the lid,
    and it is let go at the end.
    """
    async with FakeLogind(bus) as logind:
        told: list[str] = []
        inhibitor = SleepInhibitor("a race is on", told.append)
        inhibitor.want(True)
        inhibitor.want(True)
        await until(lambda: logind.held == 1)
        assert [[LOCKS[0], "kickcue", "a race is on", "block"]] == logind.asked
        inhibitor.want(False)
        await until(lambda: logind.held == 0)
        inhibitor.want(True)
        await until(lambda: logind.held == 1)
        await inhibitor.close()
        await until(lambda: logind.held == 0)
        assert [] == told


@pytest.mark.parametrize("busy_s", [0.0, 0.01])
async def test_a_lock_that_comes_too_late_is_let_go(bus: PrivateBus, busy_s: float) -> None:
    """GIVEN a race that ends in the moment of its beginning, on a machine that has time or is busy,
    WHEN the lock is granted when nobody wants it any more, however little later, THEN it is not
    held until kickcue ends.
    """
    async with FakeLogind(bus) as logind:
        inhibitor = SleepInhibitor("a race is on", print)
        for later in range(20):
            inhibitor.want(True)
            while len(logind.asked) == later:  # noqa: ASYNC110  each step of the loop counts
                await asyncio.sleep(0)
            for _ in range(later):
                await asyncio.sleep(0)
            time.sleep(busy_s)  # noqa: ASYNC251  the lock comes and lies in the socket unread
            inhibitor.want(False)
        await until(lambda: logind.held == 0)


async def test_who_may_not_hold_the_lid_may_hold_sleep(bus: PrivateBus) -> None:
    """GIVEN a user who may inhibit sleep and not what the lid does THEN sleep is inhibited."""
    async with (
        FakeLogind(bus, refuses=("handle-lid-switch",)) as logind,
        sleep_inhibited("a race is on") as granted,
    ):
        assert (LOCKS[1], 1) == (granted, logind.held)


async def test_a_refusal_is_told_once_and_harms_nothing(bus: PrivateBus) -> None:
    """GIVEN a service without a session, which logind grants nothing WHEN two races are run THEN
    that is told once.
    """
    told: list[str] = []
    async with FakeLogind(bus, refuses=("sleep",)) as logind:
        inhibitor = SleepInhibitor("a race is on", told.append)
        for races in (1, 2):
            inhibitor.want(True)
            await until(partial(_was_asked, logind, races * len(LOCKS)))
            await until(lambda: bool(told))
            inhibitor.want(False)
        await inhibitor.close()
    assert [
        ("this machine may go to sleep during the race: logind refused (Permission denied)")
    ] == told


@pytest.mark.usefixtures("bus")
async def test_no_logind_on_the_bus() -> None:
    """GIVEN a bus without logind THEN that is what is said."""
    with pytest.raises(SleepInhibitionError, match="no logind"):
        async with sleep_inhibited("a race is on"):
            pass


@pytest.mark.parametrize("address", ["unix:path=/nowhere/at/all", "nonsense", ""])
async def test_no_bus_at_all(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """GIVEN a machine without D-Bus, as in a container THEN that is what is said."""
    monkeypatch.setenv(ENVIRONMENT, address)
    with pytest.raises(SleepInhibitionError, match="no D-Bus"):
        async with sleep_inhibited("a race is on"):
            pass
