"""The tone of a cue: its pulses made audible, with a row of pitches for each kind.

What a runner counts on the wrist can be counted in the ear: a tone has the pulses' number, lengths
and gaps. The pitches distinguish kinds that have similar pulses: a rising row asks for more, a
level one for the same, a low one for less [judgement].

IEC 60601-1-8, on alarms that must be audible in noise, asks for a fundamental of 150 to
1000 Hz and at least four harmonics from 300 to 4000 Hz that lie within 15 dB of it
(https://www.puiaudio.com/pages/iec-60601-1-8); its annex D prefers 500 to 3000 Hz. So it is here.
That this is audible over breathing and a stadium is a judgement: neither noise was measured.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from kickcue.core.events import CueKind, Pulses
from kickcue.edges.audio.wav import Clip, Samples

RATE_HZ: Final = 22050
PEAK: Final = 0.9
HARMONICS: Final = (1.0, 0.7, 0.5, 0.35)
"""Amplitudes of the fundamental and the harmonics above it; the last is 9 dB below the first."""
RISE_S, FALL_S = 0.015, 0.03
"""Long enough not to click, short enough for the shortest pulse."""
FAINTEST: Final = 0.6
"""The loudness of a pulse of intensity 0: a cue that nobody hears is none."""
_C5, _D5, _E5, _G5, _A5, _B5 = 523.25, 587.33, 659.26, 783.99, 880.0, 987.77
PITCHES_HZ: Final[Mapping[str, tuple[float, ...]]] = {
    CueKind.READY: (_G5,),
    CueKind.EVEN: (_D5,),
    CueKind.SPLIT: (_A5,),
    CueKind.LAST_LAP: (_E5, _G5, _B5),
    CueKind.HOLD: (_G5,),
    CueKind.RELAX: (_C5,),
    CueKind.TURNOVER: (_G5, _B5),
    CueKind.DRIVE: (_E5, _G5, _A5, _B5),
    CueKind.REP: (_E5, _A5),
    CueKind.LAST_REP: (_E5, _A5, _B5),
    CueKind.TICK: (_A5,),
    CueKind.GO: (_B5,),
    CueKind.IMAGE: (_D5,),
    CueKind.THROUGH: (_G5, _B5),
    CueKind.TALL: (_E5,),
    CueKind.REST_HALF: (_C5,),
}
UNKNOWN_HZ: Final = (_A5,)


def tone(kind: str, pulses: Pulses, rate_hz: int = RATE_HZ) -> Clip:
    """Return the tone of a cue, also of an unknown kind: a sound of its length for each pulse.

    Its gap follows.
    """
    pitches = PITCHES_HZ.get(kind, UNKNOWN_HZ)
    parts = []
    for number, (on_ms, off_ms, intensity) in enumerate(pulses):
        loudness = PEAK * (FAINTEST + (1 - FAINTEST) * intensity)
        parts += [
            loudness * _pulse(pitches[number % len(pitches)], on_ms / 1000, rate_hz),
            silence(off_ms / 1000, rate_hz).samples,
        ]
    return Clip(np.concatenate(parts) if parts else np.zeros(0), rate_hz)


def silence(seconds: float, rate_hz: int = RATE_HZ) -> Clip:
    """Return silence."""
    return Clip(np.zeros(round(seconds * rate_hz)), rate_hz)


def _pulse(pitch_hz: float, seconds: float, rate_hz: int) -> Samples:
    """Return one sound that begins and ends at zero, with a peak of 1."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = sum(
        (
            share * np.sin(2 * np.pi * pitch_hz * number * time_s)
            for number, share in enumerate(HARMONICS, 1)
        ),
        np.zeros_like(time_s),
    )
    left_s = seconds - time_s
    envelope = np.minimum(_half_cosine(time_s / RISE_S), _half_cosine(left_s / FALL_S))
    shaped = wave * envelope
    loudest = np.abs(shaped).max(initial=0.0)
    return shaped / loudest if loudest > 0 else shaped


def _half_cosine(share: Samples) -> Samples:
    """Return a rise from 0 to 1 without a corner."""
    return (1 - np.cos(np.pi * np.clip(share, 0.0, 1.0))) / 2
