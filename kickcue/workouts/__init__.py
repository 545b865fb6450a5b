"""Workouts as coaches' apps and watches write them, to plans and back.

FIT workout files and Zwift's ``.zwo`` are read; FIT is written. Told by their bytes, not by name.
"""

from pathlib import Path
from typing import Final

from kickcue.core.errors import DataError, UsageError
from kickcue.core.plan import Plan
from kickcue.recording.file_bytes import read_at_most
from kickcue.workouts.workout import LARGEST_BYTES, Workout

__all__ = ["READABLE", "Workout", "read", "read_workout"]

READABLE: Final = "a FIT workout (.fit) or a Zwift workout (.zwo)"
_FIT: Final = b".FIT"
_FIT_AT: Final = 8


def read_workout(path: Path) -> Plan:
    """Return the plan of a FIT workout or a ``.zwo``; errors as ``read``."""
    return read(path).plan


def read(path: Path) -> Workout:
    """Return the plan of a FIT workout or a ``.zwo``, with what was understood otherwise.

    UsageError where there is no such file; DataError, with the file and the step or line, where it
    is no workout, is damaged, or asks for what kickcue cannot run.
    """
    data = read_at_most(path, LARGEST_BYTES, READABLE)  # a larger one shows what it is, too
    try:
        if data[_FIT_AT : _FIT_AT + len(_FIT)] == _FIT:
            from kickcue.workouts.fit_reader import (  # noqa: PLC0415  a .zwo needs no fitdecode
                read as read_fit,
            )

            return read_fit(data, path.stem)
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
            from kickcue.workouts.zwo import (  # noqa: PLC0415  and a .fit no expat
                read as read_zwo,
            )

            return read_zwo(data, path.stem)
    except (DataError, UsageError) as error:
        raise DataError(f"{path}: {error}") from None
    hint = ": unpack it first" if data.startswith((b"PK\x03\x04", b"\x1f\x8b")) else ""
    kind = "a packed file" if hint else "something else"
    raise DataError(f"{path}: expected {READABLE}, got {kind}{hint}")
