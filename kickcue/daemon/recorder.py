"""Records a live race in a thread of its own, so that no disk can hold up a cue.

A card that stalls makes the thread wait and the entries queue up; a card that fails, or stalls for
so long that ``MOST_WAITING`` entries wait, ends the recording. What was written up to there can be
read, and marked as cut off: a recording with a hole would replay to something that never
happened. The race goes on without.
"""

import os
import re
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from kickcue.core.errors import KickcueError, UsageError
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry, Header
from kickcue.recording.utc import utc_ns, utc_text

MOST_WAITING: Final = 10_000
"""Twenty minutes of a race with two sensors, some 5 MB of memory."""
BEGIN_S: Final = 1.0
"""How long a start waits to know whether there will be a recording; a slower card is given its time
while the race goes on."""
LEAST_BYTES: Final = 1_000_000
"""Half an hour of a race."""
SLOW_S: Final = 1.0
"""A close that takes longer is reported."""
CLOSE_S: Final = 10.0
"""How long a close waits; after that the end of the recording is lost, and that is reported."""


class Recorder:
    """Writes what it is given, in order. ``write`` neither waits nor raises.

    ``trouble`` is one sentence once recording has ended early: from then on nothing more is
    written. ``path`` is the file, None while there is none.
    """

    def __init__(self, begin: Callable[[], McapWriter]) -> None:
        """Begin the file by ``begin``, in the thread that will write it; wait for that a little."""
        self.trouble: str | None = None
        self.path: Path | None = None
        self._waiting: deque[Entry] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._begun = threading.Event()
        self._thread = threading.Thread(
            target=self._work, args=(begin,), name="recorder", daemon=True
        )
        self._thread.start()
        self._begun.wait(BEGIN_S)

    def write(self, entry: Entry) -> None:
        """Record one input or output."""
        with self._changed:  # held for moments only, never while something is written
            if self.trouble is not None or self._closing:
                return
            if len(self._waiting) >= MOST_WAITING:
                self._give_up("the disk has been too slow for minutes")
                return
            self._waiting.append(entry)
            self._changed.notify()

    def close(
        self, within_s: float = CLOSE_S, *, slow: Callable[[str], None] = lambda _: None
    ) -> None:
        """Write what waits and finish the file; give up after ``within_s``.

        ``slow`` gets one sentence where that takes its time; ``trouble`` shows afterwards
        whether it was done. Harmless when it was done before.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(min(SLOW_S, within_s))
        if self._thread.is_alive() and within_s > SLOW_S:
            slow(f"slow disk: waiting up to {within_s:g} s to finish writing the recording")
            self._thread.join(within_s - SLOW_S)
        if self._thread.is_alive():
            with self._changed:
                self._give_up(f"the disk did not finish writing it within {within_s:g} s")

    def _give_up(self, why: str) -> None:
        self.trouble = self.trouble or why
        self._waiting.clear()
        self._changed.notify()

    def _work(self, begin: Callable[[], McapWriter]) -> None:
        writer: McapWriter | None = None
        try:
            writer = begin()
            self.path = writer.path
            self._begun.set()
            for entry in self._entries():
                writer.write(entry)
            if self.trouble is None:
                writer.close()
        # Whatever it is: the race goes on without a recording, and reports that.
        except Exception as error:  # noqa: BLE001
            with self._changed:
                self._give_up(
                    str(error)
                    if isinstance(error, KickcueError)
                    else f"{type(error).__name__}: {error}"
                )
        finally:
            self._begun.set()
            if writer is not None:
                writer.leave()

    def _entries(self) -> Iterator[Entry]:
        """Yield what is to be written, as it comes, until the end."""
        while True:
            with self._changed:
                while not (self._waiting or self._closing or self.trouble):
                    self._changed.wait()
                if not self._waiting:
                    return
                entry = self._waiting.popleft()
            yield entry


def hindrance(folder: Path) -> str | None:
    """Return why nothing could be recorded below ``folder``, which may have to be made.

    None where nothing speaks against it.
    """
    try:
        there = next((each for each in (folder, *folder.parents) if os.path.lexists(each)), folder)
        if not there.is_dir():
            return f"cannot create {folder}: {there} is not a folder"
        if not os.access(there, os.W_OK | os.X_OK):
            return f"{there} is not writable"
        free = shutil.disk_usage(there).free
    except OSError as error:
        return f"cannot write to {folder}: {error.strerror}"
    return None if free >= LEAST_BYTES else f"disk full: {free // 1000} kB free in {folder}"


def start_recorder(folder: Path, header: Header) -> Recorder:
    """Record a new race into ``folder``, which is made where it is missing.

    A name that is taken gets a number.
    """

    def begin() -> McapWriter:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot create {folder}: {error.strerror}") from None
        for name in _names(header):
            try:
                return McapWriter(folder / name, header)
            except UsageError:
                if not (folder / name).exists():
                    raise
        raise AssertionError("there is no last number")

    return Recorder(begin)


def resume_recorder(path: Path, live: Mapping[str, Any] | None = None) -> Recorder:
    """Go on with a race that was interrupted, in its file.

    ``live`` is for the next run to know, where this is another one now.
    """
    return Recorder(lambda: McapWriter.resume(path, live))


def _names(header: Header) -> Iterator[str]:
    """Yield ``20260614T100911Z-5000m.mcap``, then the same with a number, without end."""
    began_ns = utc_ns(header.utc)
    moment = "undated" if began_ns is None else re.sub(r"\.\d+|[-:]", "", utc_text(began_ns))
    race = re.sub(r"[^A-Za-z0-9_.]+", "-", header.race or "race")
    yield f"{moment}-{race}.mcap"
    yield from (f"{moment}-{race}-{number}.mcap" for number in count(2))
