"""A broker that is killed, or frozen, in the middle of a race: nothing felt late, nothing felt
twice, and the connection comes back.
"""

import asyncio
import signal
from collections import Counter
from itertools import pairwise

import pytest

from kickcue.core.events import Arm
from kickcue.core.watch.state_machine import CueAck, Play
from kickcue.edges.mqtt.messages import ArmMessage, StatusMessage
from kickcue.edges.mqtt.watch_client import watch
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import (
    TOPICS,
    Broker,
    Nats,
    Run,
    engine_clock,
    running,
    start_sender,
    until,
)
from tests.patience import PATIENCE_S

TTL_MS = 800
EACH_S = 0.1
# This machine's own hiccups between a decision and our note of it; the faults are 3 times longer
# than the ttl.
SLACK_NS = 400_000_000
LAST = "last"


@pytest.fixture(autouse=True)
def time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a busy machine's first connection not be given up."""
    monkeypatch.setattr("kickcue.edges.mqtt.connection.CONNECT_S", PATIENCE_S / 3)


async def beat(run: Run, beats: list[int]) -> None:
    """Note when this process was not held up."""
    while True:
        beats.append(run.clock())
        await asyncio.sleep(0.01)


def held_up_ns(beats: list[int], from_ns: int, to_ns: int) -> int:
    """Return how long this process stood still in a span of time: so much later is what it says of
    itself.
    """
    return sum(
        max(min(later, to_ns) - max(sooner, from_ns), 0)
        for sooner, later in pairwise([*beats, to_ns])
        if later - sooner > SLACK_NS // 4
    )


async def stream(run: Run, sent: dict[str, int], stop: asyncio.Event) -> None:
    """Send a cue each 100 ms until told to stop; note when."""
    while not stop.is_set():
        cue = run.cue(f"c{len(sent)}", ttl_ms=TTL_MS)
        sent[cue.id] = cue.t_ns
        run.delivery.send(cue)
        await asyncio.sleep(EACH_S)


async def through(
    run: Run, broker: Broker, fault: tuple[signal.Signals, float, signal.Signals | None]
) -> None:
    """Stream cues through a fault until some are felt again after it: none is felt twice, none
    late.
    """
    sent: dict[str, int] = {}
    beats: list[int] = []
    stop = asyncio.Event()
    beating = asyncio.create_task(beat(run, beats))
    streaming = asyncio.create_task(stream(run, sent, stop))
    await until(lambda: len(run.of(Play)) >= 10)
    first, pause_s, second = fault
    broker.signal(first)
    await asyncio.sleep(pause_s)  # the fault itself
    over = len(sent)
    if second is None:
        broker.come_back()
    else:
        broker.signal(second)
    await until(lambda: any(int(play.touch.id[1:]) > over + 10 for play in run.of(Play)))
    stop.set()
    await streaming
    # What comes of the stream has come before the last one, which is worth more.
    run.delivery.send(run.cue(LAST))
    await until(lambda: LAST in [answer.cue_id for answer in run.of(CueAck)])
    await end([beating])
    assert_kept(run, sent, beats)


def assert_kept(run: Run, sent: dict[str, int], beats: list[int]) -> None:
    """Nothing felt twice, nothing felt late."""
    felt = [(at_ns, each) for at_ns, each in run.seen if isinstance(each, Play)]
    assert [] == [
        cue_id for cue_id, times in Counter(each.touch.id for _, each in felt).items() if times > 1
    ]
    streamed = [(at_ns, each, sent[each.touch.id]) for at_ns, each in felt if each.touch.id != LAST]
    assert [] == [
        each.touch.id
        for at_ns, each, sent_ns in streamed
        if at_ns - sent_ns - held_up_ns(beats, sent_ns, at_ns) > TTL_MS * 1_000_000 + SLACK_NS
    ]
    assert [] == [each for _, each, _ in streamed if each.late_ms > TTL_MS]


async def test_killed_and_restarted_in_mid_race(broker: Broker) -> None:
    """GIVEN a stream of cues WHEN the broker is killed and comes back 2 s later THEN none is felt
    late or twice, and both sides are back.
    """
    async with running(broker) as run:
        await through(run, broker, (signal.SIGKILL, 2.0, None))
        assert run.delivery.report()["link_connections"] >= 2
        assert run.watch.session.counters.connections >= 2


async def test_frozen_and_continued_in_mid_race(broker: Broker) -> None:
    """GIVEN a stream of cues WHEN the broker stands still for 2.5 s THEN none is felt late or
    twice, and both sides are back.
    """
    async with running(broker) as run:
        await through(run, broker, (signal.SIGSTOP, 2.5, signal.SIGCONT))
        report = run.delivery.report()
        assert report["link_connections"] >= 2
        # The fault was real: what could not be sent in time was dropped here.
        assert report["link_expired"] > 0


async def test_an_armed_cue_fires_while_the_broker_stands_still(nats: Nats) -> None:
    """GIVEN an armed cue WHEN the broker is frozen over its moment THEN it is felt then; the cue
    that comes after the thaw is not.
    """
    async with running(nats) as run:
        run.delivery.send(run.cue("c0"))
        await until(lambda: bool(run.of(Play)))
        run.delivery.send(Arm(run.clock(), run.cue("c1"), due_in_ms=1000))
        await until(lambda: bool(run.of(ArmMessage)))
        nats.signal(signal.SIGSTOP)
        await until(lambda: len(run.of(Play)) == 2)
        run.delivery.send(run.cue("c1"))
        await asyncio.sleep(0.8)  # long enough for the sender to give the connection up
        nats.signal(signal.SIGCONT)
        await until(
            lambda: len([ack for ack in run.inputs if getattr(ack, "cue_id", "") == "c1"]) >= 1
        )
        assert ["c0", "c1"] == [play.touch.id for play in run.of(Play)]
        assert run.of(Play)[1].from_timer


async def one_more_death(nats: Nats, run: Run, cue_id: str) -> None:
    """Kill the server; when it is there again send a cue and wait until it is felt."""
    before = nats.private.server_pid
    nats.signal(signal.SIGKILL)
    await until(lambda: nats.private.server_pid != before)
    run.delivery.send(run.cue(cue_id))
    await until(lambda: cue_id in [play.touch.id for play in run.of(Play)])


async def test_both_sides_outlive_a_broker_that_dies_again_and_again(nats: Nats) -> None:
    """GIVEN a broker that is killed three times WHEN it is back THEN the next cue is felt: nobody
    gives up.
    """
    async with running(nats) as run:
        for number in range(3):
            await one_more_death(nats, run, f"c{number}")
        assert ["c0", "c1", "c2"] == [play.touch.id for play in run.of(Play)]


async def test_a_watch_that_hears_nothing_connects_anew(nats: Nats) -> None:
    """GIVEN a sender that is online WHEN it freezes, so that its status stops coming THEN the watch
    makes a new connection by itself.
    """
    async with watch(nats.watch_address, TOPICS) as wrist:
        run = Run(engine_clock(), wrist=wrist)
        follow = asyncio.create_task(run.follow())
        sender = await start_sender(nats.address)
        await until(lambda: bool(run.of(StatusMessage)))
        sender.send_signal(signal.SIGSTOP)
        await until(lambda: wrist.session.counters.connections >= 2)
        sender.kill()
        await sender.wait()
        await end([follow])
