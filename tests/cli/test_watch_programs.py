"""``kickcue watch --as``: a phone as the watch. The phone's programs are stand-ins on PATH that
write down what they were called with.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import main, watch_programs
from kickcue.cli.watch import _Wearing
from kickcue.cli.watch_output import WatchLines
from kickcue.cli.watch_programs import FAILED, Programs
from kickcue.config.watch_files import WATCHES, load_watch
from kickcue.core.cueing.pulse_patterns import PULSES, URGENCY
from kickcue.core.events import Ack, Cue, CueKind
from kickcue.core.watch.state_machine import LATE, CueAck, CueContent, Play
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.mqtt.messages import CueMessage, touch_message
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from tests.cli.test_watch import ended, next_line, watching
from tests.patience import PATIENCE_S

PROGRAMS: Final = ("am", "termux-vibrate")
STAND_IN: Final = """\
#!/bin/sh
called=$(printf '%s\\037' "${0##*/}" "$@")
printf '%s\\n' "$called" >> "$CALLS"
test ! -e "$CALLS.broken"
"""
SENDER_AGE_NS: Final = 60_000_000_000
"""The sender has run for a minute: what it sends may then be older than the test."""


@dataclass
class Phone:
    """The programs of a phone."""

    calls: Path

    @property
    def called(self) -> list[list[str]]:
        """What was started, in order, word by word."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line.removesuffix("\037").split("\037") for line in lines]

    def broken(self, *, now: bool) -> None:
        """Have every program fail, or end that."""
        marker = Path(f"{self.calls}.broken")
        marker.touch() if now else marker.unlink()


@pytest.fixture(autouse=True)
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phone:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).write_text(STAND_IN)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return Phone(tmp_path / "calls")


@dataclass
class Sender:
    """A private broker and the sender's side of it."""

    broker: PrivateBroker
    delivery: Delivery
    clock: Callable[[], int]
    answered: set[str] = field(default_factory=set)

    def cue(self, kind: CueKind, text: str, id_: str = "c1", ttl_ms: int = 60_000) -> Cue:
        return Cue(
            self.clock(), id_, kind, text, None, PULSES[kind], URGENCY[kind], ttl_ms, None, None
        )

    async def ack(self) -> tuple[str, bool, str | None]:
        """Return the next answer to a cue that was not answered before: one whose answer is slow is
        said, and answered, once more.
        """
        while True:
            found = await self.delivery.incoming.get()
            assert isinstance(found, Ack)
            if found.cue_id not in self.answered:
                self.answered.add(found.cue_id)
                return found.cue_id, found.felt, found.why


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    start_ns = time.monotonic_ns() - SENDER_AGE_NS

    def clock() -> int:
        return time.monotonic_ns() - start_ns

    async with (
        private_broker(Topics()) as broker,
        deliver(broker.address, Topics(), run_id="run", now_ns=clock) as delivery,
    ):
        yield Sender(broker, delivery, clock)


def vector(profile: str, kind: CueKind) -> tuple[str, list[list[str]]]:
    """Return the text of a profile's self-test for a cue, and the commands that it expects."""
    [found] = [each for each in WATCHES.file(profile).document.vector if each.cue == kind]
    return found.text, [step.argv for step in found.steps if step.argv is not None]


async def test_a_phone_vibrates_as_its_profile_says(sender: Sender, phone: Phone) -> None:
    """GIVEN `watch --as termux` WHEN a cue comes THEN its programs are those of the profile's
    vector, in order, and it is answered as felt.
    """
    text, expected = vector("termux", CueKind.TURNOVER)
    async with watching("--as", "termux") as process:
        await next_line(process, lambda line: "online" in line)
        sender.delivery.send(sender.cue(CueKind.TURNOVER, text))
        assert ("c1", True, None) == await sender.ack()
        assert 0 == await ended(process)
    assert expected == phone.called


async def test_a_ring_is_ended_even_when_the_watch_is_told_to_end(
    sender: Sender, phone: Phone
) -> None:
    """GIVEN Gadgetbridge ringing for the bell WHEN kickcue is told to end THEN the ring is ended
    first, as in the profile's vector.
    """
    text, expected = vector("gadgetbridge", CueKind.LAST_LAP)
    async with watching("--as", "gadgetbridge") as process:
        await next_line(process, lambda line: "online" in line)
        sender.delivery.send(sender.cue(CueKind.LAST_LAP, text))
        assert ("c1", True, None) == await sender.ack()
        assert 0 == await ended(process)
    assert expected == phone.called


