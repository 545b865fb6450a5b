"""A bar on the terminal while a long recording is read."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress

AFTER_S: Final = 2.0
"""What is read sooner needs none."""


@contextmanager
def read_progress(path: Path) -> Iterator[Callable[[float], None] | None]:
    """Yield what ``read`` calls with the share that it has read.

    None where standard error is no terminal: nothing is drawn there.
    """
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        yield _Bar(path.name, stack).show


class _Bar:
    def __init__(self, name: str, stack: ExitStack) -> None:
        self._name = name
        self._stack = stack
        self._from_s = time.monotonic() + AFTER_S
        self._progress: Progress | None = None

    def show(self, share: float) -> None:
        """Draw the bar, once it has taken long."""
        if time.monotonic() < self._from_s:
            return
        if self._progress is None:
            self._progress = self._stack.enter_context(_new())
            self._progress.add_task(f"reading {self._name}", total=1.0)
        for task in self._progress.task_ids:
            self._progress.update(task, completed=share)


def _new() -> "Progress":
    # Only a long file on a terminal needs it.
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from kickcue.cli.format.pictures import PictureConsole  # noqa: PLC0415  same

    name = TextColumn("{task.description}", markup=False)
    return Progress(
        name,
        BarColumn(),
        TimeRemainingColumn(),
        console=PictureConsole(stderr=True),
        transient=True,
    )
