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
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL if input_text is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            # Ctrl-C is for us, and a phrase that is being spoken is spoken to its end.
            start_new_session=True,
        )
    except OSError as error:
        raise AudioError(f"cannot run {command[0]}: {error.strerror}") from None
    try:
        async with asyncio.timeout(patience_s):
            _, complaint = await process.communicate(
                None if input_text is None else f"{input_text}\n".encode()
            )
    except TimeoutError:
        raise AudioError(f"{command[0]} did not finish within {patience_s:.1f} s") from None
    finally:
        if process.returncode is None:
            kill_all(process)
            await process.wait()
    if process.returncode != 0:
        lines = [line for line in complaint.decode(errors="replace").splitlines() if line.strip()]
        message = lines[-1].strip()[:LONGEST_MESSAGE_LETTERS] if lines else ""
        raise AudioError(f"{command[0]} failed: {message or f'exit status {process.returncode}'}")


def kill_all(process: asyncio.subprocess.Process) -> None:
    """Kill a program that leads a session, and what it has started.

    Termux's programs are scripts around another one, which would hold the pipes: a program is
    waited for until those are closed.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
