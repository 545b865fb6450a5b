"""What of a session is on, in a few words."""

from kickcue.core.events import LegBegin, LegKind
from kickcue.edges.mqtt.messages import LegMessage


def leg_text(leg: LegBegin | LegMessage) -> str:
    """Return what is on: "rep 2 of 5", "rest after rep 2 of 5", "easy 10:00"."""
    if leg.kind is LegKind.REP:
        return f"rep {leg.rep} of {leg.reps}"
    if leg.kind is LegKind.EXTRA:
        return f"rep {leg.rep}, one more"
    if leg.kind is LegKind.EASY:
        return leg.text
    return f"rest after rep {leg.rep} of {leg.reps}" if leg.rep else leg.text
