"""Who is there to feel a cue: told by what watches say, not by a connection to the broker."""

import asyncio

import pytest

from kickcue.core.units import NS_PER_S
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.messages import AckMessage, PresenceMessage
from kickcue.edges.mqtt.watch_client import watch
from kickcue.edges.mqtt.watches import (
    GONE_AFTER_NS,
    MOST_WATCHES,
    WELCOME_AFTER_NS,
    Newcomer,
    Watches,
)
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import TOPICS, Broker, Nats, engine_clock, until

pytestmark = pytest.mark.usefixtures("unhurried")


def presence(
    run_id: str = "w", *, on: bool = True, sent_ms: int | None = 0, why: str | None = None
) -> PresenceMessage:
    return PresenceMessage(
        run_id=run_id,
        sent_ms=sent_ms,
        status="online" if on else "offline",
        kind="infinitime",
        why=why,
    )


def ack(run_id: str = "w", *, felt: bool = True) -> AckMessage:
    return AckMessage(
        run_id=run_id,
        sent_ms=0,
        id="ready-1",
        cue_run_id="r",
        felt=felt,
        why=None if felt else "late",
        latency_ms=5,
    )


def test_a_watch_is_there_while_it_says_so() -> None:
    """GIVEN a watch that says it is there WHEN it says nothing for 12 s THEN it is not there any
    more, and when it was last heard is told.
    """
    watches = Watches()
    assert (False, "no watch seen yet") == (watches.is_there(0), watches.text(0))
    watches.take_presence(presence(), 0)
    assert watches.is_there(GONE_AFTER_NS)
    assert watches.text(5 * NS_PER_S) == "infinitime on the wrist, last seen 5 s ago"
    assert not watches.is_there(GONE_AFTER_NS + 1)
    assert watches.text(40 * NS_PER_S) == "no watch: infinitime was last seen 40 s ago"


def test_a_bridge_whose_watch_is_out_of_reach_is_no_wrist() -> None:
    """GIVEN a bridge that lives WHEN it says that it has no link to its watch THEN nobody is there,
    and why is told.
    """
    watches = Watches()
    watches.take_presence(presence(), 0)
    watches.take_presence(presence(on=False, why="no link to it"), NS_PER_S)
    assert (False, "no watch: infinitime: no link to it") == (
        watches.is_there(NS_PER_S),
        watches.text(NS_PER_S),
    )


def test_a_last_will_ends_it_at_once() -> None:
    """GIVEN a watch WHEN the broker says that its connection was lost THEN it is gone; the will of
    one that was never heard is nobody's.
    """
    watches = Watches()
    watches.take_presence(presence("before", on=False, sent_ms=None), 0)
    assert watches.text(0) == "no watch seen yet"
    watches.take_presence(presence(), 0)
    watches.take_presence(presence(on=False, sent_ms=None, why="its connection was lost"), NS_PER_S)
    assert not watches.is_there(NS_PER_S)


def test_a_watch_that_only_acknowledges_is_known_by_that() -> None:
    """GIVEN a watch that does not know of presence WHEN it acknowledges THEN it is there for as
    long as any.
    """
    watches = Watches()
    watches.take_ack(ack(), 0)
    assert (True, False) == (watches.is_there(GONE_AFTER_NS), watches.is_there(GONE_AFTER_NS + 1))


def test_who_has_felt_nothing_yet_is_a_newcomer_once() -> None:
    """GIVEN a watch WHEN it is there for 3 s and has felt nothing THEN it is a newcomer, told once;
    who has felt something is none.
    """
    watches = Watches()
    watches.take_presence(presence("felt"), 0)
    watches.take_ack(ack("felt"), 0)
    assert watches.newcomer(WELCOME_AFTER_NS) is None
    watches.take_presence(presence("late"), 0)
    assert [None, Newcomer.FRESH, None] == [
        watches.newcomer(ns)
        for ns in (WELCOME_AFTER_NS - 1, WELCOME_AFTER_NS, WELCOME_AFTER_NS + 1)
    ]


def test_a_newcomer_that_dropped_a_cue_is_known_as_such() -> None:
    """GIVEN a watch that got a cue before it could judge it, and dropped it WHEN it is there for 3
    s THEN it is told apart: it will not take that one.
    """
    watches = Watches()
    watches.take_presence(presence(), 0)
    watches.take_ack(ack(felt=False), 0)
    assert watches.newcomer(WELCOME_AFTER_NS) is Newcomer.TOO_EARLY


def test_who_felt_a_cue_and_dropped_the_next_is_no_newcomer() -> None:
    """GIVEN a watch that felt a cue WHEN the next reaches it too late, and it drops that THEN it is
    not welcomed: its runner is not buzzed again with what was felt long ago.
    """
    watches = Watches()
    watches.take_presence(presence(), 0)
    watches.take_ack(ack(), 0)
    watches.take_ack(ack(felt=False), NS_PER_S)
    assert watches.newcomer(WELCOME_AFTER_NS) is None


def test_memory_of_watches_is_bounded() -> None:
    """GIVEN more watches than anybody wears WHEN they come THEN the oldest are forgotten."""
    watches = Watches()
    for number in range(2 * MOST_WATCHES):
        watches.take_presence(presence(f"w{number}"), 0)
    assert len(watches._known) == MOST_WATCHES


async def test_a_real_watch_says_that_it_is_there_and_that_it_leaves(broker: Broker) -> None:
    """GIVEN a sender WHEN a watch connects, and leaves THEN the sender knows both; who only looks
    on is no watch.
    """
    async with deliver(broker.address, TOPICS, run_id="run", now_ns=engine_clock()) as delivery:
        async with (
            watch(broker.watch_address, TOPICS, subscribes=("status", "state")) as helper,
            watch(broker.watch_address, TOPICS, kind="terminal") as worn,
        ):
            tasks = [asyncio.create_task(follow(each)) for each in (helper, worn)]
            await until(lambda: delivery.watches.is_there(delivery._now_ns()))
            assert len(delivery.watches._known) == 1
            worn.unworn = "the motor is broken"
            await until(lambda: "the motor is broken" in delivery.watches.text(delivery._now_ns()))
            worn.unworn = None
            await until(lambda: delivery.watches.is_there(delivery._now_ns()))
            await end(tasks)
        await until(lambda: "switched off" in delivery.watches.text(delivery._now_ns()))


async def test_a_watch_that_is_cut_off_is_gone_by_its_last_will(nats: Nats) -> None:
    """GIVEN a watch WHEN its connection breaks without a word THEN the broker says for it that it
    is gone.
    """
    async with (
        deliver(nats.address, TOPICS, run_id="run", now_ns=engine_clock()) as delivery,
        watch(nats.watch_address, TOPICS, kind="terminal") as worn,
    ):
        task = asyncio.create_task(follow(worn))
        await until(lambda: delivery.watches.is_there(delivery._now_ns()))
        await end([task])  # from here on it says nothing
        worn.session.renew()  # without a DISCONNECT
        await until(lambda: "its connection was lost" in delivery.watches.text(delivery._now_ns()))


async def follow(worn: object) -> None:
    """Wear a watch."""
    while True:
        await worn.wait(0.1)  # type: ignore[attr-defined]  # a Watch
