"""Race rules as modes: where cues may be given at all, and in which form.

Also whether somebody beside the track may press.

World Athletics TR 6.3.1 counts pacing by a technical device as assistance (disqualification may
come without warning), and 6.3.2 bans mobile phones and radio transmitters from the competition
area. So a sanctioned race is recorded and nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum

from kickcue.core.events import Command, Input, Mark, MarkSource, Orderer


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
    helper: bool
    reason: str


ALLOWED = {
    Rules.TRAINING: Allowed(
        cues=True, voice=True, helper=True, reason="training: cues by vibration and voice"
    ),
    Rules.TIMETRIAL: Allowed(
        cues=True,
        voice=True,
        helper=True,
        reason="time trial: cues by vibration and voice; times cannot be ratified",
    ),
    Rules.ROAD: Allowed(
        cues=True,
        voice=False,
        helper=False,
        reason="road race: cues by vibration only, because many road races ban headphones",
    ),
    Rules.SANCTIONED: Allowed(
        cues=False,
        voice=False,
        helper=False,
        reason=(
            "sanctioned race: recording only, no cues, because World Athletics TR 6.3.1 counts a "
            "device's pacing as assistance (disqualification without warning)"
        ),
    ),
}


def refusal(event: Input, rules: Rules) -> str | None:
    """Return why an event does not count under these rules, None where it does.

    Whoever counts the laps for a runner from beside the track helps by a device, which TR 6.3
    counts as assistance.
    """
    helps = (isinstance(event, Mark) and event.source is MarkSource.TRACKSIDE) or (
        isinstance(event, Command) and event.by is Orderer.TRACKSIDE
    )
    if not helps or ALLOWED[rules].helper:
        return None
    what = event.kind if isinstance(event, Command) else "lap"
    return (
        f"{what} from a trackside helper ignored under {rules} rules: it would count as "
        "assistance (World Athletics TR 6.3)"
    )
