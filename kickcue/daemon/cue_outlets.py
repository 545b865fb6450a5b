"""Where the engine's outputs go: to the wrist over the broker, and to the ear."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kickcue.core.events import Arm, Cue, Disarm, Estimate, Level, Notice, Output, PhaseChange
from kickcue.core.units import NS_PER_S
from kickcue.daemon.clock import RaceTime
from kickcue.daemon.logging_setup import event as log_event

if TYPE_CHECKING:
    from kickcue.daemon.audio import LocalAudio
    from kickcue.daemon.cue_channel import CueChannel

LOG: Final = logging.getLogger(__name__)
OLD_NS: Final = NS_PER_S


class CueOutlets:
    """Both outlets are None until they are open."""

    def __init__(self) -> None:
        self.way: CueChannel | None = None
        self.audio: LocalAudio | None = None
        self.felt: frozenset[str] = frozenset()
        """Cues, by id, that a watch's own timer has played while this process was not there."""

    def send(self, output: Output, race: RaceTime, run_ns: int) -> None:
        """Deliver an output of the engine; ``run_ns`` is now. Neither waits nor raises."""
        placed = race.in_run(output)
        if self.way is None or _is_old(placed, run_ns) or _cue_id(output) in self.felt:
            return
        if self.way.delivery is not None:
            self.way.delivery.send(placed)
        if self.audio is not None:
            self.audio.take(placed, alone=self.way.delivery is None)


def _is_old(output: Output, now_ns: int) -> bool:
    """Tell whether an estimate is of the time before a crash."""
    return isinstance(output, Estimate) and now_ns - output.t_ns > OLD_NS


def _cue_id(output: Output) -> str | None:
    match output:
        case Arm():
            return output.cue.id
        case Cue():
            return output.id
    return None


def log_outputs(outputs: Iterable[Output]) -> None:
    """Log what a person who reads the journal wants to know of a race."""
    for output in outputs:
        match output:
            case PhaseChange():
                log_event(LOG, logging.INFO, "phase", phase=output.phase)
            case Cue():
                log_event(
                    LOG,
                    logging.INFO,
                    "cue",
                    id=output.id,
                    kind=output.kind,
                    to_go_m=output.to_go_m,
                    sd_m=output.sd_m,
                )
            case Notice():
                level = logging.WARNING if output.level is Level.WARNING else logging.INFO
                log_event(LOG, level, "notice", text=output.text)
            case Disarm():
                log_event(LOG, logging.INFO, "notice", text=output.why)
