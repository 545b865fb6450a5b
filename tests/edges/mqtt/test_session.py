"""Connections: the first attempt reports, later ones never give up, and nothing is sent past its
deadline.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiomqtt import Client, MqttError

from kickcue.core.errors import UsageError
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt import connection as connections
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.connection import ConnectionPlan
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.log_filter import is_noise, quieten
from kickcue.edges.mqtt.outbox import MOST_WAITING, Outbox, Outgoing
from kickcue.edges.mqtt.session import LASTING_S, connect
from kickcue.edges.mqtt.traffic import Received
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import TOPICS, Broker, Mosquitto, Nats, running, until
from tests.patience import PATIENCE_S
from tests.ports import free_port

pytestmark = pytest.mark.usefixtures("quick")


async def refusal(address: Address) -> str:
    with pytest.raises(BrokerError) as caught:
        async with connect(ConnectionPlan(address, "test")):
            pass
    assert caught.value.exit_status == 1
    return str(caught.value)


async def test_nobody_listens() -> None:
    """GIVEN a port where nobody listens WHEN connecting THEN one line says so."""
    port = free_port()
    assert (
        await refusal(Address("127.0.0.1", port))
        == f"broker mqtt://127.0.0.1:{port}: cannot connect: Connection refused"
    )


async def test_a_wrong_password(broker: Broker) -> None:
    """GIVEN a wrong password WHEN connecting THEN one line says whose login was refused, and shows
    no password.
    """
    wrong = replace(broker.address, password="hunter2")
    assert (
        await refusal(wrong)
        == f"broker {wrong}: login of user 'daemon' refused: check user and password"
    )


async def test_no_user_where_one_is_needed(broker: Broker) -> None:
    """GIVEN a broker with users WHEN connecting without THEN one line says so."""
    nobody = replace(broker.address, user=None, password=None)
    assert (
        await refusal(nobody)
        == f"broker {nobody}: login without a user refused: check user and password"
    )


@pytest.fixture
async def mute(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Run a server that accepts connections and never says a word; return its port."""
    monkeypatch.setattr(connections, "CONNECT_S", 2.0)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_something_listens_that_is_no_broker(mute: int) -> None:
    """GIVEN a server that does not speak MQTT WHEN connecting THEN after 2 s one line says so, and
    the socket is closed.
    """
    assert (
        await refusal(Address("127.0.0.1", mute))
        == f"broker mqtt://127.0.0.1:{mute}: cannot connect: no MQTT answer within 2 s"
    )


async def test_leaving_while_connecting_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a server that never says a word WHEN a session that still waits for its answer is left
    THEN its connection is closed by then.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.connection.CONNECT_S", 1.0)
    came = asyncio.Event()
    dropped: list[Client] = []
    real = connections.drop

    def drop(client: Client) -> None:
        dropped.append(client)
        real(client)

    monkeypatch.setattr(connections, "drop", drop)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(ConnectionPlan(Address("127.0.0.1", port)), patient=True):
            await asyncio.wait_for(came.wait(), PATIENCE_S)
        assert dropped
        assert dropped[-1]._client.socket() is None


async def test_leaving_at_once_hangs_up() -> None:
    """GIVEN a session WHEN it is left at once THEN it has said DISCONNECT: no last will follows."""
    said: asyncio.Queue[bytes] = asyncio.Queue()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x20\x03\x00\x00\x00")  # CONNACK of MQTT 5
        said.put_nowait(await reader.read())
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(ConnectionPlan(Address("127.0.0.1", port), "test")):
            pass
        heard = await asyncio.wait_for(said.get(), PATIENCE_S)
    assert heard.endswith(b"test\xe0\x00")


