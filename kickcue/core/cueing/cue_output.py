"""How a kind of cue is given, as the runner wants it."""

from enum import StrEnum


class CueOutput(StrEnum):
    """On the wrist, in the ear, both or not at all."""

    OFF = "off"
    HAPTIC = "haptic"
    SOUND = "sound"
    BOTH = "both"
