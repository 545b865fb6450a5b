"""The one port: the page for who has a token of the race, and MQTT through it."""

import errno
import json
import logging
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from kickcue import __version__
from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.connection import tls_context
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.junk_guard import JunkGuard
from kickcue.edges.web.mqtt_gate import GateCounters, MqttGate
from kickcue.edges.web.mqtt_packets import LARGEST_PACKET_BYTES
from kickcue.edges.web.page_files import PageFile, page_files
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.tunnel import TRY_AGAIN_LATER, shortened, tunnel

LOG: Final = logging.getLogger(__name__)

MQTT_PATH: Final = "/mqtt"
SESSION_PATH: Final = "/session.json"
REPORT_PATH: Final = "/report"
IN_QUERY: Final = "t"
COOKIE: Final = "kickcue-{port}"
"""A browser sends a cookie to all ports of a machine: each race there has one of its own."""
MOST_PAGES: Final = 64
"""A club at the track, and no flood."""
NOT_OURS: Final = "it is not an address of this machine"
GOODBYE_S: Final = 0.5
"""The end of a race does not wait for phones that have gone out of reach."""

_TEXT: Final = "text/plain; charset=utf-8"
_SAFE: Final[Mapping[str, str]] = {
    # All that the page needs comes from this port; what it shows of strangers' texts is text.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "screen-wake-lock=(self), camera=(), microphone=(), geolocation=()",
}
_LET_IN: Final = (
    "kickcue: this page is for who has the code of the race. Scan the QR code on the screen of "
    "kickcue again; the code of an earlier race lets nobody in.\n"
)


class PortInUseError(UsageError):
    """The port cannot be had."""


@dataclass(slots=True)
class WebCounters:
    """What happened at the port."""

    refused: int = 0
    """Requests without a token of this race, or from another page."""
    pages: int = 0
    """Pages that are connected now."""
    gate: GateCounters = field(default_factory=GateCounters)


Report = Callable[[], Awaitable[bytes | None]]
"""Gives the report as a page of its own, None while there is none."""


async def no_report() -> None:
    """Give no report: that of a race elsewhere is there."""


class Route(NamedTuple):
    """Through which broker, with its password, and whose topics."""

    broker: Address
    topics: Topics


@dataclass(frozen=True, slots=True)
class WebSite:
    """What is served, to whom.

    ``route`` is asked at each connection, for a private broker may be another one by then;
    BrokerError while there is none. ``report`` gives the page of what was run. ``joined`` is called
    for each page that hears the broker from now on: it should learn at once whether anybody sends.
    """

    files: Mapping[str, PageFile]
    tokens: RaceTokens
    route: Callable[[], Route]
    report: Report = no_report
    joined: Callable[[], None] = lambda: None
    counters: WebCounters = field(default_factory=WebCounters)


def site_files() -> Mapping[str, PageFile]:
    """Return the page that kickcue brings."""
    return page_files("kickcue.page")


