"""``kickcue press``: one press with its answer, a keyboard on a terminal, and one line where nobody
takes it.
"""

import asyncio
import contextlib
import io
import itertools
import json
import os
import signal
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import main
from kickcue.cli.press import DaemonView
from kickcue.core.events import (
    Command,
    CommandKind,
    Estimate,
    Mark,
    MarkSource,
    Mode,
    Orderer,
    Phase,
    PhaseChange,
)
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.mqtt.topics import Topics
from tests.cli.patient_press import be_patient, says_where
from tests.cli.tui.terminals import Limits, Terminal, on_a_terminal
from tests.conftest import REPO
from tests.patience import PATIENCE_S

WORTH: Final[Limits] = {"kickcue.edges.mqtt.watch_client.COMMAND_WORTH_S": PATIENCE_S}
"""A press is sent a second late rather than not at all."""


@pytest.fixture(autouse=True)
def own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own brokers out of the tests."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the daemon say sooner that it is there, and the answer be waited for until it comes: a
    busy machine takes its time.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.rivals.LISTEN_NS", 100_000_000)
    monkeypatch.setattr("kickcue.edges.mqtt.inbound.LATEST_MS", 60_000)
    be_patient(monkeypatch, says_where)


@dataclass
class Daemon:
    """A private broker and the daemon's side of it."""

    broker: PrivateBroker
    delivery: Delivery
    clock: Callable[[], int]
    telling: asyncio.Task[None] | None = None

    def is_in_lap_5(self) -> None:
        """Tell that the race is on, and where the runner is, again and again: the state is sent
        without a receipt.
        """
        self.delivery.send(PhaseChange(self.clock(), Phase.BODY, Phase.WAITING))
        self.telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        for bpm in itertools.cycle((150.0, 151.0)):
            self.delivery.send(
                Estimate(
                    self.clock(),
                    1999.0,
                    2.1,
                    5.6,
                    184.0,
                    bpm,
                    5,
                    3001.0,
                    400.0,
                    Mode.MARKS,
                    5,
                    5,
                    2.0,
                )
            )
            await asyncio.sleep(0.2)


@pytest.fixture
async def daemon() -> AsyncIterator[Daemon]:
    start_ns = time.monotonic_ns()

    def clock() -> int:
        return time.monotonic_ns() - start_ns

    async with (
        private_broker(Topics()) as broker,
        deliver(broker.address, Topics(), run_id="run", now_ns=clock) as delivery,
    ):
        daemon = Daemon(broker, delivery, clock)
        yield daemon
        if daemon.telling is not None:
            daemon.telling.cancel()


