"""A file that is being recorded: bytes go straight to the operating system, and nobody else writes.

The lock is the system's own (flock): it belongs to the open file and goes with the process, however
that ends, so a recording whose process was killed is free at once and no lock file is left behind.
"""

import errno
import fcntl
import os
from pathlib import Path
from typing import IO, Final, Literal

NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
"""Some network file systems have none: what cannot be locked is written without."""


class StraightFile:
    """An open, locked file without any buffer in this process.

    BlockingIOError where another process is writing it.
    """

    def __init__(self, path: Path, mode: Literal["xb", "r+b"]) -> None:
        """Create the file (``xb``) or open it as it is (``r+b``); OSError where that cannot be."""
        self._raw = path.open(mode, buffering=0)
        try:
            _lock(self._raw, fcntl.LOCK_EX)
        except OSError:
            self._raw.close()
            raise

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._raw.closed

    def read(self) -> bytes:
        """Return the whole file."""
        self._raw.seek(0)
        return self._raw.read()

    def cut(self, length: int) -> None:
        """Cut away everything from ``length`` on; what is written next stands there."""
        if self._raw.seek(0, os.SEEK_END) != length:
            self._raw.truncate(length)
        self._raw.seek(length)

    def write(self, data: bytes) -> None:
        """Hand all bytes to the system; OSError where it takes them only in part or not at all."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._raw.write(rest) :]

    def sync(self) -> None:
        """Wait until what was written is on the disk."""
        os.fsync(self._raw.fileno())

    def close(self) -> None:
        """Close and unlock the file."""
        self._raw.close()


def being_written(path: Path) -> bool:
    """Tell whether a living process, this one included, holds the file open as a ``StraightFile``.

    OSError where it cannot be read.
    """
    with path.open("rb") as file:
        try:
            # What is open for reading only cannot be locked for oneself everywhere.
            _lock(file, fcntl.LOCK_SH)
        except BlockingIOError:
            return True
    return False


def _lock(file: IO[bytes], kind: int) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