async def test_hanging_up_ends_whoever_cuts_it_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a good-bye that takes its time WHEN it is cancelled THEN the socket is closed."""
    dropped: list[object] = []
    monkeypatch.setattr(connections, "drop", dropped.append)

    class Slow:
        async def __aexit__(self, *_: object) -> None:
            await asyncio.Event().wait()

    slow = Slow()
    task = asyncio.create_task(connections.hang_up(slow))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await end([task])
    assert dropped == [slow]


@pytest.mark.mosquitto
async def test_tls(mosquitto: Mosquitto, certificates: Path) -> None:
    """GIVEN a broker with TLS WHEN connecting with its CA THEN cues go through; without it one line
    says that the certificate is not trusted.
    """
    mosquitto.signal(signal.SIGKILL)
    mosquitto.options += [
        f"certfile {certificates / 'server.crt'}",
        f"keyfile {certificates / 'server.key'}",
    ]
    mosquitto.come_back()
    safe = replace(mosquitto.address, tls=True, ca_file=certificates / "server.crt")
    async with connect(ConnectionPlan(safe, "test")) as session:
        assert session.connected
    untold = await refusal(replace(safe, ca_file=None))
    assert "certificate verify failed" in untold
    assert "--ca FILE (in race.toml: broker.ca)" in untold
    assert "for another name" in await refusal(replace(safe, host="localhost"))
    mosquitto.signal(signal.SIGKILL)
    del mosquitto.options[-2:]
    mosquitto.come_back()
    assert "does this port use TLS? mqtt:// is without TLS" in await refusal(safe)


async def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    """GIVEN a CA file that is not there, or is no certificate WHEN connecting THEN it is the
    caller's mistake.
    """
    broken = tmp_path / "ca.crt"
    address = Address("127.0.0.1", 8883, tls=True, ca_file=broken)
    with pytest.raises(UsageError, match=r"CA file .*ca\.crt: No such file"):
        async with connect(ConnectionPlan(address, "test")):
            pass
    broken.write_text("no certificate")
    with pytest.raises(UsageError, match=r"CA file .*ca\.crt"):
        async with connect(ConnectionPlan(address, "test")):
            pass


async def test_mqtt_5_where_the_broker_speaks_it(broker: Broker) -> None:
    """GIVEN the two brokers WHEN connected THEN Mosquitto is spoken to in MQTT 5 and NATS in 3.1.1,
    without being told.
    """
    async with connect(ConnectionPlan(broker.address, "test")) as session:
        assert session._protocol.name == ("V5" if isinstance(broker, Mosquitto) else "V311")


async def test_a_renewed_connection_goes_on(broker: Broker) -> None:
    """GIVEN a connected watch WHEN its connection is renewed THEN there is a new one and cues are
    felt as before.
    """
    async with running(broker) as run:
        run.watch.session.renew()
        await until(lambda: run.watch.session.counters.connections >= 2)
        run.delivery.send(run.cue("c1"))
        await until(lambda: bool(run.inputs))


async def test_nobody_learns_a_client_id(broker: Broker) -> None:
    """GIVEN a race WHEN everything that is published is read THEN no client id stands in it: with
    it a reader could throw the client out.
    """
    async with running(broker) as run:
        plans = [
            session._plans().client_id for session in (run.delivery.session, run.watch.session)
        ]
        run.delivery.send(run.cue("c1"))
        await until(lambda: bool(run.of(Play)))
        said = repr([run.seen, run.inputs, run.delivery._run_id])
    assert len(set(plans)) == 2
    assert not [
        part for plan in plans for part in (plan, plan.removeprefix("kickcue-")) if part in said
    ]


@pytest.mark.mosquitto
async def test_a_twin_with_our_client_id_does_not_begin_a_storm(mosquitto: Mosquitto) -> None:
    """GIVEN a client with our client id that comes back whenever it is thrown out WHEN both go on
    THEN we take another id, told once.

    NATS lets such clients wait by itself.
    """
    plan = ConnectionPlan(mosquitto.watch_address)
    told: list[str] = []
    async with connect(plan) as session:
        session.warn = told.append
        twin = asyncio.create_task(stubborn(plan))
        try:
            await until(lambda: len(told) == 1)
            await until(lambda: session.connected)
            before = session.counters.connections
            await asyncio.sleep(LASTING_S)  # in which a storm would go on
            assert session.counters.connections == before
        finally:
            await end([twin])
    assert len(told) == 1
    assert "another client" in told[0]


async def stubborn(plan: ConnectionPlan) -> None:
    """Connect with a client id again and again, as a twin does that knows of nothing."""
    address = plan.address
    while True:
        with contextlib.suppress(MqttError):
            async with Client(
                address.host,
                address.port,
                username=address.user,
                password=address.password,
                identifier=plan.client_id,
            ) as client:
                async for _ in client.messages:
                    pass
        await asyncio.sleep(0.05)


async def test_what_is_queued_on_leaving_is_still_sent(broker: Broker) -> None:
    """GIVEN a session that ends right after a message was given to it WHEN it ends THEN the message
    has reached the broker.
    """
    async with connect(
        ConnectionPlan(broker.watch_address, "listener", ((TOPICS["status"], 1),))
    ) as listener:
        async with connect(ConnectionPlan(broker.address, "speaker")) as speaker:
            speaker.send(outgoing(b"bye"))
        async with asyncio.timeout(PATIENCE_S):
            assert (await listener.incoming.get()).payload == b"bye"


async def test_a_flood_nobody_reads_is_bounded(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a listener that does not take what comes WHEN more comes than it may hold THEN the
    newest is kept and the rest counted.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.traffic.MOST_INCOMING", 3)
    async with connect(
        ConnectionPlan(broker.watch_address, "listener", ((TOPICS["status"], 1),))
    ) as listener:
        async with connect(ConnectionPlan(broker.address, "speaker")) as speaker:
            for number in range(5):
                speaker.send(outgoing(str(number).encode()))
            await until(lambda: listener.counters.received == 5)
        assert listener.counters.overflowed == 2
        assert [listener.incoming.get_nowait().payload for _ in range(3)] == [b"2", b"3", b"4"]


async def test_a_watch_passes_over_what_it_cannot_read(
    nats: Nats, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a message of a later wire format, and one on a topic that nobody knows WHEN a watch
    gets them THEN it goes on; the log says why.
    """
    caplog.set_level("INFO")
    async with running(nats) as run:
        for payload in (b'{"wire": 2}', b"{}"):
            run.watch._take(Received(TOPICS["cue"], payload, retained=False, received_s=0.0))
        assert (
            run.watch._take(Received("kickcue/test/lunch", b"{}", retained=False, received_s=0.0))
            == ()
        )
        run.delivery.send(run.cue("c1"))
        await until(lambda: bool(run.inputs))
    assert "kickcue/test/cue refused: cue: expected wire version 1, got 2" in caplog.messages


