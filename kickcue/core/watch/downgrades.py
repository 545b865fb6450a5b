"""What a cue can lose on its way to a watch, by name."""

from enum import StrEnum


class Downgrade(StrEnum):
    """One loss; the value is what a profile's vectors write, ``sentence`` what a person reads."""

    INTENSITY_AS_LENGTH = "intensity-as-length"
    INTENSITY_ROUNDED = "intensity-rounded"
    LENGTHENED = "lengthened"
    SHORTENED = "shortened"
    GAPS_WIDENED = "gaps-widened"
    GAPS_SHORTENED = "gaps-shortened"
    JOINED = "joined"
    CUT = "cut"
    EQUALISED = "equalised"
    ROUNDED = "rounded"
    FIXED_PULSE = "fixed-pulse"
    OWN_SETTING = "own-setting"
    TAP_ADDED = "tap-added"
    SOUND_ONLY = "sound-only"
    TEXT_ONLY = "text-only"
    NOT_PLAYED = "not-played"
    TEXT_CHANGED = "text-changed"

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Downgrade.INTENSITY_AS_LENGTH: "weaker pulses are played shorter instead",
    Downgrade.INTENSITY_ROUNDED: "intensity rounded to the nearest the motor can do",
    Downgrade.LENGTHENED: "pulses too short for the motor are lengthened",
    Downgrade.SHORTENED: "pulses shortened",
    Downgrade.GAPS_WIDENED: "gaps too short to feel are widened",
    Downgrade.GAPS_SHORTENED: "gaps shortened",
    Downgrade.JOINED: "fewer pulses: the shortest gaps are closed",
    Downgrade.CUT: "fewer pulses: some are left out",
    Downgrade.EQUALISED: "all pulses are equal",
    Downgrade.ROUNDED: "durations rounded to the watch's resolution",
    Downgrade.FIXED_PULSE: "only the watch's built-in vibration, in its own rhythm",
    Downgrade.OWN_SETTING: "the vibration is set on the watch",
    Downgrade.TAP_ADDED: "the text adds a tap of its own",
    Downgrade.SOUND_ONLY: "heard, not felt",
    Downgrade.TEXT_ONLY: "shown as text only",
    Downgrade.NOT_PLAYED: "not played at all",
    Downgrade.TEXT_CHANGED: "the text is cut, or some letters are replaced",
}
