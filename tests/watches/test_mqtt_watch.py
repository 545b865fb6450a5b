"""The watch's own files in real MicroPython, against a real Mosquitto: felt once, never late, also
without a network.
"""

import asyncio
import signal
import socket

import pytest

from kickcue.core.events import Cue, CueKind
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.messages import ArmMessage, CueMessage, DisarmMessage, StatusMessage
from tests.edges.mqtt.conftest import TOPICS, engine_clock, until
from tests.patience import PATIENCE_S
from tests.watches.conftest import Sender, Told, WatchBroker, real_mqtt_as, sending

pytestmark = pytest.mark.mosquitto

PULSES = ((500, 150, 1.0), (150, 150, 1.0), (150, 0, 0.6))
TTL_MS = 20_000  # the sender's time stands still in these tests, the watch's does not
MALFORMED = {
    "expected JSON": b"\x00\xff{",
    "not UTF-8": b'{"id": "\xff"}',
    "empty": b"",
    "a list": b"[1, 2]",
    "nothing in it": b"{}",
    "another version": (
        b'{"wire": 2, "run_id": "r", "sent_ms": 5, "id": "x", "ttl_ms": 9, "pulses": []}'
    ),
    "time as text": b'{"run_id": "r", "sent_ms": "5", "id": "x", "ttl_ms": 9, "pulses": []}',
    "time too large": (
        b'{"run_id": "r", "sent_ms": 4294967296, "id": "x", "ttl_ms": 9, "pulses": []}'
    ),
    "a bool for a number": (
        b'{"run_id": "r", "sent_ms": true, "id": "x", "ttl_ms": 9, "pulses": []}'
    ),
    "pulses of two": b'{"run_id": "r", "sent_ms": 5, "id": "x", "ttl_ms": 9, "pulses": [[5, 5]]}',
    "an endless pulse": (
        b'{"run_id": "r", "sent_ms": 5, "id": "x", "ttl_ms": 9, "pulses": [[999999, 5, 1]]}'
    ),
    "too strong": (
        b'{"run_id": "r", "sent_ms": 5, "id": "x", "ttl_ms": 9, "pulses": [[5, 5, 1e400]]}'
    ),
    "too many pulses": b'{"run_id": "r", "sent_ms": 5, "id": "x", "ttl_ms": 9, "pulses": ['
    + b"[1,1,1]," * 40
    + b"[1,1,1]]}",
    "nested": b"[" * 2000,
    "too long": b'{"run_id": "' + b"r" * 9000 + b'"}',
}


def cue(cue_id: str, sent_ms: int, *, run_id: str = "r") -> CueMessage:
    return CueMessage.model_validate(touch(cue_id, sent_ms, run_id=run_id, due_in_ms=0))


def arm(cue_id: str, sent_ms: int, due_in_ms: int, *, run_id: str = "r") -> ArmMessage:
    return ArmMessage.model_validate(touch(cue_id, sent_ms, run_id=run_id, due_in_ms=due_in_ms))


def touch(cue_id: str, sent_ms: int, *, run_id: str, due_in_ms: int) -> dict[str, object]:
    words = {
        "kind": "last_lap",
        "text": "Letzte Runde: schön locker",
        "say": None,
        "urgency": 3,
        "to_go_m": 400.0,
        "sd_m": 2.1,
    }
    return {
        **words,
        "run_id": run_id,
        "sent_ms": sent_ms,
        "id": cue_id,
        "pulses": PULSES,
        "due_in_ms": due_in_ms,
        "ttl_ms": TTL_MS,
    }


def online(sent_ms: int, *, run_id: str = "r") -> StatusMessage:
    return StatusMessage(run_id=run_id, sent_ms=sent_ms, status="online", phase=None)


async def settle(sender: Sender, watch: Told, *, run_id: str = "r", from_ms: int = 0) -> None:
    """Let the watch find out how late messages are: two statuses, a second apart. From then on the
    sender's time is ``from_ms`` + 1000.

    The watch's clock stands meanwhile: a busy machine would make the second one look late.
    """
    await watch.order(stand=1)
    for sent_ms in (from_ms, from_ms + 1000):
        before = watch.state["taken"]
        await sender.send("status", online(sent_ms, run_id=run_id))
        # mypy loses the default of a lambda.
        await watch.until(lambda before=before: watch.state["taken"] > before)  # type: ignore[misc]
        if sent_ms == from_ms:
            await watch.order(ahead_ms=1000)
    await watch.order(stand=0)


async def armed(sender: Sender, watch: Told, message: ArmMessage) -> None:
    """Arm, and wait until the watch has another time to wait for."""
    before = watch.state["due_ms"]
    await sender.send("arm", message)
    await watch.until(lambda: watch.state["due_ms"] not in (None, before))


