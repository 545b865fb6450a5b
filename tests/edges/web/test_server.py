"""The one port: page and MQTT, for who has a token of the race."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Final

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.mqtt_packets import Connect, Packet, PacketKind, PacketSplitter
from kickcue.edges.web.page_files import PageFile
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import COOKIE, Route, WebSite, serving
from tests.patience import PATIENCE_S

TOPICS: Final = Topics("kickcue/web")
INDEX: Final = PageFile("text/html; charset=utf-8", b"<!doctype html>", '"one"')
NOWHERE: Final = Address("localhost", 1)


def site_of(broker: Address = NOWHERE) -> WebSite:
    return WebSite({"/": INDEX}, RaceTokens(), lambda: Route(broker, TOPICS))


@asynccontextmanager
async def served(site: WebSite) -> AsyncIterator[int]:
    async with serving(site, "127.0.0.1", 0) as port:
        yield port


async def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    def ask() -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    return await asyncio.to_thread(ask)


def page(port: int, token: str, origin: str | None = None, *, host: str = "127.0.0.1") -> "connect":
    return connect(
        f"ws://127.0.0.1:{port}/mqtt",
        origin=Origin(origin or f"http://{host}:{port}"),
        subprotocols=[Subprotocol("mqtt")],
        additional_headers={"Cookie": f"kickcue-{port}={token}"},
        proxy=None,
        open_timeout=PATIENCE_S,
    )


def text(word: str) -> bytes:
    return len(word).to_bytes(2, "big") + word.encode()


async def answer(socket: ClientConnection) -> Packet:
    splitter = PacketSplitter()
    while True:
        data = await asyncio.wait_for(socket.recv(), PATIENCE_S)
        assert isinstance(data, bytes)
        for packet in splitter.feed(data):
            return packet


@pytest.mark.parametrize("path", ["/", "/session.json", "/mqtt", "/?t=", "/?t=guess", "/..//etc"])
async def test_without_the_token_nothing_is_served(path: str) -> None:
    """GIVEN no token, or a wrong one THEN no path gives anything but a word about the QR code."""
    site = site_of()
    async with served(site) as port:
        name = f"kickcue-{port}"
        for cookie in ("", f"{name}=guess", f"{name}=" + "a" * 5000, f'{name}="', f"a=b; {name}"):
            found, body = await get(port, path, Cookie=cookie)
            assert 403 == found.status
            assert b"QR code" in body
    assert 5 == site.counters.refused


@pytest.mark.parametrize("role", Role)
async def test_the_token_becomes_a_cookie(role: Role) -> None:
    """GIVEN the token of a QR code THEN the address forgets it and the page knows its role."""
    site = site_of()
    async with served(site) as port:
        welcome, _ = await get(port, f"/?t={site.tokens[role]}")
        cookie = welcome.getheader("Set-Cookie") or ""
        assert (303, "/") == (welcome.status, welcome.getheader("Location"))
        assert "HttpOnly" in cookie
        assert "SameSite" in cookie
        index, body = await get(port, "/", Cookie=cookie.partition(";")[0])
        assert (200, INDEX.body) == (index.status, body)
        policy = index.getheader("Content-Security-Policy") or ""
        assert "unsafe" not in policy
        assert "http" not in policy
        again, _ = await get(
            port, "/", **{"Cookie": cookie.partition(";")[0], "If-None-Match": INDEX.etag}
        )
        assert 304 == again.status
        _, session = await get(port, "/session.json", Cookie=cookie.partition(";")[0])
    known = json.loads(session)
    assert (role, "kickcue/web") == (known["role"], known["prefix"])


async def test_a_token_of_another_race_is_a_wrong_one() -> None:
    """GIVEN yesterday's QR code THEN it lets nobody in today."""
    yesterday, today = site_of(), site_of()
    async with served(today) as port:
        found, _ = await get(port, f"/?t={yesterday.tokens[Role.ATHLETE]}")
    assert 403 == found.status


async def test_two_races_on_one_machine_have_a_cookie_each() -> None:
    """GIVEN a phone with the codes of two races THEN each port knows it by its own."""
    one, two = site_of(), site_of()
    async with served(one) as here, served(two) as there:
        cookies = []
        for port, site in ((here, one), (there, two)):
            welcome, _ = await get(port, f"/?t={site.tokens[Role.ATHLETE]}")
            cookies.append((welcome.getheader("Set-Cookie") or "").partition(";")[0])
        for port in (here, there):
            found, _ = await get(port, "/", Cookie="; ".join(cookies))
            assert 200 == found.status


