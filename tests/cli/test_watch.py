"""``kickcue watch``: on a terminal, in a pipe, as JSON, and when there is nothing to watch."""

import asyncio
import contextlib
import json
import os
import signal
import termios
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import main
from kickcue.cli.format.console import console
from kickcue.cli.tui.watch_face import HEIGHT, WIDTH, Face
from kickcue.cli.watch_output import WatchLines
from kickcue.core.events import (
    Arm,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    LegBegin,
    LegKind,
    Mode,
    Phase,
    PhaseChange,
)
from kickcue.core.units import s_to_ns
from kickcue.core.watch.state_machine import CueAck, CueContent, Play
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver, new_run_id
from kickcue.edges.mqtt.liveness import SenderSilent
from kickcue.edges.mqtt.messages import (
    ArmMessage,
    DisarmMessage,
    LegMessage,
    StateMessage,
    StatusMessage,
    touch_message,
)
from kickcue.edges.mqtt.topics import Topics
from tests.cli.tui.terminals import Terminal, on_a_terminal, program
from tests.patience import PATIENCE_S

PULSES = ((100, 50, 1.0), (100, 0, 0.5))


@pytest.fixture(autouse=True)
def own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own brokers out of the tests."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@dataclass
class Sender:
    """A private broker and the sender's side of it."""

    broker: PrivateBroker
    delivery: Delivery
    clock: Callable[[], int]

    def cue(self) -> Cue:
        return Cue(
            self.clock(),
            "c1",
            CueKind.LAST_LAP,
            "Last lap: turnover up",
            None,
            PULSES,
            3,
            60_000,
            400.0,
            2.0,
        )


@pytest.fixture
async def sender(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sender]:
    # Where the runner is is sent once here: a second late rather than not at all.
    monkeypatch.setattr("kickcue.edges.mqtt.delivery.STATE_WORTH_NS", s_to_ns(PATIENCE_S))
    monkeypatch.setattr("kickcue.edges.mqtt.inbound.LATEST_MS", 60_000)
    start_ns = time.monotonic_ns()

    def clock() -> int:
        return time.monotonic_ns() - start_ns

    async with (
        private_broker(Topics()) as broker,
        deliver(broker.address, Topics(), run_id="run", now_ns=clock) as delivery,
    ):
        yield Sender(broker, delivery, clock)


