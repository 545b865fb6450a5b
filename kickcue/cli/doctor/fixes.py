"""The receiver of positions: whether it is there, and whether it knows where it is."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from typing import Final

from kickcue.cli.doctor.result import Context, Result, ok, warning
from kickcue.core.events import Fix
from kickcue.daemon.position_receiver import receiver_of
from kickcue.edges.gnss import Gpsd
from kickcue.edges.gnss.termux import CURE, PROGRAM
from kickcue.supervision.tasks import running

WHAT: Final = "positions"
LISTEN_S: Final = 4.0
LOOK_S: Final = 0.1


def fixes(patient: Context) -> Iterator[Result]:
    """Listen to gpsd for some seconds; of Termux only look whether it is there.

    Its first position may take a minute.
    """
    settings = None if patient.settings is None else patient.settings.fixes
    if settings is None:
        return
    if settings.termux:
        found = shutil.which(PROGRAM)
        yield (
            ok(WHAT, f"found {found}")
            if found
            else warning(WHAT, f"no {PROGRAM}: no line marks from position", CURE)
        )
        return
    fixes: list[Fix] = []
    receiver = receiver_of(settings, fixes.append, time.monotonic_ns)
    if isinstance(receiver, Gpsd):
        trouble = asyncio.run(_listen(receiver, fixes))
        yield (
            warning(WHAT, trouble)
            if trouble is not None
            else ok(WHAT, _received(receiver, fixes[-1]))
        )


async def _listen(receiver: Gpsd, fixes: list[Fix]) -> str | None:
    """Return what is wrong once the time is up, None as soon as a good position has come."""
    async with running(receiver.run(), name="doctor fixes"):
        try:
            async with asyncio.timeout(LISTEN_S):
                # What is waited for is a state of the receiver's, with no event to it.
                while not fixes or receiver.trouble is not None:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            nothing = None if fixes else f"no position within {LISTEN_S:.0f} s"
            return receiver.trouble or nothing
    return None


def _received(receiver: Gpsd, fix: Fix) -> str:
    good_to = "" if fix.accuracy_m is None else f", accuracy ±{fix.accuracy_m:.0f} m"
    return f"{receiver.name} has a position{good_to}"