async def press(*options: str) -> tuple[int, str, str]:
    """Run ``press`` in a thread of ours, one at a time; return exit status and what it printed."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        async with asyncio.timeout(PATIENCE_S):
            status = await asyncio.to_thread(main, ["press", *options])
    return status, out.getvalue(), err.getvalue()


async def press_as_program(*options: str) -> tuple[int | None, str, str]:
    """Do the same in a process of its own: several may run at once."""
    program = [sys.executable, "-m", "tests.cli.patient_press", *options]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *program, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, cwd=REPO
    )
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def is_in(phase: Phase, view: DaemonView) -> bool:
    return view.status is not None and view.status.phase is phase


async def test_one_press_by_the_runner(daemon: Daemon) -> None:
    """GIVEN a race that runs WHEN start, lap, undo and finish are pressed THEN the engine gets each
    as the runner's own, and each is answered.
    """
    daemon.is_in_lap_5()
    words = ("start", "lap", "undo", "finish")
    answers = await asyncio.gather(*(press_as_program(word) for word in words))
    assert [
        (0, f"{word} sent: lap 5, 3001 ± 4 m to go, by marks\n", "") for word in words
    ] == answers
    events = [await daemon.delivery.incoming.get() for _ in words]
    kinds = {event.kind for event in events if isinstance(event, Command) and event.by is None}
    assert {CommandKind.START, CommandKind.LAP, CommandKind.UNDO_LAP, CommandKind.FINISH} == kinds


async def test_one_press_by_a_helper_as_json(daemon: Daemon) -> None:
    """GIVEN a race that runs WHEN a helper presses lap THEN the engine gets a mark from beside the
    track, and JSON tells where the runner is.
    """
    daemon.is_in_lap_5()
    status, out, _ = await press("lap", "--trackside", "--json")
    told = json.loads(out)
    assert (0, "lap", "trackside", "body") == (status, told["pressed"], told["by"], told["phase"])
    assert (5, 3001.0) == (told["state"]["lap"], told["state"]["to_go_m"])
    event = await daemon.delivery.incoming.get()
    assert isinstance(event, Mark)
    assert MarkSource.TRACKSIDE is event.source


async def test_a_corrected_distance(daemon: Daemon) -> None:
    """GIVEN a race of 5000 m WHEN a helper says how long it is.

    THEN the engine gets the metres, and the answer tells whether it is that long now.
    """
    daemon.is_in_lap_5()
    taken = await press("distance", "5000m", "--trackside")
    refused = await press("distance", "3k")
    assert (0, "distance sent: lap 5, 3001 ± 4 m to go, by marks\n", "") == taken
    why = "distance was sent, but the race stays 5000 m: see the runner's screen for the reason"
    assert (1, f"kickcue: {why}\n") == (refused[0], refused[2])
    orders = {
        (event.by, event.race_distance_m)
        for event in [await daemon.delivery.incoming.get() for _ in range(2)]
        if isinstance(event, Command)
    }
    assert {(Orderer.TRACKSIDE, 5000.0), (None, 3000.0)} == orders


async def test_a_distance_is_corrected_before_the_gun(daemon: Daemon) -> None:
    """GIVEN a daemon that waits WHEN the distance is corrected THEN it is taken, with status 0."""
    daemon.delivery.send(PhaseChange(daemon.clock(), Phase.WAITING, Phase.WAITING))
    status, out, _ = await press("distance", "mile")
    assert (0, "distance sent: waiting\n") == (status, out)


@pytest.mark.parametrize(
    ("phase", "word", "says"),
    [
        (Phase.WAITING, "lap", "lap was sent, but no race is on (waiting)"),
        (Phase.WAITING, "undo", "undo was sent, but no race is on (waiting)"),
        (Phase.WAITING, "start", "start was sent, but the race has not started (waiting)"),
        (Phase.FINISHED, "lap", "lap was sent, but no race is on (finished)"),
        (Phase.ABORTED, "finish", "finish was sent, but no race is on (stopped)"),
    ],
)
async def test_a_press_that_nobody_can_take(
    daemon: Daemon, phase: Phase, word: str, says: str
) -> None:
    """GIVEN a daemon without a race that is on WHEN something is pressed THEN what is the case is
    told, with status 1.
    """
    daemon.delivery.send(PhaseChange(daemon.clock(), phase, phase))
    assert (1, "", f"kickcue: {says}\n") == await press(word)


async def test_json_tells_why_nobody_can_take_a_press(daemon: Daemon) -> None:
    """GIVEN a daemon without a race that is on WHEN lap is pressed with --json THEN the trouble
    stands in the object, with status 1.
    """
    daemon.delivery.send(PhaseChange(daemon.clock(), Phase.WAITING, Phase.WAITING))
    status, out, _ = await press("lap", "--json")
    assert (1, "no race is on (waiting)") == (status, json.loads(out)["trouble"])


async def test_the_press_that_starts_or_ends_a_race(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a daemon WHEN start is pressed and the race begins, then finish and it ends THEN both
    are taken, with status 0.
    """
    daemon.delivery.send(PhaseChange(daemon.clock(), Phase.WAITING, Phase.WAITING))
    for word, before, after in (
        ("start", Phase.WAITING, Phase.BODY),
        ("finish", Phase.BODY, Phase.FINISHED),
    ):
        be_patient(monkeypatch, partial(is_in, after))
        pressing = asyncio.create_task(press(word))
        assert isinstance(await daemon.delivery.incoming.get(), Command)
        daemon.delivery.send(PhaseChange(daemon.clock(), after, before))
        status, out, err = await pressing
        assert (0, "") == (status, err)
        assert out.startswith(f"{word} sent: {after.value.replace('body', 'race')}")


