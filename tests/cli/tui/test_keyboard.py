"""Keys as a terminal sends them, several in one reading where the program was busy."""

import asyncio
import os
import pty
import sys
from collections.abc import Iterator

import pytest

from kickcue.cli.tui.keyboard import keys
from tests.edges.mqtt.conftest import until


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make standard input a terminal; return its other end."""
    master, slave = pty.openpty()
    with os.fdopen(slave) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield master
    os.close(master)


@pytest.mark.parametrize(
    ("typed", "pressed"),
    [
        (" \x1bOQ", [" "]),
        ("\x1b[Au", ["u"]),
        ("\x1b[15~\x1b[1;5CS\x1bOP ", ["s", " "]),
        ("\x1bqf", ["f"]),
        ("\x1b", ["\x1b"]),
    ],
    ids=["lap and F2", "arrow and undo", "three of them", "Alt", "Esc alone"],
)
async def test_no_key_is_lost_or_made_up_beside_an_arrow(
    typed: str, pressed: list[str], terminal: int
) -> None:
    """GIVEN a program that was busy WHEN it reads an arrow or a function key together with others
    THEN those count, and nothing of the arrow does: a lap and F2 are a lap, and no q.
    """
    found: list[str] = []
    with keys(found.append) as there_are_keys:
        assert there_are_keys
        os.write(terminal, typed.encode())
        await until(lambda: len(found) >= len(pressed))
        await asyncio.sleep(0)
    assert pressed == found
