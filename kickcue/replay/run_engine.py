"""Runs an engine over recorded or simulated events, in recorded time."""

from collections.abc import Iterable, Iterator
from typing import Final

from kickcue.core.engine_choice import AnyEngine
from kickcue.core.events import Input, Output, Tick
from kickcue.core.units import NS_PER_S

SILENCE_NS: Final = 60 * NS_PER_S
"""Each gap between two events is ticked through for so long."""
ALL_SILENCE_NS: Final = 3600 * NS_PER_S
"""Beyond that the gaps of one recording share this: time enough for a race that nothing more was
received, and no more than that. One wrong date would else cost the ticks of years."""


def drive(
    engine: AnyEngine, inputs: Iterable[Input], *, ticks_recorded: bool
) -> Iterator[tuple[Input, tuple[Output, ...]]]:
    """Feed ``inputs`` in order; yield each event with what followed from it.

    Where the recording holds its own ticks they are all the ticks there are, so that the same
    things happen as did then. Where it does not, the engine gets a tick at the very moment it asked
    for one (``Engine.wake_ns``), between two events; of a gap of hours only the first part is gone
    through like that, then its end follows.
    """
    left_ns = ALL_SILENCE_NS
    now_ns: int | None = None
    for event in inputs:
        if not ticks_recorded and now_ns is not None:
            until_ns = min(event.t_ns, now_ns + SILENCE_NS + left_ns)
            left_ns -= max(until_ns - now_ns - SILENCE_NS, 0)
            while engine.wake_ns is not None and engine.wake_ns < until_ns:
                tick = Tick(engine.wake_ns)
                yield tick, engine.feed(tick)
        yield event, engine.feed(event)
        now_ns = event.t_ns if now_ns is None else max(now_ns, event.t_ns)
