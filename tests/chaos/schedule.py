"""One random schedule of the delivery path: a bell that is predicted ever better, a daemon, a
watch, and all that can happen to them.
"""

import asyncio
import contextlib
import math
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final, cast

from kickcue.core.events import Arm, Cue, CueKind
from kickcue.core.units import s_to_ns
from kickcue.core.watch.state_machine import CueAck, Play
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.mqtt.messages import ArmMessage, CueMessage, parse
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.traffic import Received
from kickcue.edges.mqtt.watch_client import WatchClient
from tests.chaos.air import Air, End, Weather
from tests.chaos.virtual_time import run

if TYPE_CHECKING:
    from kickcue.edges.mqtt.session import Session

RUN_ID: Final = "chaos"
TTL_S: Final = 2.0
AFTER_S: Final = 15.0
"""Longer than anything is held up."""
FAST_S: Final = 0.2
SECOND_MS: Final = 950
IN_GOOD_TIME_S: Final = 0.3
"""Before and after a due time: the watch's measure of it is late by what its fastest
message took.
"""
CUE: Final = Cue(
    0,
    "last_lap-1",
    CueKind.LAST_LAP,
    "last lap",
    None,
    ((300, 0, 1.0),),
    3,
    round(TTL_S * 1000),
    400.0,
    2.0,
)

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens: drawn from ``seed`` alone."""

    seed: int
    bell_s: float
    first_arm_s: float
    first_error_s: float
    weather: Weather
    daemon_dead: Spans
    watch_dead: Spans

    @classmethod
    def drawn(cls, seed: int) -> "Schedule":
        """Draw a schedule: each kind of trouble in about every second one."""
        random = Random(seed)
        bell_s = random.uniform(15.0, 45.0)

        def spans(share: float, shortest_s: float, longest_s: float) -> Spans:
            found: list[tuple[float, float]] = []
            while random.random() < share and len(found) < 3:
                from_s = random.uniform(0.0, bell_s + 5.0)
                found.append((from_s, from_s + random.uniform(shortest_s, longest_s)))
            return tuple(found)

        weather = Weather(
            lost=random.choice((0.0, 0.05, 0.3)),
            doubled=random.choice((0.0, 0.05, 0.3)),
            held_up=random.choice((0.0, 0.05, 0.3)),
            longest_s=10.0,
            down={side: spans(0.4, 0.5, 12.0) for side in ("daemon", "watch")},
            stalled={side: spans(0.3, 0.5, 10.0) for side in ("daemon", "watch")},
        )
        return cls(
            seed,
            bell_s,
            random.uniform(0.0, bell_s - 10.0),
            random.gauss(0.0, 4.0),
            weather,
            spans(0.3, 1.0, 6.0),
            spans(0.3, 3.0, 8.0),
        )


@dataclass(frozen=True, slots=True)
class Order:
    """An arm or a cue as a watch got it: when it was sent, when the bell is due by it, when it
    came.
    """

    sent_ms: int
    due_s: float
    got_s: float


@dataclass(slots=True)
class Life:
    """One watch from one restart to the next: all it heard, (``sent_ms``, when it came), the orders
    among it, and when it felt the bell.
    """

    heard: list[tuple[int, float]] = field(default_factory=list)
    told: list[tuple[int, float]] = field(default_factory=list)
    """What was no cue among it: that alone tells how late a cue is."""
    orders: list[Order] = field(default_factory=list)
    felt: list[tuple[float, Order]] = field(default_factory=list)
    ended_s: float = math.inf

    def newest_at(self, t_s: float) -> Order | None:
        """Return the order that holds at a moment: of those that have come, the one that was sent
        last.
        """
        return max(
            (order for order in self.orders if order.got_s <= t_s),
            key=lambda order: order.sent_ms,
            default=None,
        )

    def knows_the_time_at(self, t_s: float) -> bool:
        """Say whether two that are no cues, hardly held up and sent a second apart, had come by
        then.

        Whoever heard none cannot tell late from not.
        """
        fast = [
            sent_ms
            for sent_ms, got_s in self.told
            if got_s <= t_s and got_s - sent_ms / 1000 < FAST_S
        ]
        return bool(fast) and max(fast) - min(fast) >= SECOND_MS

    def heard_in_time_by(self, t_s: float) -> bool:
        """Say whether any message that was hardly held up had come by then: what is late can be
        told from it.
        """
        return any(
            got_s <= t_s and got_s - sent_ms / 1000 < FAST_S for sent_ms, got_s in self.heard
        )

    @property
    def owes(self) -> float | None:
        """Return when it must have felt the bell: the due time of an order that it held, in good
        time and knowing the time, till then.
        """
        for due_s in sorted({order.due_s for order in self.orders}):
            order = self.newest_at(due_s - IN_GOOD_TIME_S)
            if (
                order is not None
                and order.due_s == due_s < self.ended_s - IN_GOOD_TIME_S
                and self.newest_at(due_s + IN_GOOD_TIME_S) == order
            ):
                return due_s if self.knows_the_time_at(due_s - IN_GOOD_TIME_S) else None
        return None


@dataclass(slots=True)
class Outcome:
    """The lives of the watch, in order."""

    lives: list[Life] = field(default_factory=list)

    @property
    def felt(self) -> list[tuple[float, Order]]:
        """When the bell was felt, and the order that held then."""
        return [felt for life in self.lives for felt in life.felt]


@dataclass(slots=True)
class _World:
    schedule: Schedule
    air: Air
    outcome: Outcome = field(default_factory=Outcome)
    over: list[CueAck] = field(default_factory=list)
    """What a watch writes down: it survives a restart."""
    rung: bool = False

    async def tell(self) -> None:
        """Run the story to its end."""
        daemon = asyncio.create_task(self._with_deaths(self.schedule.daemon_dead, self._daemon))
        wrist = asyncio.create_task(self._with_deaths(self.schedule.watch_dead, self._watch))
        await asyncio.sleep(self.schedule.bell_s + AFTER_S)
        for task in (daemon, wrist):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _with_deaths(self, dead: Spans, life: Any) -> None:
        for from_s, to_s in sorted(dead):
            alive = asyncio.create_task(life())
            try:
                await asyncio.sleep(max(from_s - _now_s(), 0.0))
            finally:
                await _kill(alive)
            await asyncio.sleep(max(to_s - _now_s(), 0.0))
        await life()

    async def _daemon(self) -> None:
        end = self.air.end("daemon")
        delivery = Delivery(cast("Session", end), Topics(), RUN_ID, lambda: s_to_ns(_now_s()))
        work = asyncio.create_task(delivery.work())
        try:
            await self._predict(delivery)
            await asyncio.Event().wait()
        finally:
            await _kill(work)

    async def _predict(self, delivery: Delivery) -> None:
        """Arm the bell ever better, then ring it, as the engine does: a new order only where it
        says something new.
        """
        schedule, due_s = self.schedule, None
        await asyncio.sleep(max(schedule.first_arm_s - _now_s(), 0.0))
        while (left_s := schedule.bell_s - _now_s()) > 0.0:
            share = left_s / (schedule.bell_s - schedule.first_arm_s)
            predicted_s = schedule.bell_s + schedule.first_error_s * share
            in_s = max(predicted_s - _now_s(), 0.0)
            if due_s is None or abs(predicted_s - due_s) > max(0.2, 0.02 * in_s):
                due_s = predicted_s
                delivery.send(Arm(s_to_ns(_now_s()), CUE, round(in_s * 1000)))
            await asyncio.sleep(min(left_s, 1.0))
        if not self.rung:
            self.rung = True
            delivery.send(replace(CUE, t_ns=s_to_ns(_now_s())))

    async def _watch(self) -> None:
        end = self.air.end("watch")
        life = Life()
        self.outcome.lives.append(life)
        _overhear(end, life)
        watch = WatchClient(cast("Session", end), Topics(), over=self.over)
        try:
            while True:
                for happening in await watch.wait(0.5):
                    if isinstance(happening, CueAck):
                        self.over.append(happening)
                    order = life.newest_at(_now_s())
                    if isinstance(happening, Play) and order is not None:
                        life.felt.append((_now_s(), order))
        finally:
            life.ended_s = _now_s()


def _overhear(end: End, life: Life) -> None:
    """Note each message as it comes to the watch."""
    put = end.incoming.put_nowait

    def note(received: Received) -> None:
        place = Topics().name_of(received.topic)
        assert place is not None
        message = parse(place[0], received.payload)
        if message.sent_ms is not None and not received.retained:
            life.heard.append((message.sent_ms, _now_s()))
            if isinstance(message, ArmMessage | CueMessage):
                life.orders.append(
                    Order(message.sent_ms, (message.sent_ms + message.due_in_ms) / 1000, _now_s())
                )
            if not isinstance(message, CueMessage):
                life.told.append((message.sent_ms, _now_s()))
        put(received)

    setattr(end.incoming, "put_nowait", note)  # noqa: B010  an ear at the door


async def _kill(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def play(schedule: Schedule) -> Outcome:
    """Run one schedule in virtual time."""

    async def story() -> Outcome:
        world = _World(schedule, Air(schedule.weather, Random(-schedule.seed)))
        await world.tell()
        return world.outcome

    return run(story())
