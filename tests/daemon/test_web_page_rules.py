"""Whom a run's page lets do what, by the rules of its race, and where it stays."""

from pathlib import Path
from typing import Any

import pytest

from kickcue.config.page_record import page_record
from kickcue.core.events import Command, CommandKind, Orderer, Phase
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.web.roles import Role
from tests.daemon.test_race_daemon import settings
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401
from tests.ports import free_port

HERE: dict[str, Any] = {"page": {"host": "127.0.0.1"}}


def press(run: RaceDaemon, kind: CommandKind, by: Orderer | None = None) -> None:
    run.put(Command(run.clock.run_ns(), kind, by))


@pytest.mark.parametrize(("rules", "starts"), [("training", True), ("road", False)])
async def test_a_helpers_start_by_the_rules(tmp_path: Path, rules: str, starts: bool) -> None:
    """GIVEN the rules of the road WHEN a helper starts the race THEN the engine refuses it and says
    so to the runner; in training it begins.
    """
    async with live(settings(rules=rules, **HERE), state=tmp_path) as run:
        assert run.page is not None
        press(run, CommandKind.START, Orderer.TRACKSIDE)
        await until(lambda: run.phase is not Phase.WAITING or run.session is not None)
        assert (run.phase is not Phase.WAITING) is starts
        press(run, CommandKind.START)
        await until(lambda: run.phase is not Phase.WAITING)


async def test_a_sanctioned_race_has_no_page(tmp_path: Path) -> None:
    """GIVEN a sanctioned race THEN no port is opened and nothing lets anybody in."""
    async with live(settings(rules="sanctioned", **HERE), state=tmp_path) as run:
        assert run.page is None
        assert page_record(tmp_path) is None


async def test_a_race_that_goes_on_keeps_its_page(tmp_path: Path) -> None:
    """GIVEN a race that was broken off WHEN it is taken up, set to another port meanwhile THEN its
    page is where the phones look for it, and lets in whom it let in; a fresh race does not.
    """
    # At a port of its own: another test's page would be at the usual one meanwhile.
    here = {"page": {"host": "127.0.0.1", "port": free_port()}}
    async with live(settings(**here), state=tmp_path) as run:
        assert run.page is not None
        press(run, CommandKind.START)
        await until(lambda: run.phase is not Phase.WAITING)
        port, link = run.page.port, run.page.link(Role.HELPER)
    elsewhere = {"page": {"host": "127.0.0.1", "port": port + 20}}
    async with live(settings(**elsewhere), state=tmp_path) as run:
        assert run.page is not None
        assert (port, link) == (run.page.port, run.page.link(Role.HELPER))
    async with live(settings(**elsewhere), state=tmp_path, fresh=True) as run:
        assert run.page is not None
        assert port != run.page.port
        assert link.partition("?t=")[2] != run.page.link(Role.HELPER).partition("?t=")[2]
