"""One run at a time for one state folder: two would take each other's sensors and race."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.recording.locked_file import StraightFile, being_written

NAME: Final = "running"


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Keep other runs out of ``state`` meanwhile; UsageError where one is on.

    A killed run keeps nobody out. Where the folder cannot be written nobody is kept out, and
    nothing is recorded either.
    """
    path = state / NAME
    try:
        held = _hold(path)
    except BlockingIOError:
        raise UsageError(
            f"`kickcue run` is already running in {state} (process {_holder(path)}): stop it "
            f"(`kill {_holder(path)}`) and its race can be resumed, or use another --state folder "
            "for this one"
        ) from None
    except OSError:
        yield
        return
    try:
        with suppress(OSError):  # a full disk: who holds it is then not known, but it is held
            held.cut(0)
            held.write(str(os.getpid()).encode())
        yield
    finally:
        held.close()


def is_running(state: Path) -> bool:
    """Tell whether a run is on in ``state``."""
    try:
        return being_written(state / NAME)
    except OSError:
        return False


def _hold(path: Path) -> StraightFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return StraightFile(path, "r+b")
    except FileNotFoundError:
        return StraightFile(path, "xb")


def _holder(path: Path) -> str:
    try:
        return path.read_text() or "unknown"
    except OSError:
        return "unknown"
