"""Termux's ``termux-location``, played by a stand-in on PATH: no Android phone took part in these
tests.

The stand-in prints what the app's source says that it prints, one object on many lines.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kickcue.core.events import Fix
from kickcue.edges.gnss import Termux, termux as termux_module
from kickcue.edges.gnss.reports import ANDROID_RADII
from tests.edges.gnss.conftest import until

PLACE = {
    "latitude": 51.86,
    "longitude": -0.42,
    "altitude": 100.0,
    "accuracy": 3.0,
    "bearing": 0.0,
    "speed": 5.0,
    "elapsedMs": 20,
}
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Termux is Android's, which is Linux"
)

ANSWER = f"cat <<'END'\n{json.dumps({**PLACE, 'provider': 'gps'}, indent=2)}\nEND"

StandIn = Callable[[str], None]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Return what puts a ``termux-location`` on PATH; it notes its arguments and does what it is
    told.
    """
    monkeypatch.setenv("PATH", os.pathsep.join((str(tmp_path), os.environ["PATH"])))

    def put(script: str) -> None:
        path = tmp_path / "new"
        path.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n{script}\n')
        path.chmod(0o755)
        path.rename(tmp_path / "termux-location")

    return put


@asynccontextmanager
async def received() -> AsyncIterator[tuple[Termux, list[Fix]]]:
    found: list[Fix] = []
    receiver = Termux(found.append, lambda: 42)
    task = asyncio.create_task(receiver.run())
    try:
        yield receiver, found
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_positions_one_by_one(stand_in: StandIn, tmp_path: Path) -> None:
    """GIVEN a phone that answers WHEN asked again and again THEN each answer is a fix with its age
    and the phone's error.
    """
    stand_in(ANSWER)
    async with received() as (receiver, found):
        await until(lambda: len(found) >= 3)
        assert receiver.trouble is None
    assert {Fix(42, 51.86, -0.42, 3.0 / ANDROID_RADII, 5.0, 0.02)} == set(found)
    assert {"-p gps -r once"} == set((tmp_path / "asked").read_text().splitlines())


async def test_a_program_that_prints_more_than_one(stand_in: StandIn) -> None:
    """GIVEN a program that goes on printing THEN each position counts as it comes, not when the
    program ends.
    """
    stand_in(f"{ANSWER}\n{ANSWER}\nsleep 1000")
    async with received() as (_, found):
        await until(lambda: len(found) == 2)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 1", r"no position \(status 1\): allow precise location for Termux:API"),
        ("exit 0", r"no position \(no answer\)"),
        ("echo nonsense '{'", r"no position \(no answer\)"),
        (
            """echo '{"API_ERROR": "Failed to get location"}'""",
            "Termux:API: Failed to get location",
        ),
        (
            """echo '{"latitude": 51.86, "longitude": -0.42, "elapsedMs": 90000}'""",
            "termux-location: no position",
        ),
    ],
    ids=[
        "it fails",
        "it says nothing",
        "it says nonsense",
        "an error of the app",
        "a position of long ago",
    ],
)
async def test_no_position_and_then_one(script: str, told: str, stand_in: StandIn) -> None:
    """GIVEN a phone that tells no position THEN the trouble says why; WHEN it tells one THEN it
    counts and the trouble is gone.
    """
    stand_in(script)
    async with received() as (receiver, found):
        await until(
            lambda: (
                receiver.trouble is not None
                and "can the receiver see the sky" not in receiver.trouble
            )
        )
        assert re.search(told, receiver.trouble or "")
        assert not found
        stand_in(ANSWER)
        await until(lambda: bool(found))
        assert receiver.trouble is None


async def test_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no ``termux-location`` THEN the trouble says how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    async with received() as (receiver, _):
        await until(lambda: "pkg install termux-api" in (receiver.trouble or ""))


async def test_one_that_never_answers_is_ended(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a question that is never answered THEN it is ended, with what it has started, and asked
    anew.
    """
    monkeypatch.setattr(termux_module, "PATIENCE_S", 1.0)
    stand_in(f"sleep 1000 &\necho $! >> {tmp_path}/children\nwait")
    async with received() as (receiver, _):
        await until(
            lambda: (
                (tmp_path / "asked").exists()
                and len((tmp_path / "asked").read_text().splitlines()) >= 2
            )
        )
        assert "no position from the phone within" in (receiver.trouble or "")
        # On a busy machine it may have been ended before it came so far.
        children = tmp_path / "children"
        await until(lambda: children.exists() and children.read_text().endswith("\n"))
        first = children.read_text().split()[0]
        await until(lambda: not is_running(first))


def is_running(pid: str) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends just now
        return False


async def test_leaving_ends_the_question(stand_in: StandIn, tmp_path: Path) -> None:
    """GIVEN a question under way WHEN the race ends THEN nothing of it is left running."""
    stand_in(f"echo $$ > {tmp_path}/running\nsleep 1000")
    async with received():
        await until(
            lambda: (
                (tmp_path / "running").exists() and (tmp_path / "running").read_text().strip() != ""
            )
        )
    await until(lambda: not is_running((tmp_path / "running").read_text().strip()))
