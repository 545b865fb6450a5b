"""Race rules as modes: where cues may be given at all, and in which form.

World Athletics TR 6.3.1 counts pacing by a technical device as assistance (disqualification may come without warning), and 6.3.2 bans
mobile phones and radio transmitters from the competition area. So a sanctioned race is recorded and nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum


class Rules(StrEnum):
    """Under which rules this is run."""

    TRAINING = "training"
    TIMETRIAL = "timetrial"
    ROAD = "road"
    SANCTIONED = "sanctioned"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a mode allows, and the reason in one sentence for the runner."""

    cues: bool
    voice: bool
    reason: str


ALLOWED = {
    Rules.TRAINING: Allowed(cues=True, voice=True, reason="training: cues by vibration and voice"),
    Rules.TIMETRIAL: Allowed(cues=True, voice=True, reason="time trial: cues by vibration and voice; times are not ratifiable"),
    Rules.ROAD: Allowed(cues=True, voice=False, reason="road race: cues by vibration only, because many road races ban headphones"),
    Rules.SANCTIONED: Allowed(
        cues=False,
        voice=False,
        reason="sanctioned race: cues are off and everything is recorded, because World Athletics TR 6.3.1 counts a device's "
        "pacing as assistance (disqualification without warning)",
    ),
}
