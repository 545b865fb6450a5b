"""The page of a run: there while the race is, and never in its way."""

import asyncio
import json
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kickcue.config.page_record import PAGE_FILE, PageRecord, page_record
from kickcue.config.settings import Settings
from kickcue.core.errors import UsageError
from kickcue.core.events import Command, CommandKind, Phase
from kickcue.daemon import web_page
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.run_lock import is_running
from kickcue.daemon.web_report import IN_THE_MAKING
from kickcue.daemon.wiring import live
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import COOKIE
from tests.daemon.test_race_daemon import (
    RACE,
    PlayedClock,
    play_up_to_now,
    settings,
    standing_at,
)
from tests.edges.mqtt.conftest import own_runtime_folder, until
from tests.edges.web.test_server import get
from tests.patience import PATIENCE_S
from tests.ports import free_port

__all__ = ["own_runtime_folder"]


def with_page(page: dict[str, Any] | None = None, **more: Any) -> Settings:
    """Return the race of the other tests, with a page at a port that nobody else takes."""
    return settings(page={"host": "127.0.0.1", "port": free_port(), **(page or {})}, **more)


async def as_role(run: RaceDaemon, role: Role, path: str) -> tuple[int, bytes]:
    """Return what somebody with the role's link gets."""
    assert run.page is not None
    cookie = f"{COOKIE.format(port=run.page.port)}={run.page.tokens[role]}"
    answer, body = await get(run.page.port, path, Cookie=cookie)
    return answer.status, body


async def the_report(run: RaceDaemon) -> tuple[int, bytes]:
    """Return what the runner gets who waits for the report."""
    while (found := await as_role(run, Role.ATHLETE, "/report"))[1] == IN_THE_MAKING:
        pass
    return found


async def end(run: RaceDaemon) -> None:
    """Finish the race by hand."""
    run.put(Command(run.clock.run_ns(), CommandKind.FINISH))
    await until(lambda: run.phase is Phase.FINISHED)


def about_page(run: RaceDaemon) -> list[str]:
    return [note for note in run.notes if "page for phones" in note]


async def test_the_page_of_a_run(tmp_path: Path) -> None:
    """GIVEN a run THEN its page is there, one note says where without letting anybody in, its links
    are where `kickcue serve` looks, and the page is gone with the run.
    """
    async with live(with_page(), state=tmp_path) as run:
        assert run.page is not None
        port = run.page.port
        status, session = await as_role(run, Role.HELPER, "/session.json")
        known = json.loads(session)
        assert (200, "helper", "kickcue/runner") == (status, known["role"], known["prefix"])
        (note,) = about_page(run)
        assert run.page.text in note
        assert not any(run.page.tokens[role] in " ".join(run.notes) for role in Role)
        record = page_record(tmp_path)
        assert record is not None
        assert {role: run.page.tokens[role] for role in Role} == record.tokens
        assert (port, is_running(tmp_path)) == (record.port, True)
    assert not is_running(tmp_path)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 1.0)


