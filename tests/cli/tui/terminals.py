"""``kickcue`` on a terminal of its own: what it shows, the keys it is given, how it leaves."""

import asyncio
import codecs
import contextlib
import fcntl
import os
import pty
import re
import signal
import sys
import termios
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.patience import PATIENCE_S

LEFT_OTHER_SCREEN: Final = "\x1b[?1049l"
_CODES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


Limits = Mapping[str, float]
"""Times that kickcue gives others, by module and name, set so that a busy machine keeps them."""
CUES_WORTH_A_MINUTE: Final[Limits] = {
    "kickcue.core.cueing.cue_issuer.TTL_MS": 60_000,
    "kickcue.core.session.session_cues.TTL_MS": 60_000,
    "kickcue.cli.demo.play.ANSWERS_S": PATIENCE_S,
    "kickcue.cli.demo.play.SURE_WITHIN_S": PATIENCE_S,
}
"""Cues that a busy machine plays late count as felt, and demos wait for them."""


_SEEING: Final = """
import asyncio, contextlib
import {module} as command
looking_around = command.looking_around
@contextlib.asynccontextmanager
async def seeing(*args, **options):
    async with looking_around(*args, **options) as seen:
        while len(seen()) < {count}:
            await asyncio.sleep(0.01)
        yield seen
command.looking_around = seeing
"""


def seeing(module: str, count: int) -> str:
    """Return what has a command's time to look around begin when it has seen so many devices."""
    return _SEEING.format(module=module, count=count)


def program(*command: str, limits: Limits | None = None, before: str = "") -> list[str]:
    """Return what starts ``kickcue`` with these arguments as a program; ``before``: what it runs
    before.
    """
    if not limits and not before:
        return [sys.executable, "-m", "kickcue", *command]
    places = [(*name.rpartition("."), value) for name, value in (limits or {}).items()]
    lines = [
        f"setattr(import_module({module!r}), {name!r}, {value!r})"
        for module, _, name, value in places
    ]
    first = "from importlib import import_module"
    last = "import sys; from kickcue.__main__ import run; sys.exit(run())"
    return [sys.executable, "-c", "\n".join((first, *lines, before, last)), *command]


@dataclass
class Terminal:
    """A running program, the two ends of its terminal, and all that came out of it."""

    process: asyncio.subprocess.Process
    master: int
    slave: int
    before: list[Any]
    """How the terminal was set before the program was started."""
    patience: asyncio.Timeout
    patience_s: float
    raw: str = ""
    # A sign may come in two parts.
    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )

    @property
    def text(self) -> str:
        """What was written, without colours and movements of the cursor."""
        return _CODES.sub("", self.raw)

    def read(self) -> None:
        """Take all that is there to be read; one reading alone may end before that."""
        with contextlib.suppress(OSError):
            while part := os.read(self.master, 65536):
                self.raw += self.decoder.decode(part)

    def hang_up(self) -> None:
        """Go away, as a lost ssh connection does; the system tells the program, and a shell would
        tell it once more.
        """
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        self.master = -1  # the number may soon be another's

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    async def shows(self, *texts: str) -> None:
        """Wait until all of them have been written since the last ``press`` and ``forget``."""
        await self.until(lambda: all(text in self.text for text in texts))

    async def answers(self, keys: str, *texts: str) -> None:
        """Press keys and wait for what must follow."""
        self.forget()
        self.press(keys)
        await self.shows(*texts)

    def forget(self) -> None:
        """Let only what is written from now on count."""
        self.raw = ""

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; each wait has all the patience that there is."""
        while not condition():  # noqa: ASYNC110  what is waited for happens in another process
            await asyncio.sleep(0.01)
        self.give_time()

    def give_time(self) -> None:
        """Let the time that is waited in vain begin anew."""
        self.patience.reschedule(asyncio.get_running_loop().time() + self.patience_s)

    async def left(self) -> int:
        """Return the exit status once the program has ended and all it wrote was read."""
        status = await self.process.wait()
        self.read()
        return status


@contextlib.asynccontextmanager
async def on_a_terminal(
    *command: str,
    folder: Path,
    size: tuple[int, int] = (24, 80),
    encoding: str = "utf-8",
    patience_s: float = PATIENCE_S,
    limits: Limits | None = None,
) -> AsyncIterator[Terminal]:
    """Run ``kickcue`` with these arguments in ``folder``; size is lines by columns, encoding what
    the terminal understands.
    """
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    termios.tcsetwinsize(slave, size)
    before = termios.tcgetattr(slave)
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONIOENCODING": encoding,
    }
    process = await asyncio.create_subprocess_exec(
        *program(*command, limits=limits),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        cwd=folder,
        start_new_session=True,
        preexec_fn=_own_the_terminal,
    )
    patience = asyncio.timeout(patience_s)
    shown = Terminal(process, master, slave, before, patience, patience_s)
    asyncio.get_running_loop().add_reader(master, shown.read)
    try:
        async with patience:
            yield shown
    except TimeoutError:
        raise AssertionError(f"waited in vain; the terminal shows: {shown.text[-2000:]}") from None
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        if shown.master >= 0:
            asyncio.get_running_loop().remove_reader(master)
            os.close(master)
        os.close(slave)


def _own_the_terminal() -> None:
    """Make standard input the terminal that Ctrl-C and hang-ups come from; runs in the child."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


async def in_a_pipe(
    *command: str, folder: Path, limits: Limits | None = None, before: str = ""
) -> tuple[int, str, str]:
    """Run ``kickcue`` without a terminal; return status, standard output and standard error."""
    process = await start_in_a_pipe(*command, folder=folder, limits=limits, before=before)
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def start_in_a_pipe(
    *command: str, folder: Path, limits: Limits | None = None, before: str = ""
) -> asyncio.subprocess.Process:
    """Start ``kickcue`` without a terminal; a hang-up ends it, also if the tests run by nohup."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *program(*command, limits=limits, before=before),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        cwd=folder,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )
