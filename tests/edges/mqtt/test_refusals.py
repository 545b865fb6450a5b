"""What a broker refuses is told at once and once, and what can be sent all the same is sent."""

import asyncio
import logging
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import pytest
from aiomqtt import MqttCodeError, MqttError
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from kickcue.core.events import Ack
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.attentive import NO_REASON, Limits, in_words, packet_size, reason_code_of
from kickcue.edges.mqtt.connection import LARGEST_PACKET_BYTES, ConnectionPlan, explain
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.messages import CueMessage, parse
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.refusals import Refusals
from kickcue.edges.mqtt.session import Session, connect
from kickcue.edges.mqtt.sizes import STRIKES, Sizes
from kickcue.edges.mqtt.topics import RULES, Side
from kickcue.edges.mqtt.watch_client import watch
from tests.edges.mqtt.conftest import TOPICS, Mosquitto, engine_clock, running, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("quick")

SAID_BY_SENDER = [name for name, rule in RULES.items() if rule.side is Side.DAEMON and rule.qos]


def allow(mosquitto: Mosquitto, lines: Iterable[str]) -> None:
    """Give the broker an access list, which it obeys at once."""
    path = mosquitto.folder / "list"
    fresh = not path.exists()
    path.write_text("\n".join(lines) + "\n")
    if fresh:
        restart(mosquitto, [f"acl_file {path}"])
    else:
        mosquitto.signal(signal.SIGHUP)


def restart(mosquitto: Mosquitto, options: list[str]) -> None:
    mosquitto.signal(signal.SIGKILL)
    mosquitto.options += options
    mosquitto.come_back()


def all_but(*names: str) -> list[str]:
    """Return an access list by which the sender may do everything but publish on these topics."""
    rights = [f"topic {'read' if name in names else 'readwrite'} {TOPICS[name]}" for name in RULES]
    return ["user daemon", *rights, "user watch", f"topic readwrite {TOPICS.prefix}/#"]


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name.startswith("kickcue")
    ]


