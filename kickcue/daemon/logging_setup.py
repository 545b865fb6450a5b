"""Log lines for journald, for a file, for a terminal: the event's name first, then ``key=value``.

Secrets are not filtered out here: they are never put in. An address of a broker prints without its
password.
"""

import json
import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from kickcue.core.printable import printable
from kickcue.core.throttle import Throttle

PRIORITIES: Final = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
)
DEBUG_PRIORITY: Final = 7
"""syslog(3); a line on standard error has it as ``<6>``, see sd-daemon(3)."""
BORDERS: Final = "kickcue.edges."
"""Loggers of what comes from outside: whoever sends junk must not be able to fill a disk, or hide
what matters."""
LINES_AT_ONCE: Final = 10
LINES_PER_S: Final = 1 / 10
_UNQUOTED: Final = frozenset("-_.:/@+%#,;()[]{}<>*!?&|~^$±")


def configure(*, headless: bool, verbose: bool = False) -> None:
    """Send log lines to standard error.

    With a screen of its own (not ``headless``) only if that is not the terminal itself. To journald
    each line carries its priority and no time, for journald has its own. ``verbose`` adds kickcue's
    debug lines. May be called again: what an earlier call set up is replaced.
    """
    root = logging.getLogger()
    for handler in [
        each for each in root.handlers if isinstance(each, _Standard | logging.NullHandler)
    ]:
        root.removeHandler(handler)
    root.addHandler(_Standard() if headless or not _is_terminal() else logging.NullHandler())
    root.setLevel(logging.WARNING)
    logging.getLogger("kickcue").setLevel(logging.DEBUG if verbose else logging.INFO)


def event(log: logging.Logger, level: int, name: str, **fields: Any) -> None:
    """Log ``name key=value ...``; a field of None is left out, text is quoted if it has to be."""
    if log.isEnabledFor(level):
        known = (f"{key}={_value(value)}" for key, value in fields.items() if value is not None)
        log.log(level, "%s", " ".join((name, *known)), stacklevel=2)


class _Standard(logging.StreamHandler[Any]):
    """Standard error, in the form of whoever reads it."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(_ForJournal() if _is_journal() else _ForPeople())
        self.addFilter(Sparing())

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name for it
        """Do nothing: who cannot write lines cannot write of that either, and the race goes on."""


class Sparing(logging.Filter):
    """Lets ten lines of one kind from the borders through, and then one each 10 s.

    That one counts those that were left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._throttles: dict[tuple[str, str], Throttle] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the line is to be written.

        Its kind is its place in the code and its text without what came from outside.
        """
        if not record.name.startswith(BORDERS) or record.levelno < logging.INFO:
            # Below: somebody has asked for every attempt.
            return True
        throttle = self._throttles.setdefault(
            (record.name, str(record.msg)), Throttle(LINES_AT_ONCE, LINES_PER_S)
        )
        left_out = throttle.held_back
        if not throttle.passes(record.created):
            return False
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} more like it)", ()
        return True


class _ForJournal(logging.Formatter):
    """One priority a line: journald takes each line of a traceback for a message of its own.

    The later ones would have no importance.
    """

    def format(self, record: logging.LogRecord) -> str:
        priority = next(
            (number for level, number in PRIORITIES if record.levelno >= level), DEBUG_PRIORITY
        )
        return "\n".join(f"<{priority}>{line}" for line in _lines(self, record))


class _ForPeople(logging.Formatter):
    """``2026-06-14T10:09:11.250+00:00 INFO sensor_up sensor=strap``."""

    def format(self, record: logging.LogRecord) -> str:
        at = (
            datetime.fromtimestamp(record.created, UTC)
            .astimezone()
            .isoformat(timespec="milliseconds")
        )
        return "\n".join(f"{at} {record.levelname} {line}" for line in _lines(self, record))


def _lines(form: logging.Formatter, record: logging.LogRecord) -> list[str]:
    """Return the message as one line, whatever is in it, and the traceback if there is one."""
    lines = [printable(record.getMessage())]
    if record.exc_info:
        lines += map(printable, form.formatException(record.exc_info).splitlines())
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    plain = text and all(letter.isalnum() or letter in _UNQUOTED for letter in text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _is_journal() -> bool:
    """Return whether standard error leads to journald, by the device and inode that systemd set.

    See systemd.exec(5), JOURNAL_STREAM.
    """
    with suppress(OSError, ValueError, AttributeError):
        found = os.fstat(sys.stderr.fileno())
        return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
    return False


def _is_terminal() -> bool:
    with suppress(ValueError, AttributeError):
        return sys.stderr.isatty()
    return False
