"""What kickcue says to a broker leaves at once: no connection waits until it has enough to send."""

import signal
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from ssl import SSLContext, SSLSocket

import pytest
from aiomqtt import ProtocolVersion

from kickcue.edges.mqtt import session as sessions
from kickcue.edges.mqtt.attentive import AttentiveClient
from kickcue.edges.mqtt.connection import ConnectionPlan, dial
from kickcue.edges.mqtt.session import connect
from tests.edges.mqtt.conftest import Broker, Mosquitto, running, until

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """Return the sockets of all connections that are made from now on."""
    made: list[socket.socket] = []

    async def noted(
        plan: ConnectionPlan, protocol: ProtocolVersion, tls: SSLContext | None
    ) -> tuple[AttentiveClient, Mapping[str, str]]:
        client, refused = await dial(plan, protocol, tls)
        found = client._client.socket()
        assert isinstance(found, socket.socket)
        made.append(found)
        return client, refused

    monkeypatch.setattr(sessions, "dial", noted)
    return made


def waits(sock: socket.socket) -> bool:
    """Tell whether small packets wait for the acknowledgement of those before (Nagle, RFC 896)."""
    return not sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_sender_and_watch_send_at_once(broker: Broker, sockets: list[socket.socket]) -> None:
    """GIVEN a sender of cues and a watch WHEN they are connected THEN neither's socket holds small
    packets back.
    """
    async with running(broker):
        assert [waits(each) for each in sockets] == [False, False]


async def test_so_does_a_connection_that_came_back(
    broker: Broker, sockets: list[socket.socket]
) -> None:
    """GIVEN a connection WHEN its broker dies and comes back THEN the new socket holds nothing back
    either.
    """
    async with connect(ConnectionPlan(broker.address)):
        broker.signal(signal.SIGKILL)
        broker.come_back()
        await until(lambda: len(sockets) > 1)
        assert not waits(sockets[-1])


@pytest.mark.mosquitto
async def test_so_does_tls(
    mosquitto: Mosquitto, certificates: Path, sockets: list[socket.socket]
) -> None:
    """GIVEN a broker with TLS WHEN connected THEN the socket below holds nothing back."""
    mosquitto.signal(signal.SIGKILL)
    mosquitto.options += [
        f"certfile {certificates / 'server.crt'}",
        f"keyfile {certificates / 'server.key'}",
    ]
    mosquitto.come_back()
    safe = replace(mosquitto.address, tls=True, ca_file=certificates / "server.crt")
    async with connect(ConnectionPlan(safe)):
        assert isinstance(sockets[0], SSLSocket)
        assert not waits(sockets[0])
