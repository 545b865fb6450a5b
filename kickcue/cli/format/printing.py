"""The one way to the screen, so that no text from outside can do more than be read.

Device names, cue texts, makers in files and words quoted in errors come from strangers.
``printing`` puts itself before standard output and standard error; pictures go through
``kickcue.cli.format.pictures``, which lets rich's own colours and cursor movements pass and no
others.
Line ends pass here too: a text from outside that is to stand in one line goes through ``printable``
where the line is made.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from textwrap import wrap
from typing import Any, Final, TextIO

from kickcue.core.printable import LINES, printable

_STANDARD_ERROR: Final = 2
_NARROWEST: Final = 20  # columns; a terminal that reports less (0, as some do) does not know


class OutputStream:
    """A stream that a reader may leave (``| head``).

    What is written after that goes nowhere, and the command still ends as it would.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.unread = False
        """The reader has left."""

    def write(self, text: str) -> int:
        """Write it as it is."""
        if not self.unread:
            try:
                self._stream.write(text)
            except BrokenPipeError:
                self._leave()
        return len(text)

    def flush(self) -> None:
        """Hand it to the reader."""
        if not self.unread:
            try:
                self._stream.flush()
            except BrokenPipeError:
                self._leave()

    def _leave(self) -> None:
        self.unread = True
        discard(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Printing:
    """Writes text, and nothing else, to an output."""

    def __init__(self, output: OutputStream) -> None:
        self.output = output

    def write(self, text: str) -> int:
        """Write it with escapes for what is not printable."""
        return self.output.write(printable(text, keep=LINES))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write one after another."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.output, name)


def open_what_is_closed() -> None:
    """Open the null device for each standard stream that was closed (``<&-``, ``>&-``, ``2>&-``).

    Not only would each look at such a stream fail: the next file to be opened, a recording too,
    would take its number.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        os.set_inheritable(number, True)
    os.close(number)
    # It is open as long as the process is.
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115  same
    sys.stderr = sys.stderr or open(_STANDARD_ERROR, "w", encoding="utf-8")  # noqa: PTH123, SIM115


@contextmanager
def printing() -> Iterator[None]:
    """Stand before standard output and standard error."""
    with redirect_stdout(_guarded(sys.stdout)), redirect_stderr(_guarded(sys.stderr)):
        yield


def _guarded(stream: TextIO) -> Any:
    return stream if isinstance(stream, Printing) else Printing(OutputStream(stream))


def complain(text: str) -> None:
    """Say something on standard error, in one line, after what was printed before it."""
    flush()
    print(folded(f"kickcue: {printable(' '.join(text.split()))}", sys.stderr), file=sys.stderr)


def tell(text: str) -> None:
    """Say something on standard output, in sentences."""
    print(folded(text, sys.stdout))


def folded(text: str, stream: TextIO, indent: int = 0) -> str:
    """Return ``text`` with its lines broken between words if ``stream`` is a terminal.

    ``indent`` is how far the second line of each begins from the left, less where that would leave
    no room.
    """
    try:
        width = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):  # a stream of a test, or one that is closed
        width = 0
    if width < _NARROWEST:
        return text
    after = " " * (indent if indent <= width // 2 else 2)
    return "\n".join(_broken(line, width, after) for line in text.split("\n"))


def _broken(line: str, width: int, after: str) -> str:
    longest = max(map(len, line.split()), default=0)
    after = after[: max(width - longest, 0)]  # a long word needs the whole line
    return "\n".join(
        wrap(line, width, subsequent_indent=after, break_long_words=False, break_on_hyphens=False)
    )


def flush() -> None:
    """Hand on what was printed."""
    print(end="", flush=True)


def nobody_reads() -> bool:
    """Tell whether the reader of standard output has left."""
    return isinstance(sys.stdout, Printing) and sys.stdout.output.unread


def discard(stream: TextIO) -> None:
    """Send what is still buffered nowhere, or the interpreter complains again when it flushes."""
    with suppress(OSError, ValueError):  # no real output
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
