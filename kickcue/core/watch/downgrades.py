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
    Downgrade.INTENSITY_AS_LENGTH: "weak pulses are shorter instead of weaker",
    Downgrade.INTENSITY_ROUNDED: "the intensity is the nearest that the motor has",
    Downgrade.LENGTHENED: "pulses too short for the motor are longer",
    Downgrade.SHORTENED: "pulses are shorter",
    Downgrade.GAPS_WIDENED: "gaps too short to be felt are longer",
    Downgrade.GAPS_SHORTENED: "gaps are shorter",
    Downgrade.JOINED: "fewer pulses: the shortest gaps are closed",
    Downgrade.CUT: "fewer pulses: some are left out",
    Downgrade.EQUALISED: "all pulses are equal",
    Downgrade.ROUNDED: "times are rounded to what the watch can count",
    Downgrade.FIXED_PULSE: "only the watch's own pulse, in its own time",
    Downgrade.OWN_SETTING: "how it feels is set on the watch",
    Downgrade.TAP_ADDED: "a tap that was not asked for comes with the text",
    Downgrade.SOUND_ONLY: "heard, not felt",
    Downgrade.TEXT_ONLY: "to be read only",
    Downgrade.NOT_PLAYED: "not given at all",
    Downgrade.TEXT_CHANGED: "the text is cut, or some letters are others",
}