async def test_the_name_of_a_page_is_told_once_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a network that takes its time to know the page's name WHEN it does THEN a note says so,
    and `kickcue serve` knows it.
    """

    @asynccontextmanager
    async def announcing(
        name: str, _port: int, _addresses: object, known: Callable[[str], None]
    ) -> AsyncIterator[None]:
        asyncio.get_running_loop().call_later(0.05, known, name)
        yield

    monkeypatch.setattr("kickcue.edges.web.race_page.local_name", "kickcue-{}.local".format)
    monkeypatch.setattr("kickcue.edges.web.race_page.announcing", announcing)
    monkeypatch.setattr("kickcue.edges.web.race_page.own_addresses", lambda: ("192.0.2.7",))
    everywhere = settings(page={"on": True}, broker={"athlete": "anna"})
    async with live(everywhere, state=tmp_path) as run:
        assert run.page is not None
        await until(lambda: len(about_page(run)) == 2)
        assert str(run.page.named_text) in about_page(run)[1]
        record = page_record(tmp_path)
        assert record is not None
        assert "kickcue-anna.local" == record.name


async def test_the_links_outlive_a_crash_and_no_more(tmp_path: Path) -> None:
    """GIVEN a race that was cut off WHEN the next run takes it up THEN the links of before let in;
    a fresh race has new ones.
    """
    async with live(with_page(), state=tmp_path, clock=PlayedClock()) as run:
        zero_ns = await play_up_to_now(run, RACE.inputs[:200], Phase.BODY)
        assert run.page is not None
        before = {role: run.page.tokens[role] for role in Role}
    async with live(with_page(), state=tmp_path, clock=standing_at(zero_ns, 60.0)) as run:
        assert run.resumed
        assert run.page is not None
        assert before == {role: run.page.tokens[role] for role in Role}
    async with live(with_page(), state=tmp_path, clock=PlayedClock(), fresh=True) as run:
        assert run.page is not None
        assert not any(run.page.tokens[role] == before[role] for role in Role)


@pytest.mark.parametrize("tokens", [{}, {role.value: "" for role in Role}])
def test_a_damaged_record_lets_nobody_in(tokens: dict[str, str]) -> None:
    """GIVEN a record that has no tokens, or empty ones THEN a race that goes on has new ones."""
    found = web_page._tokens(PageRecord(1, (), secure=False, tokens=tokens))
    assert all(len(found[role]) >= 20 for role in Role)


async def test_the_report_of_what_was_run(tmp_path: Path) -> None:
    """GIVEN a race WHEN it is on THEN it has no report; WHEN it is over THEN the runner gets it on
    the page, and nobody else.
    """
    async with live(with_page(), state=tmp_path, clock=PlayedClock()) as run:
        await play_up_to_now(run, RACE.inputs[:200], Phase.BODY)
        assert 404 == (await as_role(run, Role.ATHLETE, "/report"))[0]
        await end(run)
        status, report = await the_report(run)
        assert 200 == status
        assert b"800" in report
        assert b"truncated" not in report  # the run still writes it
        assert report.lstrip().lower().startswith(b"<!doctype html>")
        assert 404 == (await as_role(run, Role.VIEWER, "/report"))[0]


async def test_a_report_that_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a report that takes longer than a browser waits WHEN two phones ask for it THEN each is
    told at once to ask again, and it is made once for the two.
    """
    async with live(with_page(), state=tmp_path, clock=PlayedClock()) as run:
        await play_up_to_now(run, RACE.inputs[:200], Phase.BODY)
        await end(run)
        made, go_on = [], threading.Event()

        def slowly(path: Path) -> bytes:
            made.append(path)
            go_on.wait(60)
            return b"the report"

        monkeypatch.setattr("kickcue.daemon.web_report._made", slowly)
        monkeypatch.setattr("kickcue.daemon.web_report.ANSWER_WITHIN_S", 0.05)
        for _ in range(2):
            assert (200, IN_THE_MAKING) == await as_role(run, Role.ATHLETE, "/report")
        go_on.set()
        assert (200, b"the report") == await the_report(run)
        assert 1 == len(made)


