"""The Mi Band 2 family's six bytes on 2A06: FF, on and off in ms (little-endian), how often.

The band keeps the time itself.
"""

import struct

from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile


def encode(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Write, ...]:
    """Return one write; the pulses are equal already."""
    del touch, text
    pulses = lowered.pulses or ()
    if not pulses:
        return ()
    on_ms, off_ms, _ = pulses[0]
    gap_ms = max(off_ms, profile.actuator.min_gap_ms)
    link = profile.link
    return (
        Write(
            link.service,
            link.char,
            struct.pack("<BHHB", 0xFF, on_ms, gap_ms, len(pulses)),
            link.response,
        ),
    )
