"""The file by which a run that is on tells where its page is, and whom its links let in.

It is its owner's alone. A run that goes on after a crash takes its links from it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kickcue.config.atomic_write import replace_file

PAGE_FILE: Final = "page.json"


@dataclass(frozen=True, slots=True)
class PageRecord:
    """Where a page is served, by which process; ``tokens`` by role."""

    pid: int
    port: int
    hosts: tuple[str, ...]
    secure: bool
    tokens: Mapping[str, str]

    def write(self, state: Path) -> None:
        """Write it; UsageError where that cannot be done."""
        text = json.dumps({**asdict(self), "tokens": dict(self.tokens)})
        replace_file(state / PAGE_FILE, text, private=True)

    @property
    def alive(self) -> bool:
        """Tell whether the process that serves it is there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def page_record(state: Path) -> PageRecord | None:
    """Return what the last run with a page has left, None where there is nothing to be read."""
    try:
        found = json.loads((state / PAGE_FILE).read_text(encoding="utf-8"))
        return PageRecord(
            int(found["pid"]),
            int(found["port"]),
            tuple(map(str, found["hosts"])),
            bool(found["secure"]),
            {str(role): str(token) for role, token in found["tokens"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
