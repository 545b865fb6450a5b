"""The page of a race, served: its links, its port, its certificate."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.edges.web.addresses import own_addresses, url
from kickcue.edges.web.certificate import own_certificate
from kickcue.edges.web.mdns import announcing, local_name
from kickcue.edges.web.page_files import CA_PATH, ca_file
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import NOT_OURS, PortInUseError, WebCounters, WebSite, serving

PORT: Final = 8017
PORTS_TRIED: Final = 8
"""Several races on one machine have a page each."""
LOCAL: Final = "localhost"
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  a phone cannot go there
HOST: Final = re.compile(r"[A-Za-z0-9.:%-]{1,253}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to serve: ``host`` None is every address of this machine.

    ``certificates`` is the folder for a certificate of one's own; None: not encrypted. ``athlete``
    gives the page its name in the network, where one can be announced; None: it has no name.
    """

    host: str | None = None
    port: int = PORT
    certificates: Path | None = None
    athlete: str | None = None


@dataclass(slots=True)
class RacePage:
    """Where the page is. Its links let people in: they stand in no log."""

    port: int
    hosts: tuple[str, ...]
    secure: bool
    tokens: RaceTokens
    counters: WebCounters
    name: str | None = None
    """Its name in the network, once it is known there."""

    def link(self, role: Role, host: str | None = None) -> str:
        """Return the link that lets somebody in, at the first address unless another is given."""
        return url(
            host or self.hosts[0], self.port, secure=self.secure, path=f"/?t={self.tokens[role]}"
        )

    @property
    def text(self) -> str:
        """Return where it is, without what lets anybody in."""
        return url(self.hosts[0], self.port, secure=self.secure)

    @property
    def named_text(self) -> str | None:
        """Return where it is by its name; None while it has none."""
        return None if self.name is None else url(self.name, self.port, secure=self.secure)


@asynccontextmanager
async def race_page(
    site: WebSite, place: Place, named: Callable[[RacePage], None] = lambda _: None
) -> AsyncIterator[RacePage]:
    """Serve the page: at the port that is wanted, or the next that is free.

    ``named`` is called when the network knows its name. UsageError where there is no port, or no
    certificate can be made.
    """
    if place.host is not None and not HOST.fullmatch(place.host):
        raise UsageError(f"cannot serve at {place.host}: {NOT_OURS}")
    if place.host in EVERYWHERE:
        place = replace(place, host=None)
    addresses = own_addresses() if place.host is None else (place.host,)
    hosts, tls = (*addresses, LOCAL), None
    name = None if place.athlete is None or place.host is not None else local_name(place.athlete)
    if place.certificates is not None:
        names = (*hosts, *([] if name is None else [name]))
        own = await asyncio.to_thread(own_certificate, place.certificates, names)
        tls, site = own.tls, replace(site, files={**site.files, CA_PATH: ca_file(own.ca)})
    async with AsyncExitStack() as stack:
        port = await _first_free(stack, site, place, tls)
        page = RacePage(port, hosts, tls is not None, site.tokens, site.counters)

        def known(by: str) -> None:
            page.name = by
            named(page)

        if name is not None and addresses:
            await stack.enter_async_context(announcing(name, port, addresses, known))
        yield page


async def _first_free(
    stack: AsyncExitStack, site: WebSite, place: Place, tls: ssl.SSLContext | None
) -> int:
    for port in _ports(place.port):
        with suppress(PortInUseError):
            return await stack.enter_async_context(serving(site, place.host, port, tls))
    return await stack.enter_async_context(serving(site, place.host, _any_port(), tls))


def _ports(wanted: int) -> Iterator[int]:
    yield from range(wanted, min(wanted + PORTS_TRIED, 65536))
    yield _any_port()  # which somebody else may have taken by then


def _any_port() -> int:
    """Return a port that is free; port 0 would be another one at each address of this machine."""
    with socket.create_server(("", 0)) as probe:
        return int(probe.getsockname()[1])
