"""A bar while a long file is read: on a terminal, after two seconds, and nowhere else."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from kickcue.cli.format import read_progress
from kickcue.recording.fit import read as read_fit
from tests.recording.fit_bytes import simple_run


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def drawn(monkeypatch: pytest.MonkeyPatch, stderr: StringIO, *, seconds: float) -> str:
    """Return what is drawn while something is read that takes so many seconds."""
    monkeypatch.setattr("kickcue.cli.format.read_progress.time.monotonic", lambda: 100.0)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm")
    with read_progress.read_progress(Path("folder/long.fit")) as progress:
        if progress is not None:
            monkeypatch.setattr(
                "kickcue.cli.format.read_progress.time.monotonic", lambda: 100.0 + seconds
            )
            progress(0.25)
            progress(0.5)
    return stderr.getvalue()


def test_a_bar_beyond_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a terminal and a file that takes three seconds THEN a bar names it; one that takes one
    second shows nothing.
    """
    assert "reading long.fit" in drawn(monkeypatch, Terminal(), seconds=3.0)
    assert "" == drawn(monkeypatch, Terminal(), seconds=1.0)


def test_nothing_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN standard error in a pipe THEN nothing is drawn, however long it takes."""
    assert "" == drawn(monkeypatch, StringIO(), seconds=60.0)


def test_a_fit_file_tells_how_far_it_is_read() -> None:
    """GIVEN a FIT file of some thousand records, twice in a row THEN shares grow from 0 to nearly
    1.
    """
    shares: list[float] = []
    read_fit(bytes(simple_run(5000)) * 2, None, shares.append)
    assert len(shares) > 10
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0
