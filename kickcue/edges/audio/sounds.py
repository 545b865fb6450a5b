"""What a cue sounds like: its tone, then its phrase."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from kickcue.core.cueing.phrases import PhraseKey, Vocabulary
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import CueKind, Pulses
from kickcue.core.session.rest_progress import COUNTDOWN_S
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
    PhraseKey.REP: CueKind.REP,
    PhraseKey.LAST_REP: CueKind.LAST_REP,
    PhraseKey.TICK: CueKind.TICK,
    PhraseKey.GO: CueKind.GO,
    PhraseKey.IMAGE: CueKind.IMAGE,
    PhraseKey.THROUGH: CueKind.THROUGH,
    PhraseKey.TALL: CueKind.TALL,
    PhraseKey.REST_HALF: CueKind.REST_HALF,
}
"""Which cue speaks a phrase."""


@dataclass(frozen=True, slots=True)
class Sound:
    """All that decides how a cue sounds; cues that are equal in this share a file."""

    kind: str
    pulses: Pulses
    say: str


def sounds_of(
    vocabulary: Vocabulary, *, reps: int = 2, images: Iterable[str] = ()
) -> tuple[Sound, ...]:
    """Return every sound that a race or session in this vocabulary can need, a race's first.

    ``reps``: how many repetitions the session has; ``images``: its own words for them, as spoken.
    """
    found = [(key, say) for key in KINDS for say in _said(key, vocabulary[key].say, reps)]
    found += [(PhraseKey.IMAGE, say) for say in images]
    return tuple(dict.fromkeys(Sound(KINDS[key], PULSES[KINDS[key]], say) for key, say in found))


def _said(key: PhraseKey, say: str, reps: int) -> Iterator[str]:
    """Yield the phrase with each number that it can have."""
    if key is PhraseKey.REP:
        yield from (say.format(n=n, reps=reps) for n in range(1, max(reps, 2)))
    elif key is PhraseKey.TICK:
        yield from (say.format(n=n) for n in COUNTDOWN_S)
    else:
        yield say


def mixed(sound: Sound, speech: Clip | None, *, tones: bool) -> Clip:
    """Return the sound whole; one without pulses is its words alone.

    Without ``speech`` it is the tone, also where none was wanted: a cue must make a sound.
    """
    if speech is None:
        return tone(sound.kind, sound.pulses, RATE_HZ)
    loudest = np.abs(speech.samples).max()
    phrase = speech.samples * (PEAK / loudest) if loudest > 0 else speech.samples
    if not (tones and sound.pulses):
        return Clip(phrase, speech.rate_hz)
    beginning = tone(sound.kind, sound.pulses, speech.rate_hz)
    return Clip(
        np.concatenate([beginning.samples, silence(BREATH_S, speech.rate_hz).samples, phrase]),
        speech.rate_hz,
    )
