"""Sensors and a thumb that are simulated: what comes in of a run in which nobody runs.

Whoever starts such a run makes the events; here they come in at their moments, and how each sensor
is doing is told as of one on the radio.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kickcue.core.cueing.phases import RACING
from kickcue.core.events import Command, CommandKind, Input, Link, Notification, Phase
from kickcue.edges.virtual_sensor.playback import paced
from kickcue.supervision.health import DeviceHealth, Stage


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """What is to come in.

    ``inputs``: in order of time, on the race's clock from 0 on, maybe without end. ``rate``: how
    many seconds of the race go by in one of this machine.
    """

    inputs: Iterable[Input]
    rate: float = 1.0
    gun_in_s: float = 0.0
    """How many seconds of this machine after the first of them the race is started."""

    @property
    def notice(self) -> str:
        """What people should know of it, in one sentence."""
        pace = "" if self.rate == 1.0 else f", {self.rate:g} times as fast as life"
        return f"simulated{pace}: the gun goes in {self.gun_in_s:.0f} s"


class SimulatedSensors:
    """Plays a ``SimulatedRun`` into ``put``. Its ``health`` is that of the sensors named."""

    def __init__(self, given: SimulatedRun, names: Iterable[str]) -> None:
        self.next_ns: int | None = None
        """When the next event comes in, on the run's clock; None where none is awaited. No time of
        the race goes by before it: a machine that is busy for a moment, which is seconds of a race
        at a high rate, makes no sensor silent."""
        self._given = given
        self._health = {name: DeviceHealth(why="simulated: nothing sent yet") for name in names}

    @property
    def health(self) -> Mapping[str, DeviceHealth]:
        """The health of each, by its name in the race."""
        return self._health

    async def play(
        self, put: Callable[[Input], None], now_ns: Callable[[], int], phase: Callable[[], Phase]
    ) -> None:
        """Let all of it come in, stamped with ``now_ns``'s clock.

        The thumb finishes only a race that is on.
        """
        rate, zero_ns = self._given.rate, now_ns()
        zero_s = asyncio.get_running_loop().time()
        async for _, event in paced(self._awaited(zero_ns), rate=rate, zero_s=zero_s):
            if _finishes(event) and phase() not in RACING:
                continue
            assert self.next_ns is not None
            self._note(event, self.next_ns)
            put(replace(event, t_ns=self.next_ns))
        self.next_ns = None

    def _awaited(self, zero_ns: int) -> Iterator[Input]:
        """Yield the events, noting of each when it comes in."""
        for event in self._given.inputs:
            self.next_ns = zero_ns + round(event.t_ns / self._given.rate)
            yield event

    def _note(self, event: Input, t_ns: int) -> None:
        """Note what an event tells of the sensor it comes from."""
        if not isinstance(event, Notification | Link) or event.sensor not in self._health:
            return
        health = self._health[event.sensor]
        if isinstance(event, Link) and not event.up:
            health.stage, health.why = Stage.WAITING, "simulated: the link is lost"
            return
        health.stage, health.why = Stage.CONNECTED, "simulated"
        if isinstance(event, Notification):
            health.notifications += 1
            health.received_ns = t_ns


def _finishes(event: Input) -> bool:
    return isinstance(event, Command) and event.kind is CommandKind.FINISH
