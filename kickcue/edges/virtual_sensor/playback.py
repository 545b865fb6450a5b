"""Plays again what was received: of a simulated race, or of a recording."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from kickcue.core.events import Input, Notification
from kickcue.core.units import ns_to_s

E = TypeVar("E", bound=Input)


class Notifier(Protocol):
    """What can send notifications; a ``VirtualSensor`` can."""

    async def notify(self, char: str, data: bytes) -> bool:
        """Say it; return whether anybody listened."""


@dataclass(slots=True)
class PlaybackCount:
    """How many notifications of each sensor were delivered, and how many had no subscriber."""

    delivered: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


async def paced(
    events: Iterable[E], *, rate: float, zero_s: float
) -> AsyncIterator[tuple[float, E]]:
    """Yield each event when it is due, with its moment on the event loop's clock.

    ``events`` are in order of time and may be without end; ``zero_s`` is the loop's time of their
    ``t_ns`` 0. What is late comes at once, and leaves others their turn.
    """
    loop = asyncio.get_running_loop()
    for event in events:
        due_s = zero_s + ns_to_s(event.t_ns) / rate
        await asyncio.sleep(max(due_s - loop.time(), 0.0))
        yield due_s, event


async def play(
    notifications: Iterable[Notification],
    speakers: Mapping[str, Notifier],
    *,
    rate: float = 1.0,
    zero_s: float | None = None,
) -> PlaybackCount:
    """Let each sensor send its notifications at their times, ``rate`` times as fast.

    ``zero_s`` is the event loop's time of ``t_ns`` 0 (default: now). As in life, what
    falls due while nobody is subscribed is lost and not sent later, and what fell due before
    ``play`` was called is lost too. What is late only because this process was busy is sent at
    once. Notifications of sensors that are not among ``speakers`` are passed over. Returns what
    came of it.
    """
    played = PlaybackCount()
    begin_s = asyncio.get_running_loop().time()
    spoken = sorted(
        (each for each in notifications if each.sensor in speakers),
        key=lambda notification: notification.t_ns,
    )
    zero_s = begin_s if zero_s is None else zero_s
    async for due_s, each in paced(spoken, rate=rate, zero_s=zero_s):
        speaker = speakers[each.sensor]
        delivered = due_s >= begin_s and await speaker.notify(each.char, each.data)
        (played.delivered if delivered else played.lost)[each.sensor] += 1
    return played
