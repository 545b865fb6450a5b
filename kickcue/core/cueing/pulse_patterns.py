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
    CueKind.REP: ((400, 150, 1.0), (150, 0, 1.0)),
    CueKind.LAST_REP: ((400, 150, 1.0), (400, 150, 1.0), (150, 0, 1.0)),
    CueKind.TICK: ((100, 0, 0.8),),
    CueKind.GO: ((500, 0, 1.0),),
    CueKind.IMAGE: ((400, 0, 0.5),),
    CueKind.THROUGH: ((150, 120, 1.0), (500, 0, 1.0)),
    CueKind.TALL: ((700, 0, 0.5),),
    CueKind.REST_HALF: ((250, 200, 0.6), (250, 0, 0.6)),
}
RACE_CUES = frozenset(
    {
        CueKind.READY,
        CueKind.EVEN,
        CueKind.SPLIT,
        CueKind.LAST_LAP,
        CueKind.HOLD,
        CueKind.RELAX,
        CueKind.TURNOVER,
        CueKind.DRIVE,
    }
)
"""The cues of a race, which must be told apart without a look; the others are of training, where
the runner can look and listen."""
URGENCY: Mapping[CueKind, int] = {
    CueKind.LAST_LAP: 3,
    CueKind.HOLD: 3,
    CueKind.DRIVE: 2,
    CueKind.TURNOVER: 2,
    CueKind.RELAX: 1,
    CueKind.EVEN: 1,
    CueKind.SPLIT: 0,
    CueKind.READY: 0,
    CueKind.REP: 2,
    CueKind.LAST_REP: 2,
    CueKind.TICK: 2,
    CueKind.GO: 2,
    CueKind.IMAGE: 1,
    CueKind.THROUGH: 2,
    CueKind.TALL: 1,
    CueKind.REST_HALF: 0,
}
"""Who wins when two cues want the same moment; 3 is never held back."""
