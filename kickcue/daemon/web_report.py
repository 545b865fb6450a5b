"""The report of a race that is over, for its page."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from kickcue.core.cueing.phases import OVER
from kickcue.daemon.race_daemon import RaceDaemon

LOG: Final = logging.getLogger(__name__)


class WebReport:
    """Makes the report of a run's race; one at a time, beside the event loop."""

    def __init__(self, run: RaceDaemon) -> None:
        self._run = run
        self._one = asyncio.Lock()

    async def __call__(self) -> bytes | None:
        """Return the page; None while the race is on, and where nothing was recorded."""
        recorder = self._run.recorder
        if self._run.phase not in OVER or recorder is None or recorder.path is None:
            return None
        async with self._one:
            try:
                return await asyncio.to_thread(_made, recorder.path)
            # The run goes on without it, whatever is wrong with it.
            except Exception as error:  # noqa: BLE001
                LOG.warning("no_report path=%s why=%r", recorder.path, str(error))
                return None


def _made(path: Path) -> bytes:
    # A run that waits for days for its race needs none of this.
    from kickcue.recording import read  # noqa: PLC0415
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415
    from kickcue.report.page import report_page  # noqa: PLC0415

    return report_page(reviewed(read(path))).encode()
