"""What a race that is over came to, read from its recording beside the screen."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOG: Final = logging.getLogger(__name__)
SETTLED_S: Final = 2.0
"""So long after the end all that led to it is in the file, unless the disk is slow."""


@dataclass(frozen=True, slots=True)
class RaceResult:
    """The times of the laps, and how the last one was against the rest where that is known.

    ``seconds`` is the race's time, by the finish line and not by when its crossing was noticed;
    ``time`` is the same as people write it.
    """

    seconds: float
    time: str
    times: tuple[str, ...]
    last_against_rest: str | None


class ResultReader:
    """Reads the recording once for each end: an end may be taken back, a next heat may end."""

    def __init__(self) -> None:
        self._over_ns: int | None = None
        self._reading: asyncio.Task[RaceResult | None] | None = None

    def result(self, path: Path | None, over_ns: int | None) -> RaceResult | None:
        """Return the result of what ended at ``over_ns``; None while there is none to be shown."""
        if over_ns != self._over_ns:
            self.stop()
            self._over_ns = over_ns
            if over_ns is not None and path is not None:
                self._reading = asyncio.create_task(_read(path), name="race result")
        done = self._reading is not None and self._reading.done()
        return self._reading.result() if self._reading is not None and done else None

    def stop(self) -> None:
        """Leave what is being read."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None


async def _read(path: Path) -> RaceResult | None:
    await asyncio.sleep(SETTLED_S)
    try:
        return await asyncio.to_thread(read_result, path)
    # The race is over and recorded: its screen goes on without the laps.
    except Exception as error:  # noqa: BLE001
        LOG.warning("no_result path=%s why=%r", path, str(error))
        return None


def read_result(path: Path) -> RaceResult:
    """Return what the race in this recording came to."""
    # A run that waits for days for its race needs none of this.
    from kickcue.recording import read  # noqa: PLC0415
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415
    from kickcue.report.formats import clock  # noqa: PLC0415
    from kickcue.report.short import last_against_rest, short_times  # noqa: PLC0415

    review = reviewed(read(path))
    return RaceResult(
        review.seconds,
        clock(review.seconds),
        tuple(short_times(review)),
        last_against_rest(review),
    )