async def test_what_is_late_is_not_played(sender: Sender, phone: Phone) -> None:
    """GIVEN a watch that knows how late messages are WHEN a cue comes 5 s old THEN no program is
    started, and the sender is told.
    """
    async with watching("--as", "termux") as process:
        await next_line(process, lambda line: "online" in line)
        sender.delivery.send(sender.cue(CueKind.READY, "Ready", "first"))
        assert ("first", True, None) == await sender.ack()
        old = touch_message(
            CueMessage,
            sender.cue(CueKind.DRIVE, "Drive", "old"),
            "run",
            sender.clock() // 1_000_000 - 5000,
            due_in_ms=0,
            ttl_ms=2000,
        )
        topic, deadline_s = Topics()["cue"], asyncio.get_running_loop().time() + PATIENCE_S
        sender.delivery.session.send(
            Outgoing(topic, old.to_json(), deadline_s, qos=1, retain=False)
        )
        await next_line(process, lambda line: "DROPPED old: late" in line)
        assert 0 == await ended(process)
    assert [["termux-vibrate", "-d", "100", "-f"]] == phone.called


async def test_a_program_that_fails_is_told_once_and_tried_again(
    sender: Sender, phone: Phone
) -> None:
    """GIVEN a program that fails WHEN cues come THEN each is answered as not felt, why is told
    once, and when it works again it is felt.
    """
    phone.broken(now=True)
    async with watching("--as", "termux") as process:
        await next_line(process, lambda line: "online" in line)
        for id_ in ("a", "b"):
            sender.delivery.send(sender.cue(CueKind.DRIVE, "Drive", id_))
            assert (id_, False, FAILED) == await sender.ack()
        phone.broken(now=False)
        sender.delivery.send(sender.cue(CueKind.READY, "Ready", "c"))
        assert ("c", True, None) == await sender.ack()
        process.terminate()
        assert process.stdout is not None
        lines = (await process.stdout.read()).decode().splitlines()
    assert ["termux-vibrate failed: exit status 1"] == [
        line[10:] for line in lines if "exit status" in line
    ]
    assert 2 == sum("NOT FELT" in line for line in lines)


async def test_cues_do_not_overlap_and_wait_no_longer_than_they_are_worth(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a cue that is being played WHEN two more come THEN the one that is over by its turn is
    dropped, the other follows, each once.
    """
    monkeypatch.setattr(watch_programs, "PATIENCE_S", PATIENCE_S)
    answers: list[CueAck] = []
    programs = Programs(load_watch("termux"), answers.append, pytest.fail)
    for place, ttl_ms in enumerate((60_000, 100, 60_000)):
        touch = CueContent(f"c{place}", "drive", "", None, ((1000 + place, 0, 1.0),), 2, ttl_ms)
        given = CueAck("run", touch.id, felt=True, why=None, latency_ms=0)
        assert not programs.take(Play(touch, 0, from_timer=False))
        assert programs.take(given)
        assert programs.take(given)  # asked once more: nothing is known yet
    await programs.end()
    assert {"c0": None, "c1": LATE, "c2": None} == {answer.cue_id: answer.why for answer in answers}
    assert 3 == len(answers)
    assert [["termux-vibrate", "-d", str(on_ms), "-f"] for on_ms in (1000, 1002)] == phone.called


async def test_timers_fire_as_early_as_the_profile_says(sender: Sender) -> None:
    """GIVEN a phone that takes 100 ms to start a program THEN armed cues are played that much
    before they are due.
    """
    async with watch(sender.broker.watch, Topics(), answers=False) as worn:
        _Wearing(worn, WatchLines(), load_watch("termux"))
        assert 100 == load_watch("termux").timing.lead_after_ms(None) == worn.wrist.lead_ms


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("termx", "expected a watch, got 'termx': did you mean termux?"),
        (
            "infinitime",
            (
                "expected gadgetbridge or termux, got infinitime: `kickcue bridge --watch "
                "infinitime` plays it"
            ),
        ),
        (
            "garmin",
            (
                "expected gadgetbridge or termux, got garmin: it needs an app on the watch, "
                "which does not exist"
            ),
        ),
    ],
)
def test_a_watch_that_no_program_plays_is_one_line(
    asked: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an unknown watch, or one that is played in another way, WHEN `watch --as` runs THEN one
    line says what would be right, status 2.
    """
    assert 2 == main(["watch", "--as", asked])
    out, err = capsys.readouterr()
    assert ("", 1) == (out, err.count("\n"))
    assert says in err


@pytest.mark.parametrize(
    ("asked", "program"), [("termux", "termux-vibrate"), ("gadgetbridge", "am")]
)
def test_a_missing_program_is_told_before_the_race(
    asked: str,
    program: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a machine without the program WHEN `watch --as` runs THEN one line names it and the
    cure, status 2.
    """
    monkeypatch.setenv("PATH", str(tmp_path))
    assert 2 == main(["watch", "--as", asked])
    out, err = capsys.readouterr()
    assert ("", 1) == (out, err.count("\n"))
    assert f"--as {asked}: {program} is not installed: " in err
