"""Reads a small file as a whole: nothing that is no file, and never more than was asked for."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError

_NO_FILES: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class PlainFile:
    """The bytes of a file, and who may read it (``0o600``), both of one moment."""

    content: bytes
    mode: int


def read_plain_file(
    path: Path, most_bytes: int, *, where: str = "", absent: str = "", barred: str = ""
) -> PlainFile:
    """Return the file; UsageError where it is none, is larger, or cannot be read.

    An error begins with ``where`` (default: the path). ``absent`` is the advice where there
    is no such file, ``barred`` where this user may not read it.
    """
    name = where or str(path)
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait
        try:
            mode = os.fstat(file).st_mode
            content = os.read(file, most_bytes + 1) if stat.S_ISREG(mode) else b""
        finally:
            os.close(file)
    except OSError as error:
        remedies = {FileNotFoundError: absent, PermissionError: barred}
        remedy = remedies.get(type(error), "")
        raise UsageError(f"{name}: cannot read: {error.strerror}{remedy}") from None
    except ValueError:  # a NUL in the path, or a letter that no file system takes
        raise UsageError(f"{name}: cannot read: expected the path of a file") from None
    for is_that, kind in _NO_FILES:
        if is_that(mode):
            raise UsageError(f"{name}: expected a file, got {kind}")
    if len(content) > most_bytes:
        raise UsageError(f"{name}: expected at most {most_bytes // 1000} kB, got more")
    return PlainFile(content, stat.S_IMODE(mode))
