"""The Immediate Alert service's level (2A06): 1 mild, 2 high, 0 stop.

The sender keeps the time, so the link's jitter is in every pulse.
"""

from typing import Final

from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile

STOP: Final = 0
MILD: Final = 1
HIGH: Final = 2
HIGH_FROM: Final = 0.75


def encode(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Write, ...]:
    """Return two writes a pulse: on, and after its time off."""
    del touch, text
    link = profile.link

    def level(value: int, wait_ms: int) -> Write:
        return Write(link.service, link.char, bytes((value,)), link.response, wait_ms)

    return tuple(
        write
        for on_ms, off_ms, intensity in lowered.pulses or ()
        for write in (level(HIGH if intensity >= HIGH_FROM else MILD, on_ms), level(STOP, off_ms))
    )
