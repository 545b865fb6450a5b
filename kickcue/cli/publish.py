"""Sends the outputs of a replayed race over MQTT, at the pace of the race."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Final

from kickcue.cli.format.printing import complain, flush
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.events import Input, Output, Phase, PhaseChange
from kickcue.core.units import NS_PER_S
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.delivery import deliver, new_run_id
from kickcue.edges.mqtt.topics import Topics
from kickcue.replay.source import Source, at_pace

ANSWERS_S: Final = 2.2
"""How long to wait for the last acknowledgements: a cue is worth two seconds."""


async def publish(  # noqa: PLR0913  what is played, and to whom
    race: Source,
    steps: Iterator[tuple[Input, tuple[Output, ...]]],
    rate: float,
    to: tuple[Address | None, str | None],
    show: Callable[[Output], None],
    *,
    alongside: bool = False,
) -> None:
    """Play ``steps`` of ``race``, ``rate`` times as fast as recorded.

    ``to``: a broker and an athlete; None is a private one, and runner.

    Where to listen and how it went is written to standard error. UsageError where another run
    sends on the same topics, unless ``alongside``.
    """
    address, athlete = to
    rules = ALLOWED[race.document.rules]
    async with AsyncExitStack() as stack:
        topics = Topics.of(None if address is None else address.prefix, athlete)
        if address is None:
            address = await _own_broker(stack, topics)
        began_ns = time.monotonic_ns()

        def now_ns() -> int:
            return time.monotonic_ns() - began_ns

        delivery = await stack.enter_async_context(
            deliver(address, topics, run_id=new_run_id(), now_ns=now_ns, alongside=alongside)
        )
        await delivery.only_sender()
        delivery.send(PhaseChange(0, Phase.WAITING, Phase.WAITING))
        goes = "cues are sent" if rules.cues else f"{rules.reason}; only the display is sent"
        complain(f"{goes} to {address}, topics {topics.prefix}/#")
        zero_ns: int | None = None
        for event, outputs in steps:
            if zero_ns is None:
                # The moment of the race that would have been played when the sender's clock began.
                zero_ns = event.t_ns - round(now_ns() * rate)
            flush()
            await asyncio.sleep(max((event.t_ns - zero_ns) / rate - now_ns(), 0.0) / NS_PER_S)
            for output in outputs:
                delivery.send(at_pace(output, zero_ns, rate))
                show(output)
        await asyncio.sleep(ANSWERS_S)
        counts = delivery.report()
        complain(
            f"{counts['cues']} cues sent, {counts['felt']} felt, {counts['unanswered']} unanswered"
        )


async def _own_broker(stack: AsyncExitStack, topics: Topics) -> Address:
    broker = await stack.enter_async_context(private_broker(topics))
    complain("private broker started; in another terminal: kickcue watch")
    complain(f"or any MQTT client at {broker.watch.with_password()}")
    return broker.address
