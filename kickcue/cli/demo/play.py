"""Plays a race over a private broker, with engine and sender on one side, a watch on the other.

It is as if they were on two machines.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kickcue.cli.demo.audience import Audience
from kickcue.cli.demo.demo_page import DemoReport, demo_page, invitation, stay_for
from kickcue.cli.demo.pace import Pace
from kickcue.cli.demo.summary import OnWatch
from kickcue.core.engine_choice import AnyEngine
from kickcue.core.events import Ack, Cue, CueKind, Input
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver, new_run_id
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import WatchClient, watch
from kickcue.edges.web.race_page import RacePage
from kickcue.replay.run_engine import drive
from kickcue.supervision.tasks import running

ANSWERS_S: Final = 1.5
"""How long to wait for the watch's last answers."""
LOOK_S: Final = 0.05
SURE_WITHIN_S: Final = 10.0
"""A watch knows after a second what is late: a race that is played fast may be over by then."""
LAST_LAP: Final = (CueKind.LAST_LAP, CueKind.HOLD)


@dataclass(slots=True)
class PlayedCues:
    """The cues as they were decided and as they were felt: cue or play with its real time in ns."""

    decided: list[tuple[Cue, int]] = field(default_factory=list)
    felt: list[tuple[Play, int]] = field(default_factory=list)

    def last_lap(self) -> tuple[Cue | None, OnWatch]:
        """Return the first cue for the last lap, and what came of it on the watch."""
        cue, decided_ns = next(
            ((cue, ns) for cue, ns in self.decided if cue.kind in LAST_LAP), (None, 0)
        )
        felt = [(play, ns) for play, ns in self.felt if cue is not None and play.touch.id == cue.id]
        if not felt:
            return cue, OnWatch(0, None, by_timer=False)
        play, felt_ns = felt[0]
        return cue, OnWatch(len(felt), (felt_ns - decided_ns) / NS_PER_MS, by_timer=play.from_timer)


@dataclass(frozen=True, slots=True)
class Parties:
    """The two sides, connected."""

    delivery: Delivery
    watch: WatchClient
    now_ns: Callable[[], int]
    page: RacePage | None
    report: DemoReport
    """What was played, for the page."""

    @property
    def invitation(self) -> str | None:
        """What invites a browser to be a watch as well."""
        return None if self.page is None else invitation(self.page)

    async def stay(self, recording: Path) -> None:
        """Give browsers that look on the report, and time to read it."""
        self.report.recording = recording
        await stay_for(self.page)


@asynccontextmanager
async def parties(*, offers_page: bool) -> AsyncIterator[Parties]:
    """Start a private broker and connect both sides; UsageError where none is installed.

    ``offers_page``: it is served to browsers as well, where that can be.
    """
    began_ns = time.monotonic_ns()

    def now_ns() -> int:
        return time.monotonic_ns() - began_ns

    topics = Topics()
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(private_broker(topics))
        worn = await stack.enter_async_context(watch(broker.watch, topics))
        run_id = new_run_id()
        delivery = await stack.enter_async_context(
            deliver(broker.address, topics, run_id=run_id, now_ns=now_ns)
        )
        page, report = None, DemoReport()
        if offers_page:
            page = await stack.enter_async_context(
                demo_page(broker.watch, topics, delivery, report)
            )
        with suppress(TimeoutError):
            async with asyncio.timeout(SURE_WITHIN_S):
                while not worn.wrist.is_sure(run_id):
                    await worn.wait(LOOK_S)
        yield Parties(delivery, worn, now_ns, page, report)


async def play(
    both: Parties, engine: AnyEngine, inputs: tuple[Input, ...], pace: Pace, audience: Audience
) -> PlayedCues:
    """Play ``inputs`` at ``pace`` before an audience."""
    played = PlayedCues()
    async with running(_wear(both, played, audience), name="demo watch") as wearing:
        for event, outputs in drive(
            engine, _with_answers(inputs, both.delivery, pace), ticks_recorded=False
        ):
            await asyncio.sleep(max(pace.wall(event.t_ns) - both.now_ns(), 0) / NS_PER_S)
            for output in outputs:
                if isinstance(output, Cue):
                    played.decided.append((output, both.now_ns()))
                both.delivery.send(pace.played(output))
            audience.take(event, outputs, pace.rate(event.t_ns), both.now_ns())
            if wearing.done():
                break
        await _last_answers(played)
    return played


def _with_answers(inputs: tuple[Input, ...], delivery: Delivery, pace: Pace) -> Iterator[Input]:
    """Yield the inputs and, in between as they come, the watch's answers in race time."""
    last_ns = 0
    for event in inputs:
        while not delivery.incoming.empty():
            came = delivery.incoming.get_nowait()
            if isinstance(came, Ack):
                last_ns = min(max(pace.race(came.t_ns), last_ns), event.t_ns)
                yield replace(came, t_ns=last_ns)
        last_ns = max(last_ns, event.t_ns)
        yield event


async def _wear(both: Parties, played: PlayedCues, audience: Audience) -> None:
    while True:
        for happening in await both.watch.wait(LOOK_S):
            if isinstance(happening, Play):
                played.felt.append((happening, both.now_ns()))
            audience.screen.happened(happening)


async def _last_answers(played: PlayedCues) -> None:
    for _ in range(round(ANSWERS_S / LOOK_S)):
        if len({play.touch.id for play, _ in played.felt}) >= len(played.decided):
            return
        await asyncio.sleep(LOOK_S)
