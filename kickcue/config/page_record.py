"""The file by which a run that is on tells where its page is, and whom its links let in.

It is its owner's alone. A run that goes on after a crash takes its links from it.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kickcue.config.atomic_write import replace_file

PAGE_FILE: Final = "page.json"


@dataclass(frozen=True, slots=True)
class PageRecord:
    """Where a page is served; ``tokens`` by role, ``name`` that of the network, if any."""

    port: int
    hosts: tuple[str, ...]
    secure: bool
    tokens: Mapping[str, str]
    name: str | None = None

    def write(self, state: Path) -> None:
        """Write it; UsageError where that cannot be done."""
        text = json.dumps({**asdict(self), "tokens": dict(self.tokens)})
        replace_file(state / PAGE_FILE, text, private=True)


def page_record(state: Path) -> PageRecord | None:
    """Return what the last run with a page has left, None where there is nothing to be read."""
    try:
        found = json.loads((state / PAGE_FILE).read_text(encoding="utf-8"))
        return PageRecord(
            int(found["port"]),
            tuple(map(str, found["hosts"])),
            bool(found["secure"]),
            {str(role): str(token) for role, token in found["tokens"].items()},
            None if found.get("name") is None else str(found["name"]),
        )
    except (OSError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError):
        return None


def forget_page(state: Path) -> None:
    """Take away what an earlier run has left: this one has no page."""
    with suppress(OSError):
        (state / PAGE_FILE).unlink(missing_ok=True)