async def test_an_end_says_that_it_can_be_taken_back(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a race WHEN it is given up from a script THEN the answer says how to take that back."""
    be_patient(monkeypatch, partial(is_in, Phase.ABORTED))
    daemon.is_in_lap_5()
    pressed = asyncio.create_task(press("abort"))
    event = await daemon.delivery.incoming.get()
    assert isinstance(event, Command)
    assert CommandKind.ABORT is event.kind
    daemon.delivery.send(PhaseChange(daemon.clock(), Phase.ABORTED, Phase.BODY))
    status, out, _ = await pressed
    assert 0 == status
    assert out.endswith("(not over? undo works for one minute)\n")


async def test_nobody_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a broker, but no daemon WHEN something is pressed THEN one line says that nobody took
    it, with status 1.
    """
    be_patient(monkeypatch, lambda _: True)
    async with private_broker(Topics()):
        status, out, err = await press("lap")
    assert (1, "", "kickcue: no answer to the press: no kickcue is online at kickcue/runner\n") == (
        status,
        out,
        err,
    )


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["lap"], 2, "no kickcue broker is running on this machine"),
        ([], 2, "expected what to press (lap, start, undo, finish, abort, distance)"),
        (["--json"], 2, "expected what to press"),
        (["lunch"], 2, "expected abort, distance, finish, lap, start or undo, got 'lunch'"),
        (["distance"], 2, "distance: expected a race distance, such as 3000, mile, 10k"),
        (["distance", "lunch"], 2, "unknown event 'lunch'"),
        (["distance", "10m"], 2, "did you mean 10mile, 10k or 10000m?"),
        (["lap", "3000"], 2, "expected lap alone, got lap 3000"),
        (["lap", "--broker", "mqtt://127.0.0.1:1"], 1, "cannot connect: Connection refused"),
    ],
)
def test_what_cannot_be_pressed_is_one_line(
    options: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no broker, nothing to press and no terminal, or a wrong word THEN one line on stderr
    and exit status 1 or 2.
    """
    assert status == main(["press", *options])
    out, err = capsys.readouterr()
    assert ("", 1) == (out, err.count("\n"))
    assert says in err


# ---- a keyboard


def terminal(
    *options: str, limits: Limits | None = None
) -> contextlib.AbstractAsyncContextManager[Terminal]:
    """Run ``kickcue press`` on a terminal of its own."""
    return on_a_terminal("press", *options, folder=Path(), limits=limits)


async def test_a_keyboard_beside_the_track(daemon: Daemon) -> None:
    """GIVEN a terminal WHEN a helper presses Enter, u, s, f twice and x twice THEN each comes as a
    helper's; where the runner is is shown; q leaves in order.
    """
    daemon.is_in_lap_5()
    async with terminal("--trackside", limits=WORTH) as shown:
        await shown.shows(
            "lap 5, 3001 ± 4 m to go, by marks", "kickcue/runner", "trackside", "● online"
        )
        shown.press("f")
        await shown.shows("It is still far to the finish. Press f again")
        for number, (key, name) in enumerate(
            (("\n", "lap"), ("u", "undo lap"), ("s", "start"), ("ff", "finish")), 1
        ):
            shown.press(key)
            await shown.shows(f"{name} ({number}): sent")
        shown.press("x")
        await shown.shows("Abandon the race? Press x again")
        shown.press("x")
        await shown.shows("abort (5): sent")
        events = [await daemon.delivery.incoming.get() for _ in range(5)]
        assert isinstance(events[0], Mark)
        orders = [(event.kind, event.by) for event in events if isinstance(event, Command)]
        assert [
            (kind, Orderer.TRACKSIDE)
            for kind in (
                CommandKind.UNDO_LAP,
                CommandKind.START,
                CommandKind.FINISH,
                CommandKind.ABORT,
            )
        ] == orders
        shown.press("q")
        assert await shown.left() == 0
        assert termios.tcgetattr(shown.slave) == shown.before


async def test_a_distance_is_typed_at_the_keyboard(daemon: Daemon) -> None:
    """GIVEN a keyboard beside the track WHEN d and a distance are typed, left by q, and typed
    again.

    THEN what was left orders nothing, a space meanwhile is a lap, and Enter corrects the distance.
    """
    daemon.is_in_lap_5()
    async with terminal("--trackside", limits=WORTH) as shown:
        await shown.shows("lap 5, 3001 ± 4 m to go, by marks")
        shown.press("d")
        await shown.shows("How long is the race?")
        shown.press("30 00q")
        await shown.shows("lap (1): sent")
        shown.press("d5k\n")
        await shown.shows("distance (2): sent")
        lap, distance = [await daemon.delivery.incoming.get() for _ in range(2)]
        assert isinstance(lap, Mark)
        assert isinstance(distance, Command)
        assert (Orderer.TRACKSIDE, 5000.0) == (distance.by, distance.race_distance_m)
        shown.press("q")
        assert await shown.left() == 0


async def test_a_keyboard_waits_for_a_run_and_finds_it() -> None:
    """GIVEN no run WHEN a helper opens the keyboard THEN it says that it waits, and is online with
    the run that comes, and with the next.
    """
    async with terminal() as shown:
        for _ in range(2):
            await shown.shows("waiting for `kickcue run` on this machine")
            async with (
                private_broker(Topics()) as broker,
                deliver(broker.address, Topics(), run_id="run", now_ns=time.monotonic_ns),
            ):
                await shown.shows("● online")
            shown.forget()
        shown.press("q")
        assert await shown.left() == 0


def stands_still(pid: int) -> bool:
    """Tell whether each thread of a process is stopped."""
    states = [each.read_text().rpartition(")")[2].split()[0] for each in _threads(pid)]
    return all(state == "T" for state in states)


def _threads(pid: int) -> Iterable[Path]:
    return Path(f"/proc/{pid}/task").glob("*/stat")  # none without /proc, as on macOS


async def test_a_connection_that_is_lost_is_shown(daemon: Daemon) -> None:
    """GIVEN a keyboard WHEN the broker freezes THEN a press is told not to have been sent, and that
    the connection is back when it is.
    """
    daemon.is_in_lap_5()
    async with terminal() as shown:
        await shown.shows("● online")
        os.kill(daemon.broker.server_pid, signal.SIGSTOP)
        # A busy machine stops it only a moment later, and may have lost the connection before.
        await shown.until(partial(stands_still, daemon.broker.server_pid))
        shown.forget()
        await shown.shows("no connection; retrying")
        shown.press(" ")
        await shown.shows("lap (1): 1 not sent")
        shown.forget()
        os.kill(daemon.broker.server_pid, signal.SIGCONT)
        await shown.shows("● online")
        assert "Traceback" not in shown.text
