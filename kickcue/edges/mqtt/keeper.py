"""Keeping the private broker's server: alive, with room in its store, and gone when we are.

Three processes, each of which may be killed at any time: kickcue, the server, and a guard that ends
the server when kickcue is killed. kickcue replaces the other two; what is left when kickcue and the
guard are killed together is cleared away by the next kickcue.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from kickcue.supervision.back_off import BackOff
from kickcue.supervision.tasks import end

LOG: Final = logging.getLogger(__name__)
GUARD: Final = Path(__file__).with_name("guard.sh")
FOLDERS: Final = "broker-"
LOCK: Final = "lock"
PID: Final = "server.pid"
STORE: Final = "store"
CONFIG: Final = "nats.json"
CONSOLE: Final = "console"
LOOK_EACH_S: Final = 1.0
PAUSES_S: Final = (0.1, 2.0)
"""First and longest, before the server is started again."""
STEADY_S: Final = 10.0
STOP_S: Final = 5.0
LOOK_AGAIN_S: Final = 0.01
FULL_BYTES: Final = 16_000_000
"""A race leaves less than a hundredth of that. What fills it is junk, which must go before the
server's own limit lets nobody in."""
FILE_BYTES: Final = 4096  # what even an empty file takes


class Keeper:
    """Runs ``server`` on the configuration in ``folder``."""

    def __init__(self, server: Path, folder: Path) -> None:
        self._program = server
        self._folder = folder
        self._server: Process | None = None
        self._guard: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start guard and server, and keep them until ``stop``."""
        await self._start_guard()
        await self._start_server()
        self._keeping = asyncio.create_task(self._keep(), name="private broker")

    async def stop(self) -> None:
        """End everything and remove the folder."""
        if self._keeping is not None:
            await end([self._keeping])
        await self._end_server()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._guard is not None:
            await _let_go(self._guard)

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        back_off, began_s = BackOff(*PAUSES_S, lasting_s=STEADY_S), loop.time()
        while True:
            await self._until_something_ended()
            try:
                if _has_ended(self._guard):
                    LOG.warning("the process that guards the private broker was killed: restarted")
                    await self._start_guard()
                if _has_ended(self._server) or self._is_full():
                    LOG.warning(
                        "the private broker %s: restarting it",
                        "has ended" if _has_ended(self._server) else "is full of unwanted messages",
                    )
                    await self._end_server()
                    back_off.ended_after(loop.time() - began_s)
                    await asyncio.sleep(back_off.ceiling_s)
                    began_s = loop.time()
                    await self._start_server()
            except OSError as error:  # no more processes, no more memory: that may pass
                LOG.warning("cannot start the private broker: %s; retrying", error.strerror)
                await asyncio.sleep(back_off.longest_s)

    async def _until_something_ended(self) -> None:
        """Return when the server or the guard ends, or when it is time to look at the store."""
        assert self._server is not None
        assert self._guard is not None
        waits = [asyncio.create_task(each.wait()) for each in (self._server, self._guard)]
        try:
            await asyncio.wait(waits, timeout=LOOK_EACH_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(waits)

    async def _start_server(self) -> None:
        """Start it with an empty store: what was in it is old, and old cues are worse than none."""
        shutil.rmtree(self._folder / STORE, ignore_errors=True)
        command = (str(self._program), "-c", str(self._folder / CONFIG))
        with (self._folder / CONSOLE).open("ab") as console:
            # its own session: Ctrl-C is for us, the broker still has our farewell to deliver
            self._server = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=console, stderr=console, start_new_session=True
            )
        self._write_guard(str(self._server.pid))
        write_private(self._folder / PID, str(self._server.pid))

    async def _end_server(self) -> None:
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                # Also one that is frozen; nothing in its store is worth a farewell.
                self._server.kill()
            await self._server.wait()
            self._write_guard("")  # the number may soon be that of somebody else

    async def _start_guard(self) -> None:
        server = self._server
        # As an argument: we may be killed before anything is written to it.
        pid = "" if server is None or _has_ended(server) else str(server.pid)
        self._guard = await asyncio.create_subprocess_exec(
            "/bin/sh",
            str(GUARD),
            str(self._folder),
            pid,
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )

    def _write_guard(self, text: str) -> None:
        assert self._guard is not None
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{text}\n".encode())

    def _is_full(self) -> bool:
        return _size(self._folder / STORE) > FULL_BYTES


def _has_ended(process: Process | None) -> bool:
    return process is not None and process.returncode is not None


def _size(folder: Path) -> int:
    """Return how many bytes the files below a folder take; files may vanish meanwhile."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += FILE_BYTES + Path(where, name).stat().st_size
    return total


async def _let_go(guard: Process) -> None:
    """Close the guard's pipe, upon which it ends."""
    assert guard.stdin is not None
    guard.stdin.close()
    try:
        async with asyncio.timeout(STOP_S):
            await guard.wait()
    except TimeoutError:
        guard.kill()
        await guard.wait()


# ---- folders, and what dead ones leave behind


@contextlib.contextmanager
def own_folder(runtime: Path) -> Iterator[Path]:
    """Make a folder for a broker, held against others as long as we live.

    What dead ones have left is cleared away.
    """
    with contextlib.ExitStack() as stack:
        with _alone_in(runtime):
            _clear(runtime)
            folder = Path(tempfile.mkdtemp(prefix=FOLDERS, dir=runtime))
            held = stack.enter_context((folder / LOCK).open("wb"))
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other kickcues out of a folder for a moment.

    One that is just being made must not be taken for a dead one's.
    """
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _clear(runtime: Path) -> None:
    """Remove the folders that nobody holds, and end the servers that still work in them."""
    for folder in runtime.glob(f"{FOLDERS}*"):
        with contextlib.suppress(OSError), (folder / LOCK).open("ab") as lock:
            if not _is_held(lock):
                _end_orphan(folder)
                shutil.rmtree(folder, ignore_errors=True)


def _is_held(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _end_orphan(folder: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        pid = int((folder / PID).read_text())
        if str(folder) in _command(pid):
            LOG.warning(
                "stopped a private broker left behind by an earlier kickcue (process %d)",
                pid,
            )
            os.kill(pid, signal.SIGKILL)
            until_s = time.monotonic() + STOP_S
            # While it dies it may still write into the folder that is cleared away next.
            while _command(pid) and time.monotonic() < until_s:
                time.sleep(LOOK_AGAIN_S)


def _command(pid: int) -> str:
    """Return a process's command line, empty where there is no such process."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        return proc.read_text(errors="replace") if proc.exists() else ""
    return subprocess.run(  # noqa: S603  every word of it is ours
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607  where it lies differs
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, and at once or not at all."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
