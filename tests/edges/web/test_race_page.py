"""Where the page of a race is: its port, its links, its certificate."""

import asyncio
import secrets
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import Final

import pytest

from kickcue.core.errors import UsageError
from kickcue.edges.web import race_page as module
from kickcue.edges.web.page_files import CA_PATH
from kickcue.edges.web.race_page import PORTS_TRIED, Place, race_page
from kickcue.edges.web.roles import Role
from tests.edges.web.test_server import get, site_of
from tests.patience import PATIENCE_S
from tests.ports import PORTS

HERE: Final = "127.0.0.1"


@contextmanager
def taken(count: int) -> Iterator[int]:
    """Hold so many neighbouring ports; gives the first."""
    while True:
        # Somewhere else each time: who tests beside takes ports too. One below is not given by the
        # system to anybody meanwhile.
        first = secrets.choice(PORTS)
        held: list[socket.socket] = []
        try:
            for n in range(count):
                held.append(socket.create_server((HERE, first + n)))  # noqa: PERF401  all are closed
            with socket.create_server((HERE, first + count)):
                pass  # the next one is free
        except OSError:
            continue
        else:
            yield first
            return
        finally:
            for each in held:
                each.close()


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_the_next_port_that_is_free(count: int) -> None:
    """GIVEN ports that others have THEN the page is at the first that is free."""
    with taken(count) as first:
        async with race_page(site_of(), Place(HERE, first)) as page:
            assert first + count == page.port
            assert f"http://{HERE}:{page.port}/" == page.text
            answer, _ = await get(page.port, f"/?t={page.tokens[Role.HELPER]}")
            assert 303 == answer.status


async def test_some_port_where_many_are_taken() -> None:
    """GIVEN more neighbours than are tried THEN the page is somewhere else, at each address of this
    machine at the same port.
    """
    with taken(PORTS_TRIED) as first:
        async with race_page(site_of(), Place(HERE, first)) as page:
            assert page.port not in range(first, first + PORTS_TRIED)
            answer, _ = await get(page.port, "/")
            assert 403 == answer.status


async def test_the_last_port_of_all() -> None:
    """GIVEN the highest port there is THEN no higher one is tried."""
    with socket.create_server((HERE, 65535)):
        async with race_page(site_of(), Place(HERE, 65535)) as page:
            assert page.port < 65535


@pytest.mark.parametrize("host", [None, "0.0.0.0", "::"])
async def test_every_address_is_served(monkeypatch: pytest.MonkeyPatch, host: str | None) -> None:
    """GIVEN no address of one's wish, or one that means all of them THEN IPv4 and IPv6 have the
    page at one port; the first link is that of the network, the last this machine's.
    """
    monkeypatch.setattr(module, "own_addresses", lambda: ("192.0.2.7", "2001:db8::7"))
    async with race_page(site_of(), Place(host, 30011)) as page:
        assert ("192.0.2.7", "2001:db8::7", "localhost") == page.hosts
        assert page.link(Role.ATHLETE).startswith(f"http://192.0.2.7:{page.port}/?t=")
        assert page.tokens[Role.VIEWER] in page.link(Role.VIEWER, "localhost")
        for each in (HERE, "::1") if socket.has_dualstack_ipv6() else (HERE,):
            _, writer = await asyncio.open_connection(each, page.port)
            writer.close()


async def test_a_machine_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no network THEN a browser on this machine has the page."""
    monkeypatch.setattr(module, "own_addresses", tuple)
    async with race_page(site_of(), Place(port=30013)) as page:
        assert f"http://localhost:{page.port}/" == page.text


@pytest.mark.parametrize("host", ["192.0.2.1", "nobody.invalid", "a b", "x\ny", "\0", "."])
async def test_an_address_that_is_not_ours(host: str) -> None:
    """GIVEN another machine's address, or none THEN that is said, not that a port is taken."""
    with pytest.raises(UsageError, match="it is not an address of this machine"):
        async with race_page(site_of(), Place(host, 30015)):
            pass


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is absent")
async def test_encrypted(tmp_path: Path) -> None:
    """GIVEN a certificate of one's own THEN who trusts its CA is let in over TLS by the token, may
    fetch that CA to trust it, and its cookie goes over no other way.
    """
    async with race_page(site_of(), Place(HERE, 30019, tmp_path)) as page:
        assert page.link(Role.ATHLETE).startswith(f"https://{HERE}:")
        trusting = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))

        def ask() -> tuple[str, int, bytes]:
            here = HTTPSConnection(HERE, page.port, context=trusting, timeout=PATIENCE_S)
            here.request("GET", f"/?t={page.tokens[Role.ATHLETE]}")
            welcome = here.getresponse()
            cookie = welcome.getheader("Set-Cookie") or ""
            here.close()
            here.request("GET", CA_PATH, headers={"Cookie": cookie.partition(";")[0]})
            found = here.getresponse()
            kind, body = found.getheader("Content-Type"), found.read()
            assert "application/x-x509-ca-cert" == kind
            here.close()
            return cookie, found.status, body

        cookie, status, body = await asyncio.to_thread(ask)
    assert "Secure" in cookie
    assert (200, (tmp_path / "ca.crt").read_bytes()) == (status, body)


async def test_no_certificate_no_page(tmp_path: Path) -> None:
    """GIVEN a folder that cannot be had for the certificate THEN no page comes up unencrypted."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="no certificate"):
        async with race_page(site_of(), Place(HERE, 30021, tmp_path / "file")):
            pass
