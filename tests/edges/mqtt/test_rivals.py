"""Two senders on one prefix: the later one sends nothing, for every cue would be felt twice."""

import asyncio

import pytest
from aiomqtt import Client

from kickcue.core.errors import UsageError
from kickcue.core.events import Phase
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.messages import StatusMessage
from kickcue.edges.mqtt.rivals import GONE_NS, LISTEN_NS, PROVE_NS, Rivals
from kickcue.edges.mqtt.watch_client import watch
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import (
    TOPICS,
    Broker,
    Mosquitto,
    Nats,
    Run,
    engine_clock,
    running,
    until,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("unhurried")


def status(run_id: str, sent_ms: int | None, *, on: bool = True) -> StatusMessage:
    return StatusMessage(
        run_id=run_id, sent_ms=sent_ms, status="online" if on else "offline", phase=Phase.BODY
    )


class Fixture:
    """A run's view of the others, and its clock."""

    def __init__(self, *, began_ms: int = 0, alongside: bool = False) -> None:
        self.now_ns = began_ms * NS_PER_MS
        self.rivals = Rivals("mine", lambda: self.now_ns, alongside=alongside)
        self.rivals.link_up()

    def after(self, ns: int) -> "Fixture":
        self.now_ns += ns
        return self

    def facts(self) -> tuple[bool, bool]:
        return self.rivals.decided, self.rivals.may_send


def test_where_nobody_is_it_sends_after_a_moment() -> None:
    """GIVEN a topic where nothing is retained WHEN 0.4 s have passed THEN the run sends; before
    there is a connection nothing is decided.
    """
    assert (False, False) == (Rivals("mine", lambda: 0).decided, Rivals("mine", lambda: 0).may_send)
    run = Fixture()
    assert run.facts() == (False, False)
    assert run.after(LISTEN_NS).facts() == (True, True)


def test_a_status_of_a_crashed_run_does_not_block() -> None:
    """GIVEN a retained `online` of another run WHEN no live one comes within 2.5 s THEN the run
    sends.
    """
    run = Fixture()
    run.rivals.take(status("other", 70_000), retained=True)
    assert run.after(PROVE_NS - 1).facts() == (False, False)
    assert run.after(1).facts() == (True, True)


def test_a_status_that_comes_before_the_connection_is_noted_counts() -> None:
    """GIVEN a retained `online` that comes before the connection it came by was looked at THEN a
    live one is waited for all the same.
    """
    now_ns = 0
    rivals = Rivals("mine", lambda: now_ns)
    rivals.take(status("other", 70_000), retained=True)
    rivals.link_up()
    now_ns = PROVE_NS - 1
    assert not rivals.decided
    rivals.take(status("other", 71_000), retained=False)
    assert (True, False) == (rivals.decided, rivals.may_send)


def test_a_run_that_lives_keeps_a_later_one_from_sending() -> None:
    """GIVEN a run that began earlier WHEN it is heard THEN this one does not send; when that one
    leaves, or has been silent for 5 s, it does.
    """
    run = Fixture()
    run.rivals.take(status("other", 70_000), retained=True)
    run.after(NS_PER_S).rivals.take(status("other", 71_000), retained=False)
    assert run.facts() == (True, False)
    run.rivals.take(status("other", 72_000, on=False), retained=False)
    assert run.after(PROVE_NS).facts() == (True, True)
    run.rivals.take(status("other", 73_000), retained=False)
    run.rivals.take(status("other", None, on=False), retained=False)  # it may be back in a moment
    assert run.after(GONE_NS).facts() == (True, False)
    assert run.after(1).facts() == (True, True)


def test_one_that_was_away_for_a_moment_is_still_the_first() -> None:
    """GIVEN a run that sends WHEN one that began earlier is back from a lost connection THEN the
    later one holds its tongue, the earlier goes on.
    """
    late = Fixture().after(60 * NS_PER_S)
    assert late.facts() == (True, True)
    late.rivals.take(status("first", 600_000), retained=False)
    assert late.facts() == (True, False)
    first = Fixture(began_ms=600_000).after(LISTEN_NS)
    first.rivals.take(status("late", 60_000), retained=False)
    assert first.facts() == (True, True)


def test_one_that_goes_on_after_a_crash_does_not_find_itself() -> None:
    """GIVEN a run that crashed WHEN it is taken up under its name THEN what it left behind, and its
    own echo, do not block it.
    """
    run = Fixture().after(LISTEN_NS)
    run.rivals.take(status("mine", 900_000), retained=True)
    run.rivals.take(status("mine", 900_000), retained=False)
    assert run.facts() == (True, True)


def test_of_two_that_begin_at_once_one_sends() -> None:
    """GIVEN two runs that began within a second WHEN each hears the other THEN exactly one of them
    sends.
    """
    sending = []
    for own, other in (("a", "b"), ("b", "a")):
        rivals = Rivals(own, lambda: 5 * NS_PER_S)
        rivals.take(status(other, 4990), retained=False)
        sending.append(rivals.found is None)
    assert sorted(sending) == [False, True]


def test_who_is_told_to_sends_all_the_same() -> None:
    """GIVEN `alongside` WHEN another run lives THEN this one sends."""
    run = Fixture(alongside=True)
    run.rivals.take(status("other", 70_000), retained=False)
    assert run.facts() == (True, True)


# ---- through real brokers


async def test_the_second_of_two_senders_is_refused(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a sender WHEN a second one comes to the same prefix THEN it is told which run sends
    there and what to do, and no cue comes twice.
    """
    async with running(broker) as first:
        await until(lambda: first.clock() > 3 * NS_PER_S)
        # It decides when it hears the first: here also if a busy machine holds that up.
        for name in ("LISTEN_NS", "PROVE_NS"):
            monkeypatch.setattr(f"kickcue.edges.mqtt.rivals.{name}", round(PATIENCE_S * NS_PER_S))
        async with deliver(
            broker.address, TOPICS, run_id="second", now_ns=engine_clock()
        ) as second:
            with pytest.raises(UsageError, match=r"another kickcue \(run run.*--alongside"):
                await second.only_sender()
            second.send(first.cue("c-second"))
            first.delivery.send(first.cue("c-first"))
            await until(lambda: bool(first.of(Play)))
            assert ["c-first"] == [play.touch.id for play in first.of(Play)]
            assert second.session.counters.sent == 0


async def test_two_may_send_where_that_is_asked_for(nats: Nats) -> None:
    """GIVEN a sender WHEN a second one is told to send alongside THEN it does."""
    async with (
        running(nats) as first,
        deliver(
            nats.address, TOPICS, run_id="second", now_ns=engine_clock(), alongside=True
        ) as second,
    ):
        await second.only_sender()
        await until(lambda: "second" in {each.run_id for each in first.of(StatusMessage)})


@pytest.mark.mosquitto
async def test_what_a_crashed_run_left_behind_does_not_block(mosquitto: Mosquitto) -> None:
    """GIVEN a retained `online` of a run that is no more WHEN a sender comes THEN it sends within
    seconds.
    """
    address = mosquitto.address
    async with Client(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        timeout=PATIENCE_S,
    ) as client:
        await client.publish(
            TOPICS["status"], status("dead", 7_000_000).to_json(), qos=1, retain=True
        )
    async with (
        deliver(address, TOPICS, run_id="next", now_ns=engine_clock()) as sender,
        watch(mosquitto.watch_address, TOPICS) as wrist,
    ):
        await sender.only_sender()
        run = Run(engine_clock(), wrist=wrist)
        task = asyncio.create_task(run.follow())
        await until(lambda: "next" in {each.run_id for each in run.of(StatusMessage)})
        await end([task])
