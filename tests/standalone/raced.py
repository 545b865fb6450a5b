"""Simulated races, and what a computer says of the recording that a phone made of one."""

from pathlib import Path
from typing import Any, Final

from kickcue.cli import main
from kickcue.core.events import Cue, CueKind
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import SimulatedRace, simulate
from kickcue.recording import Recording, read
from kickcue.standalone.race_setup import course_of

BELL: Final = [500, 150, 150, 150, 150]
"""What a motor is asked for by the bell."""


def raced(document: dict[str, Any], seed: int = 0) -> SimulatedRace:
    """Return the race of this seed, as its sensors and its runner's thumb tell of it."""
    return simulate(course_of(document), SCENARIOS["button"], seed)


def verified(path: Path) -> Recording:
    """Return a recording that a computer accepts, and whose outputs it comes to by itself."""
    assert 0 == main(["verify", str(path)])
    return read(path)


def bells(recording: Recording) -> list[Cue]:
    """Return the bells that were given."""
    outputs = recording.outputs
    return [each for each in outputs if isinstance(each, Cue) and each.kind is CueKind.LAST_LAP]
