"""What all receivers of positions do: reconnect for ever, and report what is wrong."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from kickcue.core.crossing.gate import MAX_ACCURACY_M
from kickcue.core.errors import KickcueError
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S
from kickcue.supervision.back_off import BackOff
from kickcue.supervision.health import DeviceHealth, Stage

LOG: Final = logging.getLogger(__name__)
PAUSES_S: Final = (0.1, 5.0)
"""First and longest."""
SILENT_NS: Final = 10 * NS_PER_S


class ReceiverError(KickcueError):
    """No positions are to be had right now; the message gives the reason and the remedy."""


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
        self._back_off = BackOff(*PAUSES_S)

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
        if accuracy_m is not None and accuracy_m > MAX_ACCURACY_M:
            return (
                f"{self.name}: accuracy ±{accuracy_m:.0f} m, but the finish line needs "
                f"±{MAX_ACCURACY_M:.0f} m: try open sky, or wait a few minutes"
            )
        return None

    @property
    def health(self) -> DeviceHealth:
        """How it is doing, like any other device that is held."""
        trouble = self.trouble
        return (
            DeviceHealth(stage=Stage.CONNECTED)
            if trouble is None
            else DeviceHealth(stage=Stage.LOOKING, why=trouble)
        )

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
        """Receive until that ends; ReceiverError gives the reason."""

    def _take(self, fix: Fix) -> None:
        self._last, self._why = fix, None
        self._back_off.succeeded()
        self._put(fix)

    def _failed(self, why: str) -> None:
        """Note a failure and log it: the first since positions came as a warning, then as debug."""
        self._why = why
        self._back_off.failed()
        LOG.log(self._back_off.log_level(), "receiver_failed receiver=%s why=%r", self.name, why)

    async def _pause(self) -> None:
        if self._back_off.failures:
            await asyncio.sleep(self._back_off.pause_s())
