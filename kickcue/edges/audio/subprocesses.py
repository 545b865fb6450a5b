"""Running a program for its effect, without waiting for it longer than it is worth."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from kickcue.edges.audio.errors import AudioError

LONGEST_MESSAGE_LETTERS: Final = 200
"""How many characters of a failing program's message are passed on."""


async def run(command: Sequence[str], *, input_text: str | None = None, patience_s: float) -> None:
    """Run ``command`` with ``input_text`` on its standard input.

    It does not outlive this call: cancelled or out of patience, it is killed, with what it has
    started. AudioError where it cannot be run, fails, or takes longer than ``patience_s``.
    """
    process = await start(
        command,
        stdin=asyncio.subprocess.DEVNULL if input_text is None else asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(patience_s):
            _, complaint = await process.communicate(
                None if input_text is None else f"{input_text}\n".encode()
            )
    except TimeoutError:
        raise AudioError(f"{command[0]} did not finish within {patience_s:.1f} s") from None
    finally:
        if process.returncode is None:
            await end(process)
    if process.returncode != 0:
        lines = [line for line in complaint.decode(errors="replace").splitlines() if line.strip()]
        message = lines[-1].strip()[:LONGEST_MESSAGE_LETTERS] if lines else ""
        raise AudioError(f"{command[0]} failed: {message or f'exit status {process.returncode}'}")


async def start(
    command: Sequence[str], *, stdin: int, stderr: int = asyncio.subprocess.DEVNULL
) -> asyncio.subprocess.Process:
    """Start a program that is to be ended by ``end``; AudioError where it cannot be run."""
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *command,
            stdin=stdin,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=stderr,
            # Ctrl-C is for us, and a phrase that is being spoken is spoken to its end.
            start_new_session=True,
        )
    )
    try:
        # Cancelled while it begins, asyncio would end it alone, not what it has started.
        return await asyncio.shield(starting)
    except OSError as error:
        raise AudioError(f"cannot run {command[0]}: {error.strerror}") from None
    except asyncio.CancelledError:
        with suppress(OSError):
            await end(await starting)
        raise


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill a program, and what it has started.

    Termux's programs are scripts around another one, which would hold the pipes: a program is
    waited for until those are closed.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