@asynccontextmanager
async def serving(
    site: WebSite, host: str | None, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve until left; gives the port, which the system chooses for 0.

    ``host`` None is every address of this machine. PortInUseError where the port cannot be had,
    UsageError where the address is not one of this machine.
    """
    port_of = _Port(site, secure=tls is not None)
    try:
        server = await serve(
            port_of.mqtt,
            host,
            port,
            ssl=tls,
            process_request=port_of.request,
            subprotocols=[Subprotocol("mqtt")],
            compression=None,
            max_size=LARGEST_PACKET_BYTES,
            max_queue=16,
            close_timeout=GOODBYE_S,
            server_header=None,
            logger=_library_log(),
        )
    except (socket.gaierror, UnicodeError):  # UnicodeError: no name at all
        raise UsageError(f"cannot serve at {host}: {NOT_OURS}") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise UsageError(f"cannot serve at {host}: {NOT_OURS}") from None
        raise PortInUseError(
            f"port {port}: {error.strerror or error}; choose another one"
        ) from None
    try:
        yield _port_of(server)
    finally:
        server.close()
        await server.wait_closed()


def _port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def _library_log() -> logging.Logger:
    """Return a quiet log: the library tells every connection that somebody breaks off."""
    log = logging.getLogger(f"{__name__}.library")
    log.setLevel(logging.CRITICAL)
    return log


class _Port:
    """Answers one port."""

    def __init__(self, site: WebSite, *, secure: bool) -> None:
        self._site = site
        self._secure = secure
        self._roles: WeakKeyDictionary[ServerConnection, Role] = WeakKeyDictionary()

    async def request(self, page: ServerConnection, request: Request) -> Response | None:
        """Answer a request; None lets a WebSocket in."""
        url = urlsplit(request.path)
        given = parse_qs(url.query).get(IN_QUERY, [""])[0]
        if given:
            return self._welcome(page, request, given, url.path)
        role = self._role(page, request)
        if role is None:
            return self._refused()
        if url.path == MQTT_PATH:
            return self._let_in(page, request, role)
        if url.path == SESSION_PATH:
            return _response(HTTPStatus.OK, "application/json", self._session(role))
        if url.path == REPORT_PATH and role is Role.ATHLETE:
            return _report(await self._site.report())
        return self._file(request, url.path)

    async def mqtt(self, page: ServerConnection) -> None:
        """Carry the MQTT of a page that was let in."""
        site = self._site
        role = self._roles.pop(page)
        try:
            broker, topics = site.route()
        except BrokerError as error:
            await page.close(TRY_AGAIN_LATER, shortened(str(error)))
            return
        gate = MqttGate(role, topics, broker, site.counters.gate, time.monotonic)
        guard = JunkGuard(topics, site.counters.gate, time.monotonic)
        site.counters.pages += 1
        try:
            await tunnel(page, gate, guard, broker, tls_context(broker), site.joined)
        finally:
            site.counters.pages -= 1

    def _scheme(self, request: Request) -> str:
        """Return by which scheme the page was asked for: here, or at a proxy that encrypts.

        No page in a browser can set that header.
        """
        proxied = request.headers.get("X-Forwarded-Proto", "") == "https"
        return "https" if self._secure or proxied else "http"

    def _welcome(self, page: ServerConnection, request: Request, token: str, path: str) -> Response:
        """Keep the token in a cookie, and take it out of the address."""
        if self._site.tokens.role_of(token) is None:
            return self._refused()
        secure = "; Secure" if self._scheme(request) == "https" else ""
        cookie = f"{_cookie(page)}={token}; HttpOnly; SameSite=Lax; Path=/{secure}"
        where = path if path in self._site.files else "/"
        more = (("Location", where), ("Set-Cookie", cookie))
        return _response(HTTPStatus.SEE_OTHER, _TEXT, b"", *more)

    def _role(self, page: ServerConnection, request: Request) -> Role | None:
        """Return who it is by the cookie.

        A browser also sends those of all else that is served at this machine, on any port: they may
        be long, and need not be such as the standard wants them.
        """
        name, found = _cookie(page), None
        for header in request.headers.get_all("Cookie"):
            for each in header.split(";"):
                key, _, token = each.strip().partition("=")
                if key == name:
                    found = found or self._site.tokens.role_of(token)
        return found

    def _let_in(self, page: ServerConnection, request: Request, role: Role) -> Response | None:
        """Let a WebSocket in that comes from this very page."""
        here = f"{self._scheme(request)}://{request.headers.get('Host', '')}"
        if request.headers.get("Origin") != here:
            return self._refused()
        if self._site.counters.pages >= MOST_PAGES:
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, b"too many pages\n")
        self._roles[page] = role
        return None

    def _refused(self) -> Response:
        self._site.counters.refused += 1
        return _response(HTTPStatus.FORBIDDEN, _TEXT, _LET_IN.encode())

    def _session(self, role: Role) -> bytes:
        try:
            prefix = self._site.route().topics.prefix
        except BrokerError:
            prefix = None
        return json.dumps({"role": role, "prefix": prefix, "version": __version__}).encode()

    def _file(self, request: Request, path: str) -> Response:
        found = self._site.files.get(path)
        if found is None:
            return _response(HTTPStatus.NOT_FOUND, _TEXT, b"kickcue: there is no such page\n")
        etag = ("ETag", found.etag)
        if request.headers.get("If-None-Match") == found.etag:
            return _response(HTTPStatus.NOT_MODIFIED, found.content_type, b"", etag)
        return _response(HTTPStatus.OK, found.content_type, found.body, etag)


def _cookie(page: ServerConnection) -> str:
    """Return the name of the cookie for the port that was asked."""
    return COOKIE.format(port=page.local_address[1])


def _report(page: bytes | None) -> Response:
    """Return the report, which brings its own policy: all of it is in the one file."""
    if page is None:
        return _response(HTTPStatus.NOT_FOUND, _TEXT, b"kickcue: no race is over yet\n")
    found = _response(HTTPStatus.OK, "text/html; charset=utf-8", page)
    del found.headers["Content-Security-Policy"]
    found.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
    return found


def _response(
    status: HTTPStatus, content_type: str, body: bytes, *more: tuple[str, str]
) -> Response:
    headers = Headers(
        {
            **_SAFE,
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-cache",
            "Connection": "close",
        }
    )
    for name, value in more:
        headers[name] = value
    return Response(status, status.phrase, headers, body)