async def test_a_cue_is_played_and_acknowledged(broker: WatchBroker, watch: Told) -> None:
    """GIVEN a watch WHEN a cue comes THEN the motor gets its pulses, the text is shown, and the ack
    on the wire says felt.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await sender.send("cue", cue("c1", 1000))
        [ack] = await sender.answers(1)
    assert await watch.played(1)
    assert [[list(pulse) for pulse in PULSES]] == watch.all("play")
    assert ["Letzte Runde: schön locker"] == watch.all("show")
    assert ("c1", "r", True, None) == (ack.id, ack.cue_run_id, ack.felt, ack.why)


async def test_a_cue_that_is_the_first_message_waits_for_the_measure(
    broker: WatchBroker, watch: Told
) -> None:
    """GIVEN a watch just switched on WHEN a cue is the first it hears THEN it is felt once the
    status has told that it is not late.
    """
    async with sending(broker.mosquitto) as sender:
        await sender.send("cue", cue("c1", 0))
        await watch.until(lambda: watch.state["taken"])
        assert await watch.played(0)
        await settle(sender, watch)
        [ack] = await sender.answers(1)
    assert ack.felt
    assert await watch.played(1)


async def test_a_cue_that_comes_twice_is_felt_once_and_answered_twice(
    broker: WatchBroker, watch: Told
) -> None:
    """GIVEN a cue that was felt WHEN it comes again THEN there is a second answer, the first one
    once more, and no second buzz.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await sender.send("cue", cue("c1", 1000))
        await sender.send("cue", cue("c1", 1700))
        first, second = await sender.answers(2)
    assert (True, first.latency_ms) == (second.felt, second.latency_ms)
    assert await watch.played(1)


async def test_a_late_cue_is_dropped_and_the_answer_says_so(
    broker: WatchBroker, watch: Told
) -> None:
    """GIVEN messages on time WHEN a cue comes that took 25 s THEN it is not felt, and the answer
    says late and how much.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await watch.order(ahead_ms=25_000)
        await sender.send("cue", cue("c1", 1000))
        [ack] = await sender.answers(1)
    assert (False, "late") == (ack.felt, ack.why)
    assert ack.latency_ms is not None
    assert ack.latency_ms >= 25_000
    assert await watch.played(0)


async def test_what_is_malformed_is_counted_and_changes_nothing(
    broker: WatchBroker, watch: Told
) -> None:
    """GIVEN all kinds of broken orders WHEN a good cue follows THEN it is felt, nothing else was,
    and each was counted.
    """
    topics = ("arm", "cue")  # more at once than 40 the broker would not keep
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        for payload in MALFORMED.values():
            for name in topics:
                await sender.send(name, payload)
        await sender.send("cue", cue("c1", 1000))
        [ack] = await sender.answers(1)
    await watch.until(lambda: watch.state["counts"]["felt"])
    assert ack.felt
    assert await watch.played(1)
    assert len(topics) * len(MALFORMED) == watch.state["counts"]["malformed"]


async def test_an_armed_cue_is_felt_although_the_broker_died(
    broker: WatchBroker, watch: Told
) -> None:
    """GIVEN an armed cue WHEN the broker is killed THEN it is felt at its time all the same, and
    its answer is too old when it could go.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await armed(sender, watch, arm("c1", 1000, 600_000))
    broker.mosquitto.signal(signal.SIGKILL)
    await watch.until(lambda: not watch.state["connected"])
    assert await watch.played(0)
    await watch.order(before_due_ms=300)
    await watch.until(lambda: watch.state["counts"]["felt"])
    assert await watch.played(1)
    assert watch.state["due_ms"] is None
    await watch.order(ack_worth_ms=2000)
    await watch.order(ahead_ms=3000)
    await watch.until(lambda: watch.state["counts"]["acks_lost"])


