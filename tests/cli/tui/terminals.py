"""``kickcue`` on a terminal of its own: what it shows, the keys it is given, how it leaves."""

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import sys
import termios
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.patience import PATIENCE_S

LEFT_OTHER_SCREEN: Final = "\x1b[?1049l"
_CODES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A running program, the two ends of its terminal, and all that came out of it."""

    process: asyncio.subprocess.Process
    master: int
    slave: int
    raw: str = ""

    @property
    def text(self) -> str:
        """What was written, without colours and movements of the cursor."""
        return _CODES.sub("", self.raw)

    def read(self) -> None:
        with contextlib.suppress(OSError):
            self.raw += os.read(self.master, 65536).decode(errors="replace")

    def hang_up(self) -> None:
        """Go away, as a lost ssh connection does; the system tells the program, and a shell would
        tell it once more.
        """
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)

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
        while not condition():  # noqa: ASYNC110  what is waited for happens in another process
            await asyncio.sleep(0.01)

    async def left(self) -> int:
        """Return the exit status once the program has ended and all it wrote was read."""
        status = await self.process.wait()
        await asyncio.sleep(0)
        self.read()
        return status


@contextlib.asynccontextmanager
async def on_a_terminal(
    *command: str,
    folder: Path,
    size: tuple[int, int] = (24, 80),
    encoding: str = "utf-8",
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[Terminal]:
    """Run ``kickcue`` with these arguments in ``folder``; size is lines by columns, encoding what
    the terminal understands.
    """
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    termios.tcsetwinsize(slave, size)
    program = [sys.executable, "-m", "kickcue", *command]
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONIOENCODING": encoding,
    }
    process = await asyncio.create_subprocess_exec(
        *program,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        cwd=folder,
        start_new_session=True,
        preexec_fn=_own_the_terminal,
    )
    shown = Terminal(process, master, slave)
    asyncio.get_running_loop().add_reader(master, shown.read)
    try:
        async with asyncio.timeout(patience_s):
            yield shown
    except TimeoutError:
        raise AssertionError(f"waited in vain; the terminal shows: {shown.text[-2000:]}") from None
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        if asyncio.get_running_loop().remove_reader(master):
            os.close(master)
        os.close(slave)


def _own_the_terminal() -> None:
    """Make standard input the terminal that Ctrl-C and hang-ups come from; runs in the child."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


async def in_a_pipe(*command: str, folder: Path) -> tuple[int, str, str]:
    """Run ``kickcue`` without a terminal; return status, standard output and standard error."""
    process = await start_in_a_pipe(*command, folder=folder)
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def start_in_a_pipe(*command: str, folder: Path) -> asyncio.subprocess.Process:
    """Start ``kickcue`` without a terminal; a hang-up ends it, also if the tests run by nohup."""
    pipe = asyncio.subprocess.PIPE
    program = [sys.executable, "-m", "kickcue", *command]
    return await asyncio.create_subprocess_exec(
        *program,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        cwd=folder,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )
