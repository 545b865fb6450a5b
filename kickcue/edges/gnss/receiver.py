"""What all receivers of positions do: begin again for ever, and tell what is wrong."""

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from kickcue.core.crossing.gate import WORST_ACCURACY_M
from kickcue.core.errors import KickcueError
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S

LOG: Final = logging.getLogger(__name__)
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0
SILENT_NS: Final = 10 * NS_PER_S


class ReceiverError(KickcueError):
    """No positions are to be had right now; the message says why and what to do."""


class Receiver(ABC):
    """One source of positions.

    ``run`` it as a task; ``put`` gets each Fix as it comes, stamped with ``now_ns``.
    """

    name: str

    def __init__(self, put: Callable[[Fix], None], now_ns: Callable[[], int]) -> None:
        """``put`` may not take long."""
        self._put = put
        self._now_ns = now_ns
        self._why: str | None = None
        self._last: Fix | None = None
        self._failures = 0
        self._told = False

    @property
    def trouble(self) -> str | None:
        """What is wrong, in one sentence for people with what to do.

        None while positions come that are good enough for a line.
        """
        if self._why is not None:
            return self._why
        if self._last is None or self._now_ns() - self._last.t_ns > SILENT_NS:
            return f"{self.name}: no position: can the receiver see the sky?"
        accuracy_m = self._last.accuracy_m
        if accuracy_m is not None and accuracy_m > WORST_ACCURACY_M:
            return (
                f"{self.name}: accuracy ±{accuracy_m:.0f} m, but the finish line needs "
                f"±{WORST_ACCURACY_M:.0f} m: try open sky, or wait a few minutes"
            )
        return None

    async def run(self) -> None:
        """Receive; never ends by itself and never raises for what the receiver does."""
        while True:
            try:
                await self._receive()
            except ReceiverError as error:
                self._failed(str(error))
            except Exception as error:
                LOG.exception("receiver_failed_unexpectedly receiver=%s", self.name)
                self._failed(f"{self.name}: {error!r}")
            await self._pause()

    @abstractmethod
    async def _receive(self) -> None:
        """Receive until that ends; ReceiverError tells why it did."""

    def _take(self, fix: Fix) -> None:
        self._last, self._why, self._failures, self._told = fix, None, 0, False
        self._put(fix)

    def _failed(self, why: str) -> None:
        """Note a failure and log it: the first since positions came as a warning, then as debug."""
        self._why = why
        self._failures += 1
        LOG.log(
            logging.DEBUG if self._told else logging.WARNING,
            "receiver_failed receiver=%s why=%r",
            self.name,
            why,
        )
        self._told = True

    async def _pause(self) -> None:
        if self._failures:
            longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self._failures, 10))
            await asyncio.sleep(random.uniform(0, longest_s))  # noqa: S311  no secret
