"""What a cue sounds like: its tone, then its phrase."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from kickcue.core.cueing.phrases import Phrase, PhraseKey, Vocabulary
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
    PhraseKey.SPLIT: CueKind.SPLIT,
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
_EXAMPLE: Final = (("lap", "3"), ("seconds", "74.2"))
_OFF: Final = {
    key: tuple((("seconds", str(seconds)),) for seconds in range(2, 10))
    for key in (PhraseKey.EVEN_EASE, PhraseKey.EVEN_LIFT)
}
"""Seconds off even pace that a race can need: more in a lap is rare, and made when it is said."""
_RHYTHM: Final[Mapping[str, Pulses]] = {str(kind): each for kind, each in PULSES.items()}


@dataclass(frozen=True, slots=True)
class CueSound:
    """All that decides how a cue sounds; cues that are equal in this share a file."""

    kind: str
    pulses: Pulses
    say: str


def sounds_of(
    vocabulary: Vocabulary, *, reps: int = 2, images: Iterable[str] = ()
) -> tuple[CueSound, ...]:
    """Return every sound that a race or session in this vocabulary can need, a race's first.

    Where seconds are said they are an example: that sound is one of many. ``reps``: how many
    repetitions the session has; ``images``: its own words for them, as spoken.
    """
    found = [(key, say) for key in KINDS for say in _spoken(key, vocabulary[key], reps)]
    found += [(PhraseKey.IMAGE, say) for say in images]
    return tuple(dict.fromkeys(CueSound(KINDS[key], PULSES[KINDS[key]], say) for key, say in found))


def _spoken(key: PhraseKey, phrase: Phrase, reps: int) -> Iterator[str]:
    """Yield the phrase with each number that it can have."""
    if key is PhraseKey.REP:
        counted = range(1, max(reps, 2))
        yield from (phrase.filled((("n", str(n)), ("reps", str(reps)))).say for n in counted)
    elif key is PhraseKey.TICK:
        yield from (phrase.filled((("n", str(n)),)).say for n in COUNTDOWN_S)
    else:
        yield phrase.filled(_OFF[key][0] if key in _OFF else _EXAMPLE).say


def off_pace_sounds(vocabulary: Vocabulary) -> tuple[CueSound, ...]:
    """Return the sounds of being so many seconds off even pace."""
    return tuple(_sound(vocabulary, key, told) for key, every in _OFF.items() for told in every)


def _sound(vocabulary: Vocabulary, key: PhraseKey, told: tuple[tuple[str, str], ...]) -> CueSound:
    return CueSound(KINDS[key], PULSES[KINDS[key]], vocabulary[key].filled(told).say)


def mixed(sound: CueSound, speech: Clip | None, *, tones: bool) -> Clip:
    """Return the sound whole; one without pulses is its words alone.

    Without ``speech`` it is the tone, also where none was wanted: a cue must make a sound. So it
    has one, too, where it is not to be felt and comes without pulses.
    """
    pulses = sound.pulses or _RHYTHM.get(sound.kind, ())
    if speech is None:
        return tone(sound.kind, pulses, RATE_HZ)
    loudest = np.abs(speech.samples).max()
    phrase = speech.samples * (PEAK / loudest) if loudest > 0 else speech.samples
    if not (tones and pulses):
        return Clip(phrase, speech.rate_hz)
    beginning = tone(sound.kind, pulses, speech.rate_hz)
    return Clip(
        np.concatenate([beginning.samples, silence(BREATH_S, speech.rate_hz).samples, phrase]),
        speech.rate_hz,
    )
