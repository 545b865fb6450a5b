"""Plays notifications of sensors again: of a simulated race, or of a recording."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kickcue.core.events import Notification
from kickcue.core.units import ns_to_s


class Notifier(Protocol):
    """What can send notifications; a ``VirtualSensor`` can."""

    async def notify(self, char: str, data: bytes) -> bool:
        """Say it; return whether anybody listened."""


@dataclass(slots=True)
class PlaybackCount:
    """How many notifications of each sensor were delivered, and how many had no subscriber."""

    delivered: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


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
    loop = asyncio.get_running_loop()
    begin_s = loop.time()
    zero_s = begin_s if zero_s is None else zero_s
    for each in sorted(notifications, key=lambda notification: notification.t_ns):
        speaker = speakers.get(each.sensor)
        if speaker is None:
            continue
        due_s = zero_s + ns_to_s(each.t_ns) / rate
        if due_s > loop.time():
            await asyncio.sleep(due_s - loop.time())
        delivered = due_s >= begin_s and await speaker.notify(each.char, each.data)
        (played.delivered if delivered else played.lost)[each.sensor] += 1
    return played
