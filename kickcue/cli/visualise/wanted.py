"""What a session is made of, before it has a voice."""

from collections.abc import Sequence
from dataclasses import dataclass

from kickcue.cli.format.output_format import bars
from kickcue.coaching.script import Script
from kickcue.coaching.timeline import (
    Spoken,
    Timeline,
    TimelineEntry,
    TimelineStep,
    reading_s,
    timeline,
)
from kickcue.config.settings import Settings
from kickcue.core.clock_format import clock


@dataclass(frozen=True, slots=True)
class WantedScript:
    """What is to be played."""

    settings: Settings
    script: Script
    steps: tuple[TimelineStep, ...]
    minutes: float

    def timeline(self, lasts_s: Sequence[float] | None = None) -> Timeline:
        """Return when each step comes; without lengths of speech, as somebody would read it."""
        read_s = [reading_s(step.what) for step in self.steps]
        return timeline(self.steps, read_s if lasts_s is None else lasts_s, self.minutes)


def as_text(entry: TimelineEntry) -> str:
    """Return a line or a cue as it is shown, with its time."""
    at = clock(entry.at_s)
    if isinstance(entry.what, Spoken):
        return f"{at:>5}  {entry.what.text}"
    return f"{at:>5}  [{bars(entry.what.pulses)}]  {entry.what.text}"
