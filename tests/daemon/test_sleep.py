"""A machine that slept: its clock goes on, what fell due meanwhile is too late, and while a race is
on it does not sleep at all.
"""

import asyncio
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from kickcue import machine_time
from kickcue.core.events import Command, CommandKind, Notification, Phase, Tick
from kickcue.core.units import NS_PER_S
from kickcue.daemon import clock as clock_module
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.outbox import Outbox, Outgoing
from tests.daemon.test_race_daemon import recorded, replays_alike, settings

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401
from tests.patience import PATIENCE_S


class Sleeper:
    """The machine's clock, and how long the machine has slept."""

    def __init__(self) -> None:
        self.slept_ns = 0

    def ns(self) -> int:
        return time.monotonic_ns() + self.slept_ns


@pytest.fixture
def sleeper(monkeypatch: pytest.MonkeyPatch) -> Sleeper:
    """Return a machine that can be made to have slept: the clock by which it has shows that, and no
    timer has run.
    """
    found = Sleeper()
    monkeypatch.setattr(machine_time, "machine_ns", found.ns)
    monkeypatch.setattr(clock_module, "machine_ns", found.ns)
    return found


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="there is no such clock here")
def test_the_machines_clock_counts_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN Linux THEN the clock is the one that goes on in sleep, whatever the monotonic one
    shows.
    """
    monkeypatch.setattr(time, "clock_gettime_ns", {time.CLOCK_BOOTTIME: 5}.__getitem__)
    assert 5 == machine_time.machine_ns()


def test_what_fell_due_in_a_sleep_is_done_when_it_is_over(sleeper: Sleeper) -> None:
    """GIVEN a time-out of an hour WHEN the machine sleeps for two THEN it is over as soon as the
    loop turns.
    """

    async def wait() -> None:
        async with asyncio.timeout(3600.0):
            sleeper.slept_ns = 7200 * NS_PER_S
            while True:  # noqa: ASYNC110  the loop has to turn, as with any sensor that speaks
                await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        machine_time.run(wait())


def test_a_cue_that_waited_through_a_sleep_is_dropped(sleeper: Sleeper) -> None:
    """GIVEN a cue that waits for a broker, worth two seconds WHEN the machine sleeps for a minute
    THEN it is never sent.
    """

    async def wait() -> int:
        outbox = Outbox()
        outbox.put(
            Outgoing(
                "kickcue/runner/cue", b"{}", asyncio.get_running_loop().time() + 2.0, urgent=True
            )
        )
        sleeper.slept_ns = 60 * NS_PER_S
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await outbox.get()
        return outbox.expired

    assert 1 == machine_time.run(wait())


def test_race_time_goes_on_in_a_sleep(sleeper: Sleeper, tmp_path: Path) -> None:
    """GIVEN a race WHEN the machine sleeps for 90 s THEN the engine hears of it when it is over,
    and the recording replays alike.
    """

    async def race() -> None:
        async with live(settings(), state=tmp_path) as run:
            run.put(Notification(run.clock.run_ns(), "pod", "2a53", bytes(4)))
            run.put(Command(run.clock.run_ns(), CommandKind.START))
            await until(lambda: run.phase is Phase.BODY)
            sleeper.slept_ns = 90 * NS_PER_S
            await until(
                lambda: run.session is not None and (run.session.wake_ns or 0) > 90 * NS_PER_S
            )

    machine_time.run(race())
    recording = recorded(tmp_path)
    assert any(isinstance(event, Tick) and event.t_ns > 90 * NS_PER_S for event in recording.inputs)
    assert replays_alike(recording)


if sys.platform == "linux":
    from tests.beds.fake_logind import FakeLogind
    from tests.beds.fixtures import bus
    from tests.beds.private_bus import PrivateBus

    __all__ = ["bus"]

    def _holds(logind: FakeLogind, locks: int) -> bool:
        return logind.held == locks

    async def test_while_a_race_is_on_the_machine_does_not_sleep(
        bus: PrivateBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """GIVEN logind WHEN a race is started, ended by mistake, taken up again and given up THEN
        sleep is inhibited just while it is on.
        """
        monkeypatch.setattr("kickcue.edges.sleep_inhibitor.ANSWER_S", PATIENCE_S)
        async with FakeLogind(bus) as logind, live(settings(), state=tmp_path) as run:
            for kind, held in (
                (CommandKind.START, 1),
                (CommandKind.FINISH, 0),
                (CommandKind.UNDO_LAP, 1),
                (CommandKind.ABORT, 0),
            ):
                assert 1 - held == logind.held
                run.put(Command(run.clock.run_ns(), kind))
                await until(partial(_holds, logind, held))
            assert [] == [note for note in run.notes if "sleep" in note]