async def test_a_report_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a recording that nobody can read THEN the page says there is none, and the run goes
    on.
    """
    async with live(with_page(), state=tmp_path, clock=PlayedClock()) as run:
        await play_up_to_now(run, RACE.inputs[:200], Phase.BODY)
        await end(run)

        def fail(_path: Path) -> bytes:
            raise ValueError("no recording")

        monkeypatch.setattr("kickcue.daemon.web_report._made", fail)
        assert 404 == (await as_role(run, Role.ATHLETE, "/report"))[0]
        assert Phase.FINISHED is run.phase
    assert "no_report" in caplog.text


# ---- a page that cannot be had


def no_openssl(monkeypatch: pytest.MonkeyPatch, _state: Path) -> dict[str, Any]:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    return {"page": {"https": True}}


def no_folder(_monkeypatch: pytest.MonkeyPatch, state: Path) -> dict[str, Any]:
    (state / web_page.CERTIFICATES).write_text("a file where a folder should be")
    return {"page": {"https": True}}


def not_here(_monkeypatch: pytest.MonkeyPatch, _state: Path) -> dict[str, Any]:
    return {"page": {"host": "192.0.2.1"}}


def sanctioned(_monkeypatch: pytest.MonkeyPatch, _state: Path) -> dict[str, Any]:
    return {"rules": "sanctioned"}


def no_broker(monkeypatch: pytest.MonkeyPatch, _state: Path) -> dict[str, Any]:
    monkeypatch.setattr("kickcue.edges.mqtt.broker.WHEEL", "no-such-wheel")
    return {}


@pytest.mark.parametrize(
    ("hinders", "says"),
    [
        (no_openssl, "openssl"),
        (no_folder, "no certificate"),
        (not_here, "not an address of this machine"),
        (sanctioned, "sanctioned"),
        (no_broker, "broker"),
    ],
)
async def test_without_its_page_the_race_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hinders: Callable[[pytest.MonkeyPatch, Path], dict[str, Any]],
    says: str,
) -> None:
    """GIVEN something that keeps the page from being served WHEN the race is run THEN it goes on,
    one note says why there is no page, and `kickcue serve` finds none of an earlier run.
    """
    (tmp_path / PAGE_FILE).write_text("{}")
    options = hinders(monkeypatch, tmp_path)
    async with live(with_page(**options), state=tmp_path, clock=PlayedClock()) as run:
        assert run.page is None
        (note,) = about_page(run)
        assert note.startswith("no page for phones: ")
        assert says in note
        await play_up_to_now(run, RACE.inputs[:200], Phase.BODY)
    assert not (tmp_path / PAGE_FILE).exists()


async def test_who_wants_no_page_has_none(tmp_path: Path) -> None:
    """GIVEN [page] on = false THEN there is none, and no word about it."""
    async with live(with_page({"on": False}), state=tmp_path) as run:
        assert run.page is None
        assert [] == list(run.notes)


@pytest.fixture
def taken() -> Iterator[int]:
    """Hold a port."""
    with socket.create_server(("", 0)) as held:
        yield held.getsockname()[1]


async def test_a_port_that_is_taken(taken: int, tmp_path: Path) -> None:
    """GIVEN another program at the port THEN the page is at the next one, and that is the one which
    is said.
    """
    async with live(with_page({"port": taken}), state=tmp_path) as run:
        assert run.page is not None
        assert taken != run.page.port
        assert f":{run.page.port}/" in about_page(run)[0]


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """GIVEN a state folder that is none THEN the page is there all the same, and its note says that
    its links are on the screen alone.
    """
    (tmp_path / "state").write_text("a file where a folder should be")
    async with live(with_page(record=False), state=tmp_path / "state") as run:
        assert run.page is not None
        (note,) = about_page(run)
        assert "no way to its links (cannot write" in note
        assert 200 == (await as_role(run, Role.VIEWER, "/session.json"))[0]


async def test_the_page_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN an openssl that takes its time WHEN the run begins THEN the engine is fed meanwhile."""
    fed_often = threading.Event()

    def slow(*_: object) -> None:
        fed_often.wait(PATIENCE_S)  # blocks a thread, as a program does
        raise UsageError("slow")

    async def look() -> None:
        for _ in range(5):
            await asyncio.sleep(0.02)
        fed_often.set()

    monkeypatch.setattr("kickcue.edges.web.race_page.own_certificate", slow)
    looking = asyncio.create_task(look())
    async with live(with_page({"https": True}), state=tmp_path) as run:
        assert run.page is None
    assert looking.done()
