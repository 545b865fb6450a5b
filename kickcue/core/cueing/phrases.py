"""The shape of what the cues say; the words are in ``kickcue/phrases/<language>.toml``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class PhraseKey(StrEnum):
    """Every sentence a cue can need. ``..._ABOUT``: the place is not known well.

    ``LAST_LAP`` and ``HOLD`` open the last window, whatever it is called: lap, kilometre, mile, or
    so many metres.
    """

    READY = "ready"
    EVEN_EASE = "even_ease"
    EVEN_LIFT = "even_lift"
    SPLIT = "split"
    LAST_LAP = "last_lap"
    LAST_LAP_ABOUT = "last_lap_about"
    HOLD = "hold"
    HOLD_ABOUT = "hold_about"
    RELAX = "relax"
    RELAX_SMILE = "relax_smile"
    TURNOVER = "turnover"
    DRIVE = "drive"
    REP = "rep"
    LAST_REP = "last_rep"
    TICK = "tick"
    GO = "go"
    IMAGE = "image"
    THROUGH = "through"
    TALL = "tall"
    REST_HALF = "rest_half"


@dataclass(frozen=True, slots=True)
class Phrase:
    """``text`` for the watch's face (at most 40 characters), ``say`` for the voice."""

    text: str
    say: str

    def filled(self, told: Iterable[tuple[str, str]]) -> "Phrase":
        """Return the phrase with values in the place of ``{name}``; names it lacks are left out."""
        text, say = self.text, self.say
        for name, value in told:
            slot = f"{{{name}}}"
            text, say = text.replace(slot, value), say.replace(slot, value)
        return Phrase(text, say)


Vocabulary = Mapping[PhraseKey, Phrase]

PLAIN: Mapping[PhraseKey, PhraseKey] = {
    PhraseKey.LAST_LAP_ABOUT: PhraseKey.LAST_LAP,
    PhraseKey.HOLD_ABOUT: PhraseKey.HOLD,
}
"""What is said in place of a phrase that a language file of one's own does not have."""
OPENING: Mapping[PhraseKey, str] = {
    PhraseKey.LAST_LAP: "last_{window}",
    PhraseKey.LAST_LAP_ABOUT: "last_{window}_about",
    PhraseKey.HOLD: "hold_{window}",
    PhraseKey.HOLD_ABOUT: "hold_{window}_about",
}
"""How a language file names the phrases that open a window which is no lap."""
