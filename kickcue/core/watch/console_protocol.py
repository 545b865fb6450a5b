"""What the app on a watch answers, where there is one.

``kickcue.boot.js`` on a Bangle.js prints a line of JSON for each cue, such as
``{"t":"kick","id":"1f/last_lap-1","felt":true,"late":12}``; not felt has a ``why``. What else
stands on that console is passed over.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

ANSWERING: Final = frozenset({"bangle_gb"})
"""Encoders whose watch answers each cue: silence means that the app is not there."""
LONGEST_LINE: Final = 1024
_UNPRINTED: Final = bytes((*range(0x09), *range(0x0E, 0x20)))
"""Control characters among the letters: flow control, for one."""


@dataclass(frozen=True, slots=True)
class ConsoleAnswer:
    """A watch's own answer; ``cue_id`` as it was sent, with the run in front."""

    cue_id: str
    felt: bool
    why: str | None


class Console:
    """Puts lines together from packets."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, data: bytes) -> tuple[ConsoleAnswer, ...]:
        """Take a packet; return the answers that it has completed."""
        *lines, self._rest = (
            (self._rest + data.translate(None, _UNPRINTED)).replace(b"\r", b"\n").split(b"\n")
        )
        self._rest = self._rest[-LONGEST_LINE:]
        return tuple(told for line in lines if (told := _told(line)) is not None)

    def clear(self) -> None:
        """Forget half a line: the link was lost."""
        self._rest = b""


def _told(line: bytes) -> ConsoleAnswer | None:
    try:
        value: Any = json.loads(line.decode("latin-1"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("t") != "kick":
        return None
    id_, felt, why = value.get("id"), value.get("felt"), value.get("why")
    if not isinstance(id_, str) or not isinstance(felt, bool):
        return None
    return ConsoleAnswer(id_, felt, why if isinstance(why, str) else None)
