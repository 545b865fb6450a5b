"""What can be done with a watch that is held: play a cue on it, and send it that a race is on."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.watch_profile import WatchProfile
from kickcue.edges.radio.watch_writer import Fate, WatchWriter
from kickcue.supervision.health import DeviceHealth
from kickcue.supervision.tasks import BackgroundTasks

LOG: Final = logging.getLogger(__name__)
ORDER_S: Final = 2.0
"""How long a watch may take over what is no cue."""
TRIES: Final = 2
AGAIN_S: Final = 0.1


class Wearable:
    """What ``wearable`` gives. Only its keeper calls ``open`` and ``close``."""

    def __init__(self, profile: WatchProfile, health: DeviceHealth, aside: BackgroundTasks) -> None:
        self.health = health
        self.connected = asyncio.Event()
        """The watch is there and takes cues."""
        self.why = ""
        """Why the last ``play`` was not confirmed, in one sentence."""
        self._profile = profile
        self._aside = aside
        self._line: WatchWriter | None = None
        self._racing = False
        self._turn = asyncio.Lock()
        self._free_s = 0.0
        self._written_s: float | None = None

    @property
    def idle_s(self) -> float | None:
        """For how long nothing has been written over the present link.

        None where nothing was yet.
        """
        return None if self._written_s is None else _now_s() - self._written_s

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user must know of this watch's firmware, if it is known, a sentence each."""
        return tuple(quirk.why for quirk in self._profile.quirks_of(self.health.firmware))

    async def play(self, steps: Sequence[Write], deadline_s: float) -> bool:
        """Begin to play before ``deadline_s`` (the event loop's time); return whether it did.

        This goes over a link that has yet to come back, too.

        True as soon as the first step is confirmed; the others follow by themselves, in their time.
        What was certainly not taken is tried once more. What left before the link was lost is not:
        it may have been felt.
        """
        return await self._begin(steps, deadline_s, spaced=True)

    async def order(self, steps: Sequence[Write], deadline_s: float) -> bool:
        """Write what is no cue and is felt by nobody, in the same manner."""
        return await self._begin(steps, deadline_s, spaced=False)

    def race(self, *, on: bool) -> None:
        """Tell the watch that a race begins or is over, now and after each loss of the link."""
        if on is not self._racing:
            self._racing = on
            if self.connected.is_set():
                self._send_race()

    async def open(self, line: WatchWriter, requests: Sequence[Write]) -> bool:
        """Begin with a new link; return whether the watch took what has to come first."""
        link, racing = self._profile.link, self._racing
        for order in (*link.on_connect, *requests, *(link.race_begins if racing else ())):
            if await line.send(order, _now_s() + ORDER_S) is not Fate.TAKEN:
                return False
            await asyncio.sleep(order.wait_ms / 1000)
        self._line, self._written_s = line, None
        self.connected.set()
        if self._racing is not racing:  # it began or ended just now
            self._send_race()
        return True

    def close(self) -> None:
        """End with a link."""
        self._line = None
        self.connected.clear()

    def _send_race(self) -> None:
        steps = self._profile.link.race_begins if self._racing else self._profile.link.race_ends
        if steps:
            self._aside.start(self._send(steps))

    async def _send(self, steps: Sequence[Write]) -> None:
        await self.order(steps, _now_s() + ORDER_S)

    async def _begin(self, steps: Sequence[Write], deadline_s: float, *, spaced: bool) -> bool:
        if not steps:
            return True
        self.why = ""
        try:
            async with asyncio.timeout_at(deadline_s):
                await self._turn.acquire()
        except TimeoutError:
            self.why = "the watch was busy with another cue"
            return False
        rest: asyncio.Task[None] | None = None
        try:
            line = await self._write_first(steps[0], deadline_s, spaced=spaced)
            if line is not None:
                rest = self._aside.start(self._finish(line, steps, spaced=spaced))
        finally:
            if rest is None:
                self._turn.release()
        return rest is not None

    async def _write_first(
        self, step: Write, deadline_s: float, *, spaced: bool
    ) -> WatchWriter | None:
        """Write the first step; return the link that took it, None where none did."""
        for _ in range(TRIES):
            line = await self._await_line(deadline_s, spaced=spaced)
            if line is None:
                return None
            fate = await line.send(step, deadline_s)
            self.why = "" if fate is Fate.TAKEN else line.why
            if fate is Fate.TAKEN:
                self._written_s = _now_s()
                return line
            if fate is Fate.UNKNOWN:
                return None
            if line.lost and line is self._line:
                self.close()  # its keeper will notice soon
            await asyncio.sleep(AGAIN_S)
        return None

    async def _await_line(self, deadline_s: float, *, spaced: bool) -> WatchWriter | None:
        try:
            async with asyncio.timeout_at(deadline_s):
                if spaced:
                    await asyncio.sleep(self._free_s - _now_s())
                await self.connected.wait()
        except TimeoutError:
            self.why = self.why or self.health.why or "no connection to the watch"
            return None
        return self._line

    async def _finish(self, line: WatchWriter, steps: Sequence[Write], *, spaced: bool) -> None:
        """Take the remaining steps; then let the next one have its turn."""
        try:
            await asyncio.sleep(steps[0].wait_ms / 1000)
            for step in steps[1:]:
                if await line.send(step, _now_s() + ORDER_S) is not Fate.TAKEN:
                    LOG.warning("cue_cut_short why=%r", line.why)
                    return
                self._written_s = _now_s()
                await asyncio.sleep(step.wait_ms / 1000)
        finally:
            if spaced:
                self._free_s = _now_s() + self._profile.timing.min_spacing_ms / 1000
            self._turn.release()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
