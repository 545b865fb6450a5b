"""Sentences on a terminal break between words; in a pipe they stay one line each."""

import os
import pty
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import example, given, strategies as st

from kickcue.cli.format.printing import folded
from tests.cli.tui.terminals import in_a_pipe, on_a_terminal

WORDS = st.lists(st.text("abc=/.", min_size=1, max_size=18), min_size=1, max_size=40).map(" ".join)


@pytest.fixture(scope="module")
def terminal() -> Iterator[TextIO]:
    """Return a terminal, as wide as the tests make it."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        yield stream
    os.close(master)


@example("=== =================", 20, 4)
@given(WORDS, st.integers(20, 100), st.integers(0, 60))
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(
    terminal: TextIO, text: str, width: int, indent: int
) -> None:
    """Whatever is said, its words stand there in their order, whole, and no line is wider than the
    terminal.
    """
    termios.tcsetwinsize(terminal.fileno(), (24, width))
    shown = folded(text, terminal, indent)
    assert text.split() == shown.split()
    assert max(map(len, shown.split("\n"))) <= width


def test_a_terminal_that_does_not_know_its_width_breaks_nothing(terminal: TextIO) -> None:
    """GIVEN a terminal of 0 columns, as a serial line is THEN the text stays as it is."""
    termios.tcsetwinsize(terminal.fileno(), (0, 0))
    assert "a " * 100 == folded("a " * 100, terminal)


async def test_a_mistake_is_told_in_whole_words(tmp_path: Path) -> None:
    """GIVEN a phone's 45 columns WHEN something is wrong THEN no line is longer; in a pipe it is
    one line.
    """
    async with on_a_terminal("course", "marathn", folder=tmp_path, size=(24, 45)) as shown:
        assert 2 == await shown.left()
    lines = shown.text.replace("\r", "").strip().split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 45
    status, out, err = await in_a_pipe("course", "marathn", folder=tmp_path)
    assert (2, "", [" ".join(lines)]) == (status, out, err.splitlines())
