"""Positions of the phone that kickcue runs on, by asking ``termux-location`` again and again.

Its ``-r updates`` would seem to be made for this, but it asks Android for a position every 5 s and
50 m, breaks at the second one, and ends after 30 s
(https://github.com/termux/termux-api/issues/898). So each position is asked for by itself.
"""

import asyncio
import json
import os
import signal
import subprocess
from contextlib import suppress
from typing import Any, Final

from kickcue.edges.gnss.receiver import Receiver, ReceiverError
from kickcue.edges.gnss.reports import termux_fix

PROGRAM: Final = "termux-location"
ARGUMENTS: Final = ("-p", "gps", "-r", "once")
PATIENCE_S: Final = 60.0
"""A phone that has not seen the sky for long may need most of a minute; killing a question leaves
Android busy with it for a while."""
LOOK_S: Final = 0.02
CHUNK_BYTES: Final = 4096
MOST_BYTES: Final = 1 << 16
"""More characters without an object in them are none."""
CURE: Final = "install the app Termux:API and `pkg install termux-api`"


class Termux(Receiver):
    """The phone's own receiver."""

    name = "the phone"

    async def _receive(self) -> None:
        """Ask once, but not by asyncio's own subprocesses.

        If cancelled while one begins, they wait for ever (seen with Python 3.11.7).
        """
        try:
            # asyncio's own does it likewise; fixed words; Termux keeps it on PATH.
            process = subprocess.Popen(  # noqa: ASYNC220, S603
                (PROGRAM, *ARGUMENTS),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise ReceiverError(f"cannot start {PROGRAM} ({error.strerror}): {CURE}") from None
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await self._read(process)
                # A program's end is no event of the loop.
                while process.poll() is None:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise ReceiverError(
                f"no position from the phone within {PATIENCE_S:g} s: is location on, and does it "
                "see the sky?"
            ) from None
        finally:
            _end(process)
        if not found:
            answer = f"status {process.returncode}" if process.returncode else "no answer"
            raise ReceiverError(
                f"{PROGRAM}: no position ({answer}): allow precise location for Termux:API, and "
                "turn location on"
            )

    async def _read(self, process: subprocess.Popen[bytes]) -> bool:
        """Take the objects as they come; return whether a position was among them."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), process.stdout
        )
        objects, found = JsonObjects(), False
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                for report in objects.feed(chunk.decode("utf-8", "replace")):
                    if "API_ERROR" in report:
                        raise ReceiverError(f"Termux:API: {report['API_ERROR']}")
                    fix = termux_fix(report, self._now_ns())
                    if fix is not None:
                        found = True
                        self._take(fix)
        finally:
            transport.close()
        return found


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and what it has started, if it has not ended."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class JsonObjects:
    """Finds the objects in text that comes in pieces, on one line or on many."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, text: str) -> list[dict[str, Any]]:
        """Return the objects that are whole now."""
        self._text = (self._text + text)[-MOST_BYTES:]
        found = []
        while (begin := self._text.find("{")) >= 0:
            try:
                value, end = json.JSONDecoder().raw_decode(self._text, begin)
            except (ValueError, RecursionError):
                break  # not whole yet, or never
            found.append(value)
            self._text = self._text[end:]
        return found