# ---- the outbox


def outgoing(payload: bytes, *, worth_s: float = PATIENCE_S, urgent: bool = False) -> Outgoing:
    return Outgoing(
        TOPICS["status"], payload, asyncio.get_running_loop().time() + worth_s, urgent=urgent
    )


async def test_urgent_goes_first_and_the_rest_in_order() -> None:
    """GIVEN a, b and an urgent c WHEN taken THEN c, a, b; what is put back comes before all of its
    kind.
    """
    box = Outbox()
    for name in (b"a", b"b"):
        box.put(outgoing(name))
    box.put(outgoing(b"c", urgent=True))
    first = await box.get()
    a = await box.get()
    box.put_back(a)
    assert [first.payload, (await box.get()).payload, (await box.get()).payload] == [
        b"c",
        b"a",
        b"b",
    ]


async def test_what_is_past_its_deadline_is_dropped_and_counted() -> None:
    """GIVEN a message whose time is over and one whose is not WHEN taken THEN the second comes and
    the first is counted.
    """
    box = Outbox()
    box.put(outgoing(b"old", worth_s=-0.001))
    box.put(outgoing(b"new"))
    assert (await box.get()).payload == b"new"
    assert box.expired == 1


async def test_the_outbox_is_bounded_and_keeps_what_is_urgent() -> None:
    """GIVEN a full outbox WHEN more comes THEN what is oldest and not urgent is given up."""
    box = Outbox()
    box.put(outgoing(b"cue", urgent=True))
    for number in range(MOST_WAITING):
        box.put(outgoing(str(number).encode()))
    assert box.expired == 1
    assert [(await box.get()).payload, (await box.get()).payload] == [b"cue", b"1"]


# ---- noise and tasks


async def test_the_librarys_noise_is_kept_away_and_nothing_else() -> None:
    """GIVEN a loop with a handler WHEN aiomqtt's known leftovers are reported THEN the handler does
    not see them; any other error it sees.
    """
    loop = asyncio.get_running_loop()
    seen: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: seen.append(context))
    quieten(loop)
    quieten(loop)
    bug = {"message": "a bug", "exception": ValueError("a bug")}
    loop.call_exception_handler(
        {"message": "never retrieved", "exception": MqttError("disconnected")}
    )
    loop.call_exception_handler(bug)
    assert seen == [bug]


@pytest.mark.parametrize(
    ("error", "handle", "noise"),
    [
        (MqttError("x"), "", True),
        (OSError(9, "Bad file descriptor"), "<Handle BaseSelectorEventLoop.add_writer(7)>", True),
        (
            ValueError("Invalid file descriptor: -1"),
            "<Handle BaseSelectorEventLoop.add_reader(-1)>",
            True,
        ),
        (OSError(9, "Bad file descriptor"), "<Handle somebody_else()>", False),
        (KeyError("x"), "<Handle BaseSelectorEventLoop.add_writer(7)>", False),
    ],
)
def test_what_counts_as_noise(error: Exception, handle: str, noise: bool) -> None:
    """GIVEN what a loop reports WHEN judged THEN only the two known leftovers are noise."""

    class Handle:
        def __repr__(self) -> str:
            return handle

    assert is_noise({"exception": error, "handle": Handle()}) is noise


async def test_a_task_that_swallows_its_cancellation_is_ended_all_the_same() -> None:
    """GIVEN a task that ignores the first cancellation, as wait_for did up to Python 3.11 WHEN it
    is ended THEN it has ended.
    """

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end([task])
    assert task.cancelled()
