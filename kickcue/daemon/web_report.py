"""The report of a race that is over, for its page."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.core.cueing.phases import OVER
from kickcue.daemon.race_daemon import RaceDaemon

LOG: Final = logging.getLogger(__name__)

ANSWER_WITHIN_S: Final = 4.0
"""A connection that is not answered in ten seconds is closed; hours of a race on a small computer
take longer than that."""
IN_THE_MAKING: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="1">
<title>kickcue</title><p>The report is being made: one moment.</p></html>
"""


class WebReport:
    """Makes the report of a run's race; one at a time, beside the event loop."""

    def __init__(self, run: RaceDaemon) -> None:
        self._run = run
        self._making: asyncio.Task[bytes | None] | None = None

    async def __call__(self) -> bytes | None:
        """Return the page, or one that asks for it again while it is made.

        None while the race is on, and where nothing was recorded.
        """
        recorder = self._run.recorder
        if self._run.phase not in OVER or recorder is None or recorder.path is None:
            return None
        if self._making is None:
            self._making = asyncio.create_task(report_of(recorder.path), name="report")
        making = self._making
        await asyncio.wait([making], timeout=ANSWER_WITHIN_S)
        if not making.done():
            return IN_THE_MAKING
        if self._making is making:
            self._making = None
        return making.result()


async def report_of(path: Path) -> bytes | None:
    """Return the report of a recording as a page, made beside the event loop, or None."""
    try:
        return await asyncio.to_thread(_made, path)
    # The run goes on without it, whatever is wrong with it.
    except Exception as error:  # noqa: BLE001
        LOG.warning("no_report path=%s why=%r", path, str(error))
        return None


def _made(path: Path) -> bytes:
    # A run that waits for days for its race needs none of this.
    from kickcue.recording import read  # noqa: PLC0415
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415
    from kickcue.report.page import report_page  # noqa: PLC0415

    # It is still being written: that its end is not there yet is no loss.
    recording = replace(read(path), problems=())
    return report_page(reviewed(recording)).encode()