@pytest.mark.parametrize("other", ['a={"b": "c d"}', "a=b,c", "=", "ä=1", "a=" + "b" * 6000])
async def test_cookies_of_others_on_the_machine_do_not_matter(other: str) -> None:
    """GIVEN cookies of another program at this machine, odd or long THEN ours is found."""
    site = site_of()
    async with served(site) as port:
        ours = f"kickcue-{port}={site.tokens[Role.VIEWER]}"
        for cookie in (f"{other}; {ours}", f"{ours}; {other}"):
            assert 200 == (await get(port, "/", Cookie=cookie))[0].status


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}"])
async def test_another_page_cannot_use_the_cookie(origin: str) -> None:
    """GIVEN a page of somebody else in the same browser THEN its WebSocket is refused."""
    site = site_of()
    async with served(site) as port:
        with pytest.raises(InvalidStatus) as refused:
            async with page(port, site.tokens[Role.ATHLETE], origin.format(port=port)):
                pass
    assert 403 == refused.value.response.status_code


async def test_behind_a_proxy_that_encrypts() -> None:
    """GIVEN a reverse proxy with a name and a certificate THEN its pages are let in, and the cookie
    goes over no other way; another page still is not.
    """
    site = site_of()
    proxied = {"Host": "run.example", "X-Forwarded-Proto": "https"}
    async with served(site) as port:
        welcome, _ = await get(port, f"/?t={site.tokens[Role.ATHLETE]}", **proxied)
        assert "Secure" in (welcome.getheader("Set-Cookie") or "")
        for origin, status in (("https://run.example", 101), ("https://evil.example", 403)):
            assert status == await shaken(port, site.tokens[Role.ATHLETE], origin, proxied)


async def shaken(port: int, token: str, origin: str, headers: dict[str, str]) -> int:
    """Return the status of a WebSocket's handshake with these headers."""
    lines = {
        **headers,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "mqtt",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": origin,
        "Cookie": f"{COOKIE.format(port=port)}={token}",
    }
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    text_of = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"GET /mqtt HTTP/1.1\r\n{text_of}\r\n".encode())
    answered = await asyncio.wait_for(reader.readline(), PATIENCE_S)
    writer.close()
    return int(answered.split()[1])


@pytest.fixture
async def broker() -> AsyncIterator[PrivateBroker]:
    async with private_broker(TOPICS) as private:
        yield private


async def test_two_pages_speak_through_the_broker(broker: PrivateBroker) -> None:
    """GIVEN a real broker WHEN an athlete's page says it is there THEN the broker takes it; a
    viewer's page is thrown out when it asks for the cues.
    """
    site = site_of(broker.watch)
    async with served(site) as port:
        async with page(port, site.tokens[Role.ATHLETE]) as socket:
            await socket.send(Connect(60, None).packet("page", None, None).to_bytes())
            assert (2, b"\x00\x00") == ((got := await answer(socket)).kind, got.body)
            filters = b"".join(text(TOPICS[name]) + b"\x01" for name in ("state", "cue"))
            await socket.send(Packet(PacketKind.SUBSCRIBE, 2, b"\x00\x01" + filters).to_bytes())
            assert (9, b"\x00\x01\x01\x01") == ((got := await answer(socket)).kind, got.body)
        async with page(port, site.tokens[Role.VIEWER]) as socket:
            await socket.send(Connect(60, None).packet("page", None, None).to_bytes())
            await answer(socket)
            cue = text(TOPICS["cue"]) + b"\x00"
            await socket.send(Packet(PacketKind.SUBSCRIBE, 2, b"\x00\x01" + cue).to_bytes())
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(socket.recv(), PATIENCE_S)
            assert "viewer" in str(closed.value)


async def test_a_broker_out_of_reach_is_said() -> None:
    """GIVEN no broker THEN the page is told to try again later, and the port lives on."""
    site = site_of()
    async with served(site) as port:
        async with page(port, site.tokens[Role.ATHLETE]) as socket:
            with pytest.raises(ConnectionClosed, match="cannot be reached"):
                await asyncio.wait_for(socket.recv(), PATIENCE_S)
        found, _ = await get(port, "/", Cookie=f"kickcue-{port}={site.tokens[Role.VIEWER]}")
    assert (200, 0) == (found.status, site.counters.pages)


@pytest.mark.parametrize("junk", [b"\x00" * 40, b"\xf0\x00", b"\x10\x02\x00\x00"])
async def test_junk_ends_a_connection_and_nothing_else(broker: PrivateBroker, junk: bytes) -> None:
    """GIVEN bytes that are no MQTT THEN that connection ends, with its reason."""
    site = site_of(broker.watch)
    async with served(site) as port, page(port, site.tokens[Role.ATHLETE]) as socket:
        await socket.send(junk)
        with pytest.raises(ConnectionClosed, match="expected"):
            await asyncio.wait_for(socket.recv(), PATIENCE_S)


async def test_a_port_in_use_is_said() -> None:
    """GIVEN a port that is taken THEN a sentence names it and what to do."""
    async with served(site_of()) as port:
        with pytest.raises(UsageError, match=f"port {port}: .*in use"):
            async with serving(site_of(), "127.0.0.1", port):
                pass
