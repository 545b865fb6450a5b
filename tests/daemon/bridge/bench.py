"""What the bridge's tests share: a sender on a private broker, and what comes back to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from kickcue.core.events import Ack, Arm, Cue, CueKind, Input
from kickcue.daemon.bridge import Bridge
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import TOPICS, engine_clock
from tests.patience import PATIENCE_S

TTL_MS: Final = round(PATIENCE_S * 1000)
"""A busy machine makes no cue late; where lateness is the point the test says so."""


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds; fails after long patience."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  what is waited for happens in other processes
            await asyncio.sleep(0.005)


@dataclass
class Race:
    """The sender, with what it was told."""

    delivery: Delivery
    clock: Callable[[], int]
    heard: list[Input] = field(default_factory=list)

    @property
    def acks(self) -> list[tuple[str, bool, str | None]]:
        """What the watch has answered: cue, felt, why not.

        Each answer once: a cue whose answer is slow is said, and answered, once more.
        """
        return list(dict.fromkeys((each.cue_id, each.felt, each.why) for each in self.answers))

    @property
    def answers(self) -> list[Ack]:
        """All answers of the watch."""
        return [each for each in self.heard if isinstance(each, Ack)]

    def cue(self, id_: str = "bell", **changes: Any) -> Cue:
        """Return a cue of two pulses that is due now."""
        facts = {
            "ttl_ms": TTL_MS,
            "text": "Last lap: relax",
            "pulses": ((150, 100, 1.0), (150, 0, 1.0)),
            **changes,
        }
        return Cue(
            t_ns=self.clock(),
            id=id_,
            kind=CueKind.LAST_LAP,
            say=None,
            urgency=3,
            to_go_m=400.0,
            sd_m=3.0,
            **facts,
        )

    def arm(self, due_in_ms: int, id_: str = "bell", **changes: Any) -> Arm:
        """Return the order to give that cue so much later."""
        return Arm(self.clock(), self.cue(id_, **changes), due_in_ms)


@asynccontextmanager
async def race(broker: PrivateBroker, run_id: str = "run") -> AsyncIterator[Race]:
    """Be the sender of a race's cues."""
    clock = engine_clock()
    async with deliver(broker.address, TOPICS, run_id=run_id, now_ns=clock) as delivery:
        made = Race(delivery, clock)

        async def hear() -> None:
            while True:
                made.heard.append(await delivery.incoming.get())

        hearing = asyncio.create_task(hear())
        try:
            yield made
        finally:
            await end([hearing])


async def until_ready(bridge: Bridge, run_id: str = "run") -> None:
    """Wait until the watch is there, and the wrist knows how late messages are."""
    await until(bridge.worn.connected.is_set)
    await until(lambda: bridge.broker.wrist._delays.settled(run_id))


@pytest.fixture
async def broker() -> AsyncIterator[PrivateBroker]:
    async with private_broker(TOPICS) as private:
        yield private


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sender say its status ten times a second, and the wrist be content with a fifth of a
    second of them; a watch may take its time to answer.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.delivery.STATUS_EACH_NS", 100_000_000)
    monkeypatch.setattr("kickcue.core.watch.clock_offset.APART_MS", 200)
    monkeypatch.setattr("kickcue.daemon.bridge.LOOK_S", 0.05)
    monkeypatch.setattr("kickcue.daemon.bridge.ANSWER_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.radio.watch_handle.ORDER_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.radio.device_selection.SETTLE_S", 0.1)
