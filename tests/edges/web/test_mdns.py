"""The page's name in the network: a real responder and a real browser of services, on the loopback
interface alone.
"""

import asyncio
import importlib
import secrets
import sys
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.edges.web import mdns
from kickcue.edges.web.mdns import announcing, local_name
from kickcue.edges.web.race_page import Place, RacePage, race_page
from kickcue.edges.web.roles import Role
from tests.edges.web.test_server import site_of
from tests.patience import PATIENCE_S

LOOPBACK: Final = ["127.0.0.1"]
PATIENCE_MS: Final = round(PATIENCE_S * 1000)


@pytest.fixture
def zeroconf(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the library in, on the loopback interface alone."""
    monkeypatch.delitem(sys.modules, "zeroconf", raising=False)
    library = importlib.import_module("zeroconf.asyncio")
    real = library.AsyncZeroconf
    monkeypatch.setattr(library, "AsyncZeroconf", lambda: real(interfaces=LOOPBACK))
    return library


def nobodys() -> str:
    """Return a name that nobody has: who tests at the same time shares the interface."""
    return f"kickcue-{secrets.token_hex(4)}.local"


async def asked(library: Any, name: str) -> Any:
    """Return what another machine is told of a page; None where nobody answers."""
    other = library.AsyncZeroconf()
    try:
        service = f"{name.removesuffix('.local')}.{mdns.SERVICE}"
        return await other.async_get_service_info(mdns.SERVICE, service, PATIENCE_MS)
    finally:
        await other.async_close()


async def test_a_page_is_found_by_its_name(zeroconf: Any) -> None:
    """GIVEN a page that is announced THEN another machine finds name, addresses and port."""
    known: asyncio.Queue[str] = asyncio.Queue()
    name = nobodys()
    async with announcing(name, 8017, ["192.0.2.7"], known.put_nowait):
        assert name == await asyncio.wait_for(known.get(), PATIENCE_S)
        found = await asked(zeroconf, name)
    assert (f"{name}.", 8017) == (found.server, found.port)
    assert ["192.0.2.7"] == found.parsed_addresses()


async def test_a_name_that_another_machine_has(zeroconf: Any) -> None:
    """GIVEN a second race of an athlete of that name WHEN it is announced THEN it has no name, and
    the first one keeps its own.
    """
    first: asyncio.Queue[str] = asyncio.Queue()
    second: asyncio.Queue[str] = asyncio.Queue()
    name = nobodys()
    async with announcing(name, 8017, ["192.0.2.7"], first.put_nowait):
        await asyncio.wait_for(first.get(), PATIENCE_S)
        async with announcing(name, 8018, ["192.0.2.8"], second.put_nowait):
            await asyncio.sleep(0.5)
        found = await asked(zeroconf, name)
    assert second.empty()
    assert 8017 == found.port


async def test_a_goodbye_that_is_cut_short(zeroconf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a machine so busy that there is no time for the goodbye THEN no socket stays open."""
    monkeypatch.setattr(mdns, "GOODBYE_S", 0.0)
    responder = zeroconf.AsyncZeroconf()
    monkeypatch.setattr(zeroconf, "AsyncZeroconf", lambda: responder)
    known: asyncio.Queue[str] = asyncio.Queue()
    async with announcing(nobodys(), 8017, ["192.0.2.7"], known.put_nowait):
        await asyncio.wait_for(known.get(), PATIENCE_S)
    engine = responder.zeroconf.engine
    links = [*engine.senders, *engine.readers]
    assert links
    assert all(each.transport.is_closing() for each in links)


async def test_without_a_network(zeroconf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a network that cannot be used THEN the page is there without a name."""

    def fail() -> None:
        raise OSError(19, "No such device")

    monkeypatch.setattr(zeroconf, "AsyncZeroconf", fail)
    known: list[str] = []
    async with announcing("kickcue-anna.local", 8017, ["192.0.2.7"], known.append):
        await asyncio.sleep(0.1)
    assert [] == known


@pytest.mark.usefixtures("zeroconf")
async def test_the_page_of_a_race_gets_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN the library WHEN a race has a page THEN that is there at once, and some moments later
    has its name, which makes a link of its own.
    """
    monkeypatch.setattr("kickcue.edges.web.race_page.own_addresses", lambda: ("192.0.2.7",))
    named: asyncio.Queue[RacePage] = asyncio.Queue()
    word = secrets.token_hex(4)
    place = Place(port=30041, athlete=f"Zoë {word}")
    async with race_page(site_of(), place, named.put_nowait) as page:
        assert page.name is None
        assert page is await asyncio.wait_for(named.get(), PATIENCE_S)
        assert f"http://kickcue-zo-{word}.local:{page.port}/" == page.named_text
        assert page.tokens[Role.VIEWER] in page.link(Role.VIEWER, page.name)


async def test_without_the_library_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no zeroconf THEN the page has its addresses, and nothing is announced."""
    monkeypatch.setattr("kickcue.edges.web.race_page.own_addresses", lambda: ("192.0.2.7",))
    assert local_name("anna") is None
    async with race_page(site_of(), Place(port=30043, athlete="anna")) as page:
        await asyncio.sleep(0.1)
        assert page.name is None
        assert page.named_text is None


@given(athlete=st.text(max_size=80))
def test_any_athlete_makes_a_name(athlete: str) -> None:
    """GIVEN whatever somebody is called THEN the name is one that DNS takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mdns, "find_spec", lambda _: "there")
        name = local_name(athlete)
    assert name is not None
    label, _, rest = name.partition(".")
    assert "local" == rest
    assert len(label) <= 63
    assert label.isascii()
    assert label.startswith("kickcue")
    assert not label.endswith("-")
