"""One thing that happened in a demo, for the lines below its picture."""

from dataclasses import dataclass

from kickcue.core.events import Level


@dataclass(frozen=True, slots=True)
class DemoLogEntry:
    """One thing that happened, ``t_s`` seconds after the start."""

    t_s: float
    text: str
    level: Level = Level.INFO
