"""Runs an engine over recorded or simulated events, in recorded time."""

from collections.abc import Iterable, Iterator

from kickcue.core.engine import Engine
from kickcue.core.events import Input, Output, Tick


def drive(engine: Engine, inputs: Iterable[Input], *, ticks_recorded: bool) -> Iterator[tuple[Input, tuple[Output, ...]]]:
    """Feed ``inputs`` in order; yield each event with what followed from it.

    Where the recording holds its own ticks they are all the ticks there are, so that the same things happen as did then. Where it does
    not, the engine gets a tick at the very moment it asked for one (``Engine.wake_ns``), between two events.
    """
    for event in inputs:
        while not ticks_recorded and engine.wake_ns is not None and engine.wake_ns < event.t_ns:
            tick = Tick(engine.wake_ns)
            yield tick, engine.feed(tick)
        yield event, engine.feed(event)
