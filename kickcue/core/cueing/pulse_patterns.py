"""How each cue feels, independent of the watch: pulses of (on_ms, off_ms, intensity 0..1).

In the last lap the cues differ by the number of pulses, not only by their length: counting survives
running, telling 120 ms from 200 ms does not (88.7 % of patterns were recognised in the wild,
ActiVibe 2016). HOLD takes LAST_LAP's place and keeps its count. All stay within 1.3 s and four
pulses.
"""

from collections.abc import Mapping

from kickcue.core.events import CueKind, Pulses

PULSES: Mapping[CueKind, Pulses] = {
    CueKind.READY: ((150, 0, 0.6),),
    CueKind.EVEN: ((350, 200, 0.6), (350, 0, 0.6)),
    CueKind.SPLIT: ((250, 0, 0.8),),
    CueKind.LAST_LAP: ((500, 150, 1.0), (150, 150, 1.0), (150, 0, 1.0)),
    CueKind.HOLD: ((300, 150, 0.6), (300, 150, 0.6), (300, 0, 0.6)),
    CueKind.RELAX: ((600, 0, 0.5),),
    CueKind.TURNOVER: ((150, 150, 1.0), (150, 0, 1.0)),
    CueKind.DRIVE: ((150, 120, 1.0), (150, 120, 1.0), (150, 120, 1.0), (150, 0, 1.0)),
}
URGENCY: Mapping[CueKind, int] = {
    CueKind.LAST_LAP: 3,
    CueKind.HOLD: 3,
    CueKind.DRIVE: 2,
    CueKind.TURNOVER: 2,
    CueKind.RELAX: 1,
    CueKind.EVEN: 1,
    CueKind.SPLIT: 0,
    CueKind.READY: 0,
}
"""Who wins when two cues want the same moment; 3 is never held back."""
