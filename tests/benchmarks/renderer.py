"""What a page costs: the processor time of its process and of its worker's thread, in Linux."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kickcue.core.units import ns_to_s

WORKER: Final = "DedicatedWorker"
"""How Chromium names the threads of workers; the kernel cuts names after 15 letters."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """A process that shows pages."""

    pid: int

    @property
    def cpu_s(self) -> float:
        """What all its threads have used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        used = fields.split()[11:13]
        return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")

    @property
    def worker_cpu_s(self) -> float:
        """What the threads of its workers have used, to the nanosecond."""
        return sum(
            ns_to_s(int((task / "schedstat").read_text(encoding="utf-8").split()[0]))
            for task in Path(f"/proc/{self.pid}/task").iterdir()
            if WORKER.startswith((task / "comm").read_text(encoding="utf-8").strip()[:15])
        )

    @property
    def resident_mb(self) -> float:
        """What it has of the machine's memory."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def renderers(browser_pid: int) -> Iterator[Renderer]:
    """Yield a browser's processes that show pages."""
    for pid in _below(browser_pid):
        # Chromium writes its words anew, with blanks between them.
        if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
            yield Renderer(pid)


def _below(pid: int) -> Iterator[int]:
    """Yield a process's children, and theirs."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text(encoding="utf-8").split())
    for child in found:
        yield child
        yield from _below(child)