async def test_a_watch_that_was_cut_off_comes_back_and_answers_for_what_it_felt(
    broker: WatchBroker, watch: Told
) -> None:
    """GIVEN a cue felt while the broker was away WHEN the broker is back and the cue comes again
    THEN it is answered, not felt again.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await armed(sender, watch, arm("c1", 1000, 600_000))
    broker.mosquitto.signal(signal.SIGKILL)
    await watch.until(lambda: not watch.state["connected"])
    await watch.order(before_due_ms=0)
    await watch.until(lambda: watch.state["counts"]["felt"])
    await watch.order(ack_worth_ms=2000)
    await watch.order(ahead_ms=3000)
    await watch.until(lambda: watch.state["counts"]["acks_lost"])
    broker.mosquitto.come_back()
    await watch.until(lambda: watch.state["subscriptions"] > 1)
    await watch.order(ack_worth_ms=round(PATIENCE_S * 1000))
    async with sending(broker.mosquitto) as sender:
        await sender.send("cue", cue("c1", 601_000))
        [ack] = await sender.answers(1)
    assert ("c1", True) == (ack.id, ack.felt)
    assert await watch.played(1)


@pytest.mark.skipif(real_mqtt_as() is not None, reason="the real mqtt_as does not tell its socket")
@pytest.mark.parametrize("watch", ["unix"], indirect=True)
async def test_what_it_says_leaves_at_once(broker: WatchBroker, watch: Told) -> None:
    """GIVEN a watch WHEN it connects, and again after the broker died THEN neither socket holds a
    write back until the one before is acknowledged.
    """
    at_once = [socket.IPPROTO_TCP, socket.TCP_NODELAY, 1]
    broker.mosquitto.signal(signal.SIGKILL)
    await watch.until(lambda: not watch.state["connected"])
    before = watch.all("socket_option")
    broker.mosquitto.come_back()
    await watch.until(lambda: len(watch.all("socket_option")) > len(before))
    # One for each connection: a busy machine may need more than one.
    assert [at_once] * len(before) == before
    assert before
    assert at_once == watch.all("socket_option")[-1]


async def test_the_later_arm_holds(broker: WatchBroker, watch: Told) -> None:
    """GIVEN an armed cue WHEN it is armed anew for later, and the first arm comes once more THEN
    only the new time holds.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await settle(sender, watch, from_ms=10_000)
        await armed(sender, watch, arm("c1", 1000, 60_000))
        first_ms = watch.state["due_ms"]
        await armed(sender, watch, arm("c1", 2000, 69_000))
        second_ms = watch.state["due_ms"]
        await sender.send("arm", arm("c1", 1000, 60_000))
        await sender.send("cue", cue("other", 2500))
        await sender.answers(1)
    # The state is newer than the arm that came once more.
    await watch.until(lambda: watch.state["counts"]["felt"])
    assert 10_000 == second_ms - first_ms
    assert second_ms == watch.state["due_ms"]


async def test_a_disarmed_cue_does_not_fire(broker: WatchBroker, watch: Told) -> None:
    """GIVEN an armed cue WHEN it is disarmed and its time passes THEN nothing is felt."""
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await armed(sender, watch, arm("c1", 1000, 60_000))
        await sender.send(
            "disarm", DisarmMessage(run_id="r", sent_ms=1100, id="c1", why="the runner stopped")
        )
        await watch.until(lambda: watch.state["due_ms"] is None)
        await watch.order(ahead_ms=61_000)
        await sender.send("cue", cue("c2", 62_000))
        [ack] = await sender.answers(1)
    assert "c2" == ack.id
    assert await watch.played(1)


async def test_a_new_run_takes_the_wrist_over(broker: WatchBroker, watch: Told) -> None:
    """GIVEN an armed cue of one run WHEN a restarted sender arms the same id THEN only the new
    run's timer fires.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await armed(sender, watch, arm("c1", 1000, 60_000))
        await settle(sender, watch, run_id="new")
        await armed(sender, watch, arm("c1", 500, 90_000, run_id="new"))
        await watch.order(before_due_ms=0)
        [ack] = await sender.answers(1)
    assert ("new", True) == (ack.cue_run_id, ack.felt)
    assert await watch.played(1)


async def test_what_the_broker_had_retained_is_not_obeyed(broker: WatchBroker, watch: Told) -> None:
    """GIVEN an arm that somebody let the broker retain WHEN the watch subscribes anew THEN it is
    counted and sets no timer.
    """
    async with sending(broker.mosquitto) as sender:
        await settle(sender, watch)
        await armed(sender, watch, arm("c1", 2000, 60_000))
        before = watch.state["taken"]
        await sender.send("arm", arm("old", 1500, 30_000), retain=True)
        await sender.send(
            "disarm",
            DisarmMessage(
                run_id="r", sent_ms=2500, id="old", why="so that only the retained one is left"
            ),
        )
        # The live ones have gone by.
        await watch.until(lambda: watch.state["taken"] >= before + 2)
        due_ms = watch.state["due_ms"]
        await watch.order(ahead_ms=4000)
        await watch.until(lambda: watch.state["counts"]["retained"])
        await sender.send("arm", b"", retain=True)
    assert due_ms == watch.state["due_ms"]
    assert 1 <= watch.state["counts"]["renewals"]
    assert await watch.played(0)


async def test_it_speaks_with_kickcue_itself(broker: WatchBroker, watch: Told) -> None:
    """GIVEN kickcue's own delivery WHEN the engine arms and then gives a cue THEN it is felt once,
    and the delivery knows.
    """
    clock = engine_clock()
    async with deliver(broker.mosquitto.address, TOPICS, run_id="run", now_ns=clock) as delivery:
        given = Cue(
            clock(),
            "last_lap-1",
            CueKind.LAST_LAP,
            "Last lap",
            "Last lap",
            PULSES,
            3,
            20_000,
            400.0,
            2.1,
        )
        delivery.send(given)
        await until(lambda: delivery.counters.felt == 1)
        async with asyncio.timeout(PATIENCE_S):
            answer = await delivery.incoming.get()
    assert given.id == getattr(answer, "cue_id", None)
    assert await watch.played(1)