@pytest.mark.mosquitto
@pytest.mark.parametrize("name", SAID_BY_SENDER)
async def test_a_refused_topic_is_told_once_and_when_it_is_over(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """A refused topic is told at once and once, as long as it lasts, and costs no connection.

    GIVEN an access list without one of the sender's topics WHEN it publishes there again and again
    THEN there is one warning; WHEN the list is put right THEN there is no trouble any more.
    """
    caplog.set_level(logging.INFO)
    allow(mosquitto, all_but(name))
    async with connect(ConnectionPlan(mosquitto.address, "sender")) as session:
        for _ in range(3):
            say(session, name)
        await until(lambda: session.counters.refused == 3)
        assert session.trouble is not None
        assert f"the broker refuses {name} (not authorized)" in session.trouble
        told = [line for line in warnings_of(caplog) if "refuses" in line]
        assert len(told) == 1
        assert f"refuses {TOPICS[name]} (not authorized)" in told[0]
        allow(mosquitto, all_but())

        def taken() -> bool:
            say(session, name)
            return session.trouble is None

        await until(taken)
        assert session.counters.connections == 1
    assert any(
        "accepts" in record.getMessage() and TOPICS[name] in record.getMessage()
        for record in caplog.records
    )


def in_time() -> float:
    """Return a deadline that a busy machine meets."""
    return asyncio.get_running_loop().time() + PATIENCE_S


def say(session: Session, name: str) -> None:
    session.send(Outgoing(TOPICS[name], b"{}", in_time(), RULES[name].qos))


@pytest.mark.mosquitto
async def test_the_sender_of_cues_says_that_no_cue_gets_through(mosquitto: Mosquitto) -> None:
    """GIVEN a broker that refuses cue and arm WHEN a cue is sent THEN the way to the wrist is in
    trouble, and says with which topics.
    """
    allow(mosquitto, all_but("cue", "arm"))
    async with running(mosquitto) as run:
        run.delivery.send(run.cue("c1"))
        await until(lambda: run.delivery.session.trouble is not None)
        assert "refuses cue" in str(run.delivery.session.trouble)
        assert run.delivery.report()["link_refused"] > 0


@pytest.mark.mosquitto
async def test_a_refused_ack_is_told_to_the_watch(mosquitto: Mosquitto) -> None:
    """GIVEN a user who may hear and not speak WHEN it is used by a watch that answers a cue THEN
    the watch knows that its answer was refused.
    """
    allow(
        mosquitto,
        [
            "user daemon",
            f"topic readwrite {TOPICS.prefix}/#",
            "user watch",
            f"topic read {TOPICS.prefix}/#",
        ],
    )
    async with running(mosquitto) as run:
        run.delivery.send(run.cue("c1"))
        await until(lambda: "ack (not authorized)" in (run.watch.session.trouble or ""))
        assert len(run.of(Play)) == 1


class RefusingBroker:
    """An MQTT 3.1.1 broker of a few lines that refuses subscriptions to some topics, as Mosquitto
    2.0.11 never does.
    """

    def __init__(self, refuses: str) -> None:
        self._refuses = refuses.encode()
        self.published: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind = (await reader.readexactly(1))[0]
                body = await reader.readexactly(await self._length(reader))
                writer.write(self._answer(kind, body))
        writer.close()

    @staticmethod
    async def _length(reader: asyncio.StreamReader) -> int:
        length, shift = 0, 0
        while True:
            byte = (await reader.readexactly(1))[0]
            length |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return length

    def _answer(self, kind: int, body: bytes) -> bytes:
        match kind >> 4:
            case 1:
                return b"\x20\x02\x00\x01" if body[6] == 5 else b"\x20\x02\x00\x00"
            case 8:
                return b"\x90\x03" + body[:2] + (b"\x80" if self._refuses in body else b"\x01")
            case 10:
                return b"\xb0\x02" + body[:2]
            case 3 if kind & 6:
                length = int.from_bytes(body[:2])
                self.published.append(body)
                return b"\x40\x02" + body[2 + length : 4 + length]
        return b""


async def test_a_refused_subscription_does_not_keep_cues_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who may not hear can still speak.

    GIVEN a broker that refuses the sender to hear acks WHEN it connects THEN its status goes out,
    and the refusal is told; a watch that may not hear cues says so when it connects.
    """
    broker = RefusingBroker(TOPICS["ack"])
    async with await asyncio.start_server(broker.serve, "127.0.0.1", 0) as server:
        address = Mosquitto(
            folder=None,  # type: ignore[arg-type]
            program=None,  # type: ignore[arg-type]
            port=server.sockets[0].getsockname()[1],
        ).address
        async with deliver(
            address, TOPICS, run_id="run", now_ns=engine_clock(), patient=True
        ) as delivery:
            await until(lambda: any(b"online" in body for body in broker.published))
            assert "refuses hearing ack (no reason given)" in str(delivery.session.trouble)
        broker._refuses = TOPICS["cue"].encode()
        with pytest.raises(BrokerError, match=r"refuses hearing cue \(no reason given\)"):
            async with watch(address, TOPICS):
                pass
    assert len([line for line in warnings_of(caplog) if "ack" in line]) == 1


@pytest.mark.mosquitto
@pytest.mark.parametrize("option", ["message_size_limit 310", "max_packet_size 350"])
async def test_a_small_broker_gets_shorter_cues(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture, option: str
) -> None:
    """GIVEN a broker that takes no message as long as a cue, said or not WHEN cues are sent THEN
    they are felt, shorter; few lines.
    """
    caplog.set_level(logging.INFO)
    restart(mosquitto, [option])
    async with running(mosquitto) as run:
        for number in range(4):
            run.delivery.send(
                replace(
                    run.cue(f"c{number}"), text="Last lap: stay relaxed. " * 4, say="Last lap. " * 9
                )
            )
            await until(lambda number=number: len(run.of(Play)) == number + 1)  # type: ignore[misc]
            assert run.of(Play)[-1].touch.pulses == ((200, 100, 1.0),)
            assert run.of(Play)[-1].touch.say is None
        await until(
            lambda: len([each for each in run.inputs if isinstance(each, Ack) and each.felt]) >= 4
        )
    assert len(warnings_of(caplog)) <= 3
    assert len(caplog.messages) < 20


@pytest.mark.mosquitto
@pytest.mark.parametrize("option", ["message_size_limit 60", "max_packet_size 100"])
async def test_what_cannot_be_made_small_enough_is_told(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture, option: str
) -> None:
    """GIVEN a broker that takes no cue in any form WHEN one is sent again and again THEN that is
    told once; connections last.
    """
    restart(mosquitto, [option])
    async with connect(ConnectionPlan(mosquitto.address, "sender")) as session:
        long = b"x" * 300
        for _ in range(50):
            session.send(Outgoing(TOPICS["cue"], long, in_time()))
        await until(lambda: session.counters.refused >= 50)
        assert "cue (too large)" in str(session.trouble)
        assert session.counters.connections <= 2
    assert len(warnings_of(caplog)) <= 2


@pytest.mark.mosquitto
async def test_what_is_huge_does_not_even_come(mosquitto: Mosquitto) -> None:
    """GIVEN a broker that speaks MQTT 5 WHEN somebody publishes more than any message may have THEN
    only what is after it comes here.
    """
    ears = ConnectionPlan(mosquitto.address, "sender", ((TOPICS["ack"], 1),))
    async with (
        connect(ears) as listener,
        connect(ConnectionPlan(mosquitto.watch_address, "watch")) as speaker,
    ):
        for payload in (b"x" * 2 * LARGEST_PACKET_BYTES, b"small"):
            speaker.send(Outgoing(TOPICS["ack"], payload, in_time()))
        async with asyncio.timeout(PATIENCE_S):
            assert (await listener.incoming.get()).payload == b"small"
        await until(lambda: speaker.counters.sent == 2)  # the broker's answer comes on its own


@pytest.mark.mosquitto
@pytest.mark.parametrize("option", ["retain_available false", "max_qos 0"])
async def test_a_race_on_a_broker_that_can_do_little(mosquitto: Mosquitto, option: str) -> None:
    """GIVEN a broker that keeps no messages, or acknowledges none WHEN a race runs there THEN cues
    are felt and answered.
    """
    restart(mosquitto, [option])
    async with running(mosquitto) as run:
        run.delivery.send(run.cue("c1"))
        await until(lambda: any(isinstance(each, Ack) and each.felt for each in run.inputs))
        assert run.delivery.session.trouble is None


@pytest.mark.mosquitto
async def test_a_broker_without_retained_messages_and_acknowledgements(
    mosquitto: Mosquitto,
) -> None:
    """GIVEN a broker that keeps no messages and acknowledges none, as it says WHEN something is
    published THEN it goes out within that.
    """
    restart(mosquitto, ["retain_available false", "max_qos 0"])
    ears = ConnectionPlan(mosquitto.watch_address, "watch", ((TOPICS["status"], 0),))
    async with (
        connect(ears) as listener,
        connect(ConnectionPlan(mosquitto.address, "sender")) as session,
    ):
        session.send(
            Outgoing(
                TOPICS["status"],
                b"here",
                in_time(),
                1,
                retain=True,
            )
        )
        async with asyncio.timeout(PATIENCE_S):
            assert (await listener.incoming.get()).payload == b"here"
        assert session.counters.connections == 1


# ---- without a broker


def test_a_new_connection_is_not_held_against(caplog: pytest.LogCaptureFixture) -> None:
    """GIVEN a refusal WHEN there is a new connection THEN it is not shown any more; WHEN it is
    refused again THEN it is, and not told again.
    """
    refusals = Refusals(Address("pi", 1883))
    for _ in range(3):
        refusals.begin()
        assert refusals.text is None
        refusals.note("kickcue/runner/cue", "not authorized")
        assert refusals.text is not None
    assert 1 == len(caplog.messages)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (142, "session taken over"),
        (137, "server busy"),
        (149, "packet too large"),
        (128, NO_REASON),
    ],
)
def test_why_a_connection_was_ended_is_told(code: int, words: str) -> None:
    """GIVEN a DISCONNECT with a reason WHEN it has become an error, or the cause of one THEN the
    reason is found, in words.
    """
    reason = MqttCodeError(ReasonCode(PacketTypes.DISCONNECT, identifier=code))
    outer = MqttError("Disconnected during message iteration")
    outer.__cause__ = reason
    for error in (reason, outer):
        found = reason_code_of(error)
        assert found is not None
        assert in_words(found) == words
    assert reason_code_of(MqttError("Operation timed out")) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (136, "Server unavailable"),
        (138, "Banned"),
        (151, "Quota exceeded"),
        (159, "Connection rate exceeded"),
    ],
)
def test_why_a_broker_does_not_let_us_in_is_told(code: int, words: str) -> None:
    """GIVEN a CONNACK that refuses WHEN it is explained THEN its reason stands there."""
    refused = MqttConnectError(ReasonCode(PacketTypes.CONNACK, identifier=code))
    assert (
        explain(Address("pi", 1883), refused)
        == f"broker mqtt://pi:1883: refused the connection ({words})"
    )


def test_the_longest_that_fits_is_taken() -> None:
    """GIVEN what a broker told and what was found out WHEN a payload is chosen THEN the longest
    that fits both is, or none.
    """
    variants = (b"x" * 300, b"x" * 200, b"x" * 100)
    room = packet_size("t", b"")
    assert Limits().fitting("t", variants, None) == variants[0]
    assert Limits(room + 250).fitting("t", variants, None) == variants[1]
    assert Limits(room + 250).fitting("t", variants, room + 150) == variants[2]
    assert Limits(room + 99).fitting("t", variants, None) is None


def test_a_size_is_learnt_from_connections_that_end_upon_it() -> None:
    """GIVEN connections that end right after the same topic WHEN the third does, or the first with
    a reason THEN the size is to blame.
    """
    sizes = Sizes()
    for strike in range(STRIKES):
        assert sizes.largest is None
        sizes.sending("state", 300, float(strike))
        sizes.ended(128, strike + 0.1)
        sizes.ended(128, strike + 0.1)  # by the writer too: it is one end all the same
    assert sizes.largest == 299
    plain = Sizes()
    plain.sending("cue", 400, 0.0)
    plain.ended(149, 0.1)
    assert plain.largest == 399
    plain.sending("status", 100, 5.0)
    plain.ended(128, 7.0)  # the network: nothing was sent just before
    assert plain.largest is None


def test_accidents_are_not_blamed_on_sizes() -> None:
    """GIVEN connections that end after different topics WHEN there are many
    THEN no size is blamed.
    """
    sizes = Sizes()
    for strike in range(12):
        sizes.sending(f"topic{strike % 2}", 300, float(strike))
        sizes.ended(128, strike + 0.1)
    assert sizes.largest is None


def test_a_shorter_cue_says_the_same_to_the_wrist() -> None:
    """GIVEN a cue with a long text WHEN it is shortened THEN each variant is shorter, valid, and of
    the same pulses, moment and id.
    """
    cue = CueMessage(
        run_id="run", sent_ms=1, id="c1", kind="last_lap",
        text="Last lap: turnover up, stay relaxed " * 4, say="x" * 150,
        pulses=((500, 150, 1.0),), urgency=3, due_in_ms=0, ttl_ms=2000, to_go_m=400.0, sd_m=2.1,
    )  # fmt: skip
    variants = [cue.to_json(), *cue.shorter()]
    assert sorted(map(len, variants), reverse=True) == [len(each) for each in variants]
    for payload in variants:
        message = parse("cue", payload)
        assert isinstance(message, CueMessage)
        assert (message.id, message.pulses, message.ttl_ms, message.sent_ms) == (
            cue.id,
            cue.pulses,
            cue.ttl_ms,
            cue.sent_ms,
        )