@contextlib.asynccontextmanager
async def watching(*options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``kickcue watch`` with its output in a pipe."""
    limits = {"kickcue.cli.watch_programs.PATIENCE_S": PATIENCE_S}
    process = await asyncio.create_subprocess_exec(
        *program("watch", *options, limits=limits),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def next_line(process: asyncio.subprocess.Process, fits: Callable[[str], bool]) -> str:
    """Return the next line that fits."""
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        if fits(line):
            return line
    pytest.fail("the watch has ended")


async def ended(process: asyncio.subprocess.Process) -> int:
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode is not None
    return process.returncode


async def test_json_tells_each_thing_that_happens(sender: Sender) -> None:
    """GIVEN a private broker WHEN `watch --json` runs without a URL THEN it finds it, prints
    status, state, arm, cue and ack, and acknowledges.
    """
    async with watching("--json") as process:
        records = [json.loads(await next_line(process, bool))]
        while [record["type"] for record in records].count("status") < 3:
            # One retained and two live: now it knows what is late.
            records.append(json.loads(await next_line(process, bool)))
        sender.delivery.send(
            Estimate(sender.clock(), 4571.3, 2.1, 5.6, 184.0, None, 12, 428.7, 5.1, Mode.MARKS)
        )
        sender.delivery.send(Arm(sender.clock(), sender.cue(), due_in_ms=60_000))
        sender.delivery.send(sender.cue())
        while {"state", "arm", "cue", "ack"} - {record["type"] for record in records}:
            records.append(json.loads(await next_line(process, bool)))
        (cue,) = [record for record in records if record["type"] == "cue"]
        assert (cue["kind"], cue["text"], cue["pulses"], cue["from_timer"]) == (
            "last_lap",
            "Last lap: turnover up",
            [list(p) for p in PULSES],
            False,
        )
        state = next(record for record in records if record["type"] == "state")
        assert (state["to_go_m"], state["heart_rate_bpm"]) == (428.7, None)
        ack = await sender.delivery.incoming.get()
        assert (ack.cue_id, ack.felt) == ("c1", True)  # type: ignore[union-attr]
        assert await ended(process) == 0


async def test_a_pipe_gets_lines_without_colours_or_bells(sender: Sender) -> None:
    """GIVEN a pipe WHEN states and a cue come THEN there is one plain line for each: place and
    error; kind, words, pulses.
    """
    async with watching("--broker", sender.broker.watch.with_password()) as process:
        await next_line(process, lambda line: "online" in line)
        sender.delivery.send(
            Estimate(
                sender.clock(),
                4500.0,
                20.0,
                5.0,
                184.0,
                None,
                12,
                500.0,
                20.0,
                Mode.POD,
                11,
                12,
                4.0,
            )
        )
        line = await next_line(process, lambda line: "to go" in line)
        assert line.endswith(
            "500 ± 39 m to go, lap 11 or 12, bell in 0:20 ± 8 s, 184 steps/min, - bpm\n"
        )
        sender.delivery.send(PhaseChange(sender.clock(), Phase.LAST_LAP, Phase.BODY))
        await next_line(process, lambda line: line.endswith("online, last_lap\n"))
        sender.delivery.send(sender.cue())
        line = await next_line(process, lambda line: "CUE" in line)
        assert "CUE last_lap: Last lap: turnover up  █ ▓" in line
        assert not {"\a", "\x1b"} & set(line)
        assert await ended(process) == 0


# ---- a terminal


def terminal() -> contextlib.AbstractAsyncContextManager[Terminal]:
    """Run ``kickcue watch`` on a terminal of its own."""
    worth = {"kickcue.edges.mqtt.watch_client.COMMAND_WORTH_S": PATIENCE_S}
    return on_a_terminal("watch", folder=Path(), limits=worth)


async def next_order(sender: Sender) -> CommandKind:
    """Wait for the next command; a cue that had to be repeated is answered twice before it."""
    while not isinstance(event := await sender.delivery.incoming.get(), Command):
        pass
    return event.kind


async def test_a_terminal_shows_the_face_rings_and_takes_keys(sender: Sender) -> None:
    """GIVEN a terminal WHEN a cue comes THEN the bell rings once per pulse and the words are there;
    keys are commands; q leaves it in order.
    """
    async with terminal() as shown:
        await shown.shows("● online")
        sender.delivery.send(sender.cue())
        await shown.until(lambda: shown.raw.count("\a") == len(PULSES))
        await shown.shows("turnover up")
        heard = []
        for key in " usf":
            shown.press(key)
            heard.append(await next_order(sender))
        expected = [CommandKind.LAP, CommandKind.UNDO_LAP, CommandKind.START, CommandKind.FINISH]
        assert expected == heard
        assert termios.tcgetattr(shown.slave) != shown.before
        shown.press("q")
        assert await shown.left() == 0
        assert termios.tcgetattr(shown.slave) == shown.before
        assert "\x1b[?25h" in shown.raw  # the cursor is back


async def test_a_terminal_is_put_back_when_the_watch_is_told_to_end(sender: Sender) -> None:
    """GIVEN a watch on a terminal WHEN it gets SIGTERM THEN the terminal is as it was."""
    async with terminal() as shown:
        await shown.shows("● online")
        shown.process.send_signal(signal.SIGTERM)
        assert await shown.left() == 0
        assert termios.tcgetattr(shown.slave) == shown.before
        assert sender.delivery.session.connected


async def test_a_broker_that_goes_away_is_shown(sender: Sender) -> None:
    """GIVEN a watch on a terminal WHEN the broker is killed THEN the face says so, and that it is
    back when it is.
    """
    async with terminal() as shown:
        await shown.shows("● online")
        os.kill(sender.broker.server_pid, signal.SIGSTOP)
        await shown.shows("reconnecting")
        shown.forget()
        os.kill(sender.broker.server_pid, signal.SIGCONT)
        await shown.shows("● online")
        assert "Traceback" not in shown.text


# ---- a run that comes and goes


@contextlib.asynccontextmanager
async def run_on(topics: Topics) -> AsyncIterator[Delivery]:
    """Be a run with a private broker of its own: another port and password each time."""
    start_ns = time.monotonic_ns()
    async with (
        private_broker(topics) as broker,
        deliver(
            broker.address,
            topics,
            run_id=new_run_id(),
            now_ns=lambda: time.monotonic_ns() - start_ns,
        ) as delivery,
    ):
        yield delivery


async def test_a_watch_waits_for_a_run_and_finds_each_that_follows() -> None:
    """GIVEN no run WHEN a watch starts THEN it says once that it waits, finds the run that comes,
    and the next, whoever's race that is.
    """
    async with watching() as process:
        lines = [
            await next_line(
                process, lambda line: "waiting for `kickcue run` on this machine" in line
            )
        ]
        for topics in (Topics(), Topics("kickcue/maria")):
            async with run_on(topics) as delivery:
                while "online" not in lines[-1]:
                    lines.append(await next_line(process, bool))
                delivery.send(
                    Cue(
                        delivery._now_ns(),
                        "c1",
                        CueKind.LAST_LAP,
                        "Last lap",
                        None,
                        PULSES,
                        3,
                        60_000,
                        400.0,
                        2.0,
                    )
                )
                while "CUE" not in lines[-1]:
                    lines.append(await next_line(process, bool))
            while "waiting" not in lines[-1]:
                lines.append(await next_line(process, bool))
        assert len([line for line in lines if "waiting for" in line]) == 3
        assert await ended(process) == 0


def test_another_run_is_told_also_where_nobody_said_that_the_first_had_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a run online WHEN another one says that it is, the last word of the first lost THEN
    that is news; once more it is none.
    """
    lines = WatchLines()
    for run_id in ("first", "first", "second", "second"):
        lines.take(StatusMessage(run_id=run_id, sent_ms=0, status="online", phase=None))
    assert 2 == capsys.readouterr().out.count("online")


async def test_a_watch_for_one_athlete_passes_over_the_races_of_others() -> None:
    """GIVEN a run for another athlete WHEN a watch is for maria
    THEN it waits, until hers is there.
    """
    async with watching("--athlete", "maria") as process, run_on(Topics()):
        await next_line(process, lambda line: "waiting for" in line)
        async with run_on(Topics("kickcue/maria")):
            await next_line(process, lambda line: "online" in line)


# ---- wrong input


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--broker", "pi"], 2, "broker: expected mqtt://"),
        (
            ["--broker", "mqtt://pi/club/maria", "--athlete", "maria"],
            2,
            "expected a topic prefix in the broker's URL or --athlete, got both",
        ),
        (["--athlete", "a/+"], 2, "got 'kickcue/a/+'"),
        (["--broker", "mqtt://127.0.0.1:1"], 1, "cannot connect: Connection refused"),
        (
            ["--broker", "mqtts://127.0.0.1:1", "--ca", "/no/such/file"],
            2,
            "CA file /no/such/file: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_watched_is_one_line(
    options: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no broker, a wrong URL, or one where nobody listens WHEN `watch` runs THEN one clear
    line on stderr and exit status 1 or 2.
    """
    assert main(["watch", *options]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


# ---- the face


def drawn(face: Face, now_s: float) -> list[str]:
    """Return the face as lines of plain text."""
    screen = console()
    with screen.capture() as captured:
        screen.print(face.panel(now_s))
    return captured.get().splitlines()


LAST_LAP = CueContent(
    "c1",
    "last_lap",
    "Last lap: turnover up, stay relaxed",
    None,
    ((500, 150, 1.0), (150, 0, 0.5)),
    3,
    2000,
)


def full_face() -> Face:
    face = Face("maria")
    face.take(StatusMessage(run_id="r", sent_ms=0, status="online", phase=Phase.LAST_LAP), 0.0)
    face.take(
        StateMessage.of(
            Estimate(0, 4600.0, 2.0, 5.6, 184.0, 176.0, 12, 400.0, None, Mode.MARKS), "r", 1
        ),
        0.0,
    )
    return face


def test_the_face_shows_no_number_of_a_sender_that_fell_silent() -> None:
    """GIVEN a face full of numbers WHEN the sender falls silent THEN all of them, lap and phase are
    unknown; when it is back they are known.
    """
    face = full_face()
    face.take(SenderSilent(), 3.0)
    text = "\n".join(drawn(face, 3.0))
    assert not {"184", "176", "lap 12", "last lap", "● online"} & {
        each for each in ("184", "176", "lap 12", "last lap", "● online") if each in text
    }
    for expected in ("- steps/min", "♥ -", "lap -", "no data from the sender"):
        assert expected in text
    face.take(StatusMessage(run_id="r", sent_ms=9, status="online", phase=Phase.LAST_LAP), 4.0)
    assert "● online" in "\n".join(drawn(face, 4.0))


def test_the_face_keeps_its_size() -> None:
    """GIVEN an empty face and a full one WHEN drawn THEN both have the size that a table beside
    them can count on.
    """
    playing = full_face()
    playing.take(Play(LAST_LAP, 0, from_timer=False), 10.0)
    for face in (Face(), full_face(), playing):
        lines = drawn(face, 10.2)
        assert HEIGHT == len(lines)
        assert {WIDTH} == {len(line) for line in lines}


def test_the_face_says_where_the_runner_is() -> None:
    """GIVEN status and state WHEN drawn THEN phase, lap, error (95 %), cadence and heart rate are
    there; unknown is a dash.
    """
    text = "\n".join(drawn(full_face(), 0.0))
    for expected in (
        "maria",
        "kick",
        "lap 12",
        "± 4 m to go",
        "184 steps/min",
        "♥ 176",
        "● online",
    ):
        assert expected in text
    assert "- steps/min" in "\n".join(drawn(Face(), 0.0))


LEGS: Final = {
    "rep 3 of 5": LegBegin(0, LegKind.REP, 5, 9, 3, 5, 0, "200 m"),
    "after rep 3 of 5": LegBegin(0, LegKind.REST, 6, 9, 3, 5, 0, "rest until you run off"),
    "easy 10:00": LegBegin(0, LegKind.EASY, 1, 9, 0, 5, 0, "easy 10:00"),
    "rep 6, one more": LegBegin(0, LegKind.EXTRA, 10, 9, 6, 5, 0, "200 m"),
}


@pytest.mark.parametrize("says", LEGS)
def test_the_face_says_what_of_a_session_is_on(says: str) -> None:
    """GIVEN a leg of a session WHEN drawn THEN the face names it and keeps its size; it goes with
    the session, with a sender that fell silent and with another run.
    """
    leg = LegMessage(run_id="r", sent_ms=1, **LegMessage.values(LEGS[says]))
    gone = (
        StatusMessage(run_id="r", sent_ms=2, status="online", phase=Phase.FINISHED),
        StatusMessage(run_id="next", sent_ms=2, status="online", phase=Phase.BODY),
        SenderSilent(),
    )
    for after in gone:
        face = Face("maria")
        face.take(StatusMessage(run_id="r", sent_ms=0, status="online", phase=Phase.BODY), 0.0)
        face.take(leg, 0.0)
        lines = drawn(face, 0.0)
        assert says in "\n".join(lines)
        assert (HEIGHT, {WIDTH}) == (len(lines), {len(line) for line in lines})
        face.take(after, 0.5)
        over = "\n".join(drawn(face, 0.5))
        assert says not in over
        assert ("lap -" in over) is (after is not gone[0])


def test_a_pipe_gets_each_leg_of_a_session_once(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a pipe WHEN a leg comes, again after a new connection, and the next THEN each is one
    line.
    """
    lines = WatchLines()
    for says in ("rep 3 of 5", "rep 3 of 5", "after rep 3 of 5"):
        lines.take(LegMessage(run_id="r", sent_ms=1, **LegMessage.values(LEGS[says])))
    told = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[-1] for line in told] == ["rep 3 of 5", "rest after rep 3 of 5"]


def test_a_pipe_gets_each_refusal_once(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a pipe WHEN a cue that could not be felt is answered again at each repeat, and another
    one, and one that was felt THEN each refusal is one line.
    """
    lines = WatchLines()
    for cue_id, felt in (("a", False), ("a", False), ("b", False), ("c", True)):
        lines.take(CueAck("run", cue_id, felt, None if felt else "muted", 3))
    told = capsys.readouterr().out.splitlines()
    assert ["NOT FELT a: muted", "NOT FELT b: muted"] == [line.split("  ")[-1] for line in told]


def test_the_face_says_what_it_does_not_know() -> None:
    """GIVEN a place known to 250 m WHEN drawn THEN the laps it may be and the window of the bell
    are there, and nothing is cut off.
    """
    face = Face("maria")
    estimate = Estimate(
        0, 4500.0, 130.0, 5.0, 184.0, 176.0, 12, 500.0, 590.0, Mode.POD, 11, 13, 60.0
    )
    face.take(StateMessage.of(estimate, "r", 1), 0.0)
    lines = drawn(face, 0.0)
    for expected in ("lap 11 to 13", "± 255 m to go", "bell in about 9:50 (7:52 to 11:47)"):
        assert expected in "\n".join(lines)
    assert (HEIGHT, {WIDTH}) == (len(lines), {len(line) for line in lines})


def test_the_face_buzzes_as_the_pulses_go() -> None:
    """GIVEN a cue of 500 ms, a gap of 150 ms and 150 ms WHEN time passes THEN it buzzes in the
    pulses only, and each rings once.
    """
    face = full_face()
    face.take(Play(LAST_LAP, 0, from_timer=False), 10.0)
    assert [True, True, False, True, False] == [
        face.buzzing(10.0 + s) for s in (0.0, 0.49, 0.55, 0.7, 0.81)
    ]
    assert [1, 0, 1, 0] == [face.rings(10.0 + s) for s in (0.0, 0.3, 0.7, 5.0)]
    assert "┏" in drawn(face, 10.1)[0]
    assert "╭" in drawn(face, 11.0)[0]


def test_the_face_tells_what_became_of_a_cue() -> None:
    """GIVEN an armed cue, one that was felt and one that came late WHEN drawn THEN the face tells
    each.
    """
    face = full_face()
    cue = Cue(0, "c1", CueKind.LAST_LAP, "last lap", None, PULSES, 3, 2000, None, None)
    face.take(touch_message(ArmMessage, cue, "r", 0, due_in_ms=8000, ttl_ms=2000), 0.0)
    assert "armed: last lap" in "\n".join(drawn(face, 0.0))
    face.take(Play(LAST_LAP, 0, from_timer=True), 0.0)
    assert "felt, by its own timer" in "\n".join(drawn(face, 0.0))
    face.take(CueAck("r", "c2", felt=False, why="late", latency_ms=3100), 0.0)
    assert "dropped: 3.1 s late" in "\n".join(drawn(face, 0.0))
    face.take(DisarmMessage(run_id="r", sent_ms=1, id="c3", why="the runner stopped"), 0.0)
    assert "disarmed: the runner stopped" in "\n".join(drawn(face, 0.0))
