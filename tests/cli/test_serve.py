"""``kickcue serve``: the links of a run that is on, or a page beside a race that runs elsewhere."""

import asyncio
import json
import re
import shutil
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from kickcue.cli import main
from kickcue.cli.format.page_links import CERTIFICATE_WORD
from kickcue.config.page_record import PageRecord
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.addresses import qr_lines
from kickcue.edges.web.roles import Role
from tests.daemon.test_web_page import with_page
from tests.edges.mqtt.conftest import own_runtime_folder
from tests.edges.web.test_server import get
from tests.patience import PATIENCE_S
from tests.ports import free_port

__all__ = ["own_runtime_folder"]

LINK: Final = re.compile(r"https?://\S+\?t=\S+")


@asynccontextmanager
async def serve(*options: str) -> AsyncIterator[list[str]]:
    """Run the command as a program until left by Ctrl-C; gives the lines that it starts with."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kickcue", "serve", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not lines or not lines[-1].startswith("Ctrl-C"):
                line = await program.stdout.readline()
                assert line, lines
                lines.append(line.decode().rstrip("\n"))
        yield lines
    finally:
        program.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            _, complaint = await program.communicate()
    assert (0, b"") == (program.returncode, complaint)


def links(lines: list[str]) -> list[str]:
    return [found.group() for line in lines if (found := LINK.search(line)) is not None]


async def session(link: str) -> tuple[str, str | None]:
    """Follow a link; return whom it lets in, and below which topics the race is."""
    url = urlsplit(link)
    assert url.port is not None
    welcome, _ = await get(url.port, f"{url.path}?{url.query}")
    cookie = (welcome.getheader("Set-Cookie") or "").partition(";")[0]
    _, body = await get(url.port, "/session.json", Cookie=cookie)
    known = json.loads(body)
    return known["role"], known["prefix"]


@pytest.mark.parametrize("role", Role)
async def test_the_links_of_a_run(
    role: Role, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a run with its page WHEN serve is typed beside it THEN it shows that page's links and
    the QR code of the one that is wished, and no second page is served.
    """
    async with live(with_page(), state=tmp_path) as run:
        assert run.page is not None
        status = await asyncio.to_thread(
            main, ["serve", "--state", str(tmp_path), "--qr", role.value]
        )
        out = capsys.readouterr().out
        assert [run.page.link(each) for each in Role] == links(out.splitlines())
        assert "\n".join(qr_lines(run.page.link(role))) in out
    assert 0 == status
    assert "Ctrl-C" not in out


@pytest.mark.parametrize("more", [{"rules": "sanctioned"}, {"page": {"on": False}}])
async def test_a_run_that_has_no_page(
    more: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a run without a page, which may be one that nobody may speak with WHEN serve is typed
    beside it THEN it serves none behind its back, and says why.
    """
    async with live(with_page(**more), state=tmp_path):
        assert 2 == await asyncio.to_thread(main, ["serve", "--state", str(tmp_path)])
    found = capsys.readouterr()
    assert "the run on this machine has no page" in found.err
    assert not links(found.out.splitlines())


async def test_a_page_of_its_own(tmp_path: Path) -> None:
    """GIVEN a broker elsewhere, and the record of a run that is over WHEN serve is typed THEN it
    serves a page there until Ctrl-C, each link lets in whom it is for, and the old one nobody.
    """
    PageRecord(1, ("localhost",), secure=False, tokens={"athlete": "old"}).write(tmp_path)
    async with private_broker(Topics("kickcue/anna")) as broker:
        port = free_port()
        place = ("--port", str(port), "--host", "127.0.0.1", "--state", str(tmp_path))
        async with serve("--broker", broker.watch.with_password(), *place) as lines:
            found = [await session(link) for link in links(lines)]
            assert [(role.value, "kickcue/anna") for role in Role] == found
            refused, _ = await get(port, "/?t=old")
            assert 403 == refused.status
            assert f":{port}/" in lines[0]
            assert "The code is for the runner." in lines


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is absent")
async def test_encrypted(tmp_path: Path) -> None:
    """GIVEN --https THEN the links are encrypted, it is said that a phone warns, and who trusts the
    CA in the state folder gets in.
    """
    port = free_port()
    place = ("--port", str(port), "--host", "127.0.0.1", "--state", str(tmp_path))
    async with serve("--https", *place) as lines:
        link = links(lines)[0]
        assert link.startswith(f"https://127.0.0.1:{port}/")
        assert CERTIFICATE_WORD in lines
        trusting = ssl.create_default_context(cafile=str(tmp_path / "page-certificate" / "ca.crt"))

        def ask() -> int:
            here = HTTPSConnection("127.0.0.1", port, context=trusting, timeout=PATIENCE_S)
            here.request("GET", urlsplit(link).path + "?" + urlsplit(link).query)
            return here.getresponse().status

        assert 303 == await asyncio.to_thread(ask)


async def test_it_waits_for_a_run() -> None:
    """GIVEN no broker at all THEN the page is served and waits; WHEN there is one THEN that is
    used.
    """
    async with serve("--port", str(free_port()), "--host", "127.0.0.1") as lines:
        link = links(lines)[0]
        assert ("athlete", None) == await session(link)
        async with private_broker(Topics("kickcue/anna")):
            assert ("athlete", "kickcue/anna") == await session(link)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "0"], "--port: expected a number from 1 to 65535, got 0"),
        (["--port", "65536"], "--port: expected a number from 1 to 65535, got 65536"),
        (
            ["--host", "192.0.2.1"],
            "cannot serve at 192.0.2.1: it is not an address of this machine",
        ),
        (["--broker", "gopher://x"], "gopher"),
    ],
)
def test_what_cannot_be_served(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an option that makes no sense THEN one line says so."""
    assert 2 == main(["serve", *options])
    assert says in capsys.readouterr().err
