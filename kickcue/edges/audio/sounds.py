"""What a cue sounds like: its tone, then its phrase."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from kickcue.core.cueing.phrases import PhraseKey, Vocabulary
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import CueKind, Pulses
from kickcue.edges.audio.tones import PEAK, RATE_HZ, silence, tone
from kickcue.edges.audio.wav import Clip

BREATH_S: Final = 0.12
"""Between tone and phrase [judgement]."""
KINDS: Final[Mapping[PhraseKey, CueKind]] = {
    PhraseKey.READY: CueKind.READY,
    PhraseKey.EVEN_EASE: CueKind.EVEN,
    PhraseKey.EVEN_LIFT: CueKind.EVEN,
    PhraseKey.LAST_LAP: CueKind.LAST_LAP,
    PhraseKey.LAST_LAP_ABOUT: CueKind.LAST_LAP,
    PhraseKey.HOLD: CueKind.HOLD,
    PhraseKey.HOLD_ABOUT: CueKind.HOLD,
    PhraseKey.RELAX: CueKind.RELAX,
    PhraseKey.RELAX_SMILE: CueKind.RELAX,
    PhraseKey.TURNOVER: CueKind.TURNOVER,
    PhraseKey.DRIVE: CueKind.DRIVE,
}
"""Which cue says a phrase."""


@dataclass(frozen=True, slots=True)
class CueSound:
    """All that decides how a cue sounds; cues that are equal in this share a file."""

    kind: str
    pulses: Pulses
    say: str


def sounds_of(vocabulary: Vocabulary) -> tuple[CueSound, ...]:
    """Return every sound that a race in this vocabulary can need, in the order of a race."""
    return tuple(CueSound(KINDS[key], PULSES[KINDS[key]], vocabulary[key].say) for key in PhraseKey)


def mixed(sound: CueSound, speech: Clip | None, *, tones: bool) -> Clip:
    """Return the sound whole.

    Without ``speech`` it is the tone, also where none was wanted: a cue must be heard.
    """
    if speech is None:
        return tone(sound.kind, sound.pulses, RATE_HZ)
    loudest = np.abs(speech.samples).max()
    said = speech.samples * (PEAK / loudest) if loudest > 0 else speech.samples
    if not tones:
        return Clip(said, speech.rate_hz)
    beginning = tone(sound.kind, sound.pulses, speech.rate_hz)
    return Clip(
        np.concatenate([beginning.samples, silence(BREATH_S, speech.rate_hz).samples, said]),
        speech.rate_hz,
    )
