"""A broker and the air on both sides of it, as bad as they get: messages are lost, doubled, held up
for seconds, links go down.

Stands in the place of ``Session``: the sender's and the watch's code above it is the real one. The
broker knows no message expiry (those of MQTT 3.1.1 do not): what it would have dropped reaches the
watch.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random

from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.traffic import Counters, Received

LEAST_S = 0.02


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares of messages, and spans of time (from, to) in which a side's link is down, or holds all
    its messages until it ends.
    """

    lost: float
    doubled: float
    held_up: float
    longest_s: float
    down: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    stalled: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


class End:
    """One side's connection to the broker, kept over drops as ``Session`` keeps it."""

    def __init__(self, air: "Air", side: str) -> None:
        self.incoming: asyncio.Queue[Received] = asyncio.Queue()
        self.counters = Counters()
        self.expired = 0
        self._air = air
        self._side = side
        self._waiting: list[Outgoing] = []

    @property
    def connected(self) -> bool:
        return not self._air.is_down(self._side)

    def send(self, message: Outgoing) -> None:
        if self.connected:
            self._air.carry(self._side, message)
        else:
            self._waiting.append(message)

    def renew(self) -> None:
        self.link_up()

    def link_up(self) -> None:
        """Be connected anew: what the broker retained comes, what still is worth sending goes."""
        self.counters.connections += 1
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            if message.deadline_s > asyncio.get_running_loop().time():
                self._air.carry(self._side, message)
        self._air.bring_retained(self._side)


class Air:
    """Carries messages between the two sides, ``daemon`` and ``watch``,
    in the event loop's time.
    """

    def __init__(self, weather: Weather, random: Random) -> None:
        self._weather = weather
        behind = Random()
        behind.setstate(random.getstate())
        self._randoms = {"daemon": random, "watch": Random(behind.getrandbits(64))}
        """What befalls the messages of one side does not hang on how many the other one sends."""
        self._ends: dict[str, End] = {}
        self._retained: dict[str, Outgoing] = {}

    def end(self, side: str) -> End:
        """Return a new connection of ``side``; one that it had before is gone, with all that was on
        its way there.
        """
        loop = asyncio.get_running_loop()
        end = self._ends[side] = End(self, side)
        if end.connected:
            loop.call_soon(end.link_up)
        for _, up_s in self._weather.down.get(side, ()):
            if up_s > loop.time():
                loop.call_at(up_s, self._link_up, side, end)
        return end

    def _link_up(self, side: str, end: End) -> None:
        if self._ends[side] is end:
            end.link_up()

    def is_down(self, side: str) -> bool:
        """Say whether the link of ``side`` is down now."""
        return (
            _until(self._weather.down.get(side, ()), asyncio.get_running_loop().time()) is not None
        )

    def carry(self, side: str, message: Outgoing) -> None:
        """Take a message to the broker and on to the other side: once, twice or never."""
        loop = asyncio.get_running_loop()
        sent_s = loop.time()
        if message.retain:
            self._retained[message.topic] = message
        random = self._randoms[side]
        if random.random() < self._weather.lost:
            return
        for _ in range(1 + (random.random() < self._weather.doubled)):
            loop.call_at(
                self._arrival_s(side, sent_s, random),
                self._forward,
                "watch" if side == "daemon" else "daemon",
                message,
                random,
            )

    def bring_retained(self, side: str) -> None:
        """Give a new connection what the broker kept."""
        for message in self._retained.values() if side == "watch" else ():
            self._arrive(self._ends[side], message, retained=True)

    def _forward(self, side: str, message: Outgoing, random: Random) -> None:
        end = self._ends.get(side)
        if end is None or not end.connected:
            return  # clean sessions: the broker keeps nothing for who is away
        loop = asyncio.get_running_loop()
        loop.call_at(self._arrival_s(side, loop.time(), random), self._arrive, end, message)

    def _arrive(self, end: End, message: Outgoing, *, retained: bool = False) -> None:
        if end.connected and end in self._ends.values():
            end.incoming.put_nowait(
                Received(
                    message.topic, message.payload, retained, asyncio.get_running_loop().time()
                )
            )

    def _arrival_s(self, side: str, sent_s: float, random: Random) -> float:
        stalled_until_s = _until(self._weather.stalled.get(side, ()), sent_s) or sent_s
        held_up_s = (
            random.uniform(0.0, self._weather.longest_s)
            if random.random() < self._weather.held_up
            else 0.0
        )
        return stalled_until_s + held_up_s + LEAST_S / 2.0 + random.expovariate(100.0)


def _until(spans: tuple[tuple[float, float], ...], now_s: float) -> float | None:
    return next((to_s for from_s, to_s in spans if from_s <= now_s < to_s), None)
