"""What the tones promise: the pulses' own shape, no click, pitches that carry, and no two cues
alike.
"""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from kickcue.core.cueing.phrases import Phrase, PhraseKey
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import CueKind, Pulses
from kickcue.edges.audio.sounds import KINDS, CueSound, mixed, off_pace_sounds, sounds_of
from kickcue.edges.audio.tones import HARMONICS, PEAK, PITCHES_HZ, RATE_HZ, tone
from kickcue.edges.audio.wav import Clip, read_wav, write_wav

PULSE = st.tuples(st.integers(1, 5000), st.integers(0, 5000), st.floats(0, 1))


def sounding(clip: Clip) -> list[tuple[float, float]]:
    """Return when sound begins and ends, in seconds; a pause of less than 10 ms is none."""
    loud = np.flatnonzero(np.abs(clip.samples) > 1e-4)
    breaks = np.flatnonzero(np.diff(loud) > 0.01 * clip.rate_hz)
    starts, ends = np.r_[loud[0], loud[breaks + 1]], np.r_[loud[breaks], loud[-1]]
    return [
        (float(start) / clip.rate_hz, float(end) / clip.rate_hz)
        for start, end in zip(starts, ends, strict=True)
    ]


@pytest.mark.parametrize("kind", CueKind)
def test_a_tone_has_the_pulses_of_the_wrist(kind: CueKind) -> None:
    """Number, lengths and gaps of the pulses can be heard, each to 5 ms."""
    heard = [edge for pulse in sounding(tone(kind, PULSES[kind])) for edge in pulse]
    expected, at_s = [], 0.0
    for on_ms, off_ms, _ in PULSES[kind]:
        expected += [at_s, at_s + on_ms / 1000]
        at_s += (on_ms + off_ms) / 1000
    assert expected == pytest.approx(heard, abs=0.005)


@given(
    pulses=st.lists(PULSE, max_size=4).map(tuple),
    kind=st.sampled_from([*CueKind, "stranger"]),
    rate_hz=st.sampled_from([16000, 22050]),
)
def test_no_tone_clicks_or_clips(pulses: Pulses, kind: str, rate_hz: int) -> None:
    """GIVEN any pulses, of a kind unknown too WHEN made a tone THEN it begins and ends in silence,
    stays below full scale and lasts as long.
    """
    clip = tone(kind, pulses, rate_hz)
    assert sum(on_ms + off_ms for on_ms, off_ms, _ in pulses) / 1000 == pytest.approx(
        clip.seconds, abs=0.001 * max(len(pulses), 1)
    )
    assert np.all(np.abs(clip.samples) <= 0.9 + 1e-9)
    at = 0
    for on_ms, off_ms, _ in pulses:
        pulse = clip.samples[at : at + round(on_ms / 1000 * rate_hz)]
        assert 0.0 == abs(pulse[0])
        assert abs(pulse[-1]) < 0.05
        at += len(pulse) + round(off_ms / 1000 * rate_hz)


def test_the_weakest_pulse_is_still_loud() -> None:
    """A cue whose pulses are weak on the wrist is not lost to the ear:
    at least 0.5 of full scale.
    """
    assert all(np.abs(tone(kind, ((200, 0, 0.0),)).samples).max() > 0.5 for kind in CueKind)


@pytest.mark.parametrize("kind", CueKind)
def test_the_pitches_are_those_of_alarms(kind: CueKind) -> None:
    """Each pulse's fundamental lies from 500 to 1000 Hz, and its four harmonics below 4 kHz within
    15 dB of the loudest (IEC 60601-1-8).
    """
    clip = tone(kind, ((1000, 0, 1.0),) * len(PITCHES_HZ[kind]))
    for second, pitch_hz in enumerate(PITCHES_HZ[kind]):
        # One bin is 1 Hz.
        spectrum = np.abs(
            np.fft.rfft(clip.samples[second * clip.rate_hz : (second + 1) * clip.rate_hz])
        )
        levels = [
            spectrum[round(pitch_hz * n) - 3 : round(pitch_hz * n) + 4].max()
            for n in range(1, len(HARMONICS) + 1)
        ]
        assert 500 <= pitch_hz <= 1000
        assert pitch_hz * len(HARMONICS) < 4000
        assert 20 * np.log10(max(levels) / min(levels)) < 15


def test_no_two_cues_sound_alike() -> None:
    """Any two kinds differ by at least 30 ms in a pulse's edges, or by at least a whole tone in
    pitch.
    """

    def shape(kind: CueKind) -> list[tuple[int, int, float]]:
        pitches = PITCHES_HZ[kind]
        return [
            (on_ms, off_ms, pitches[n % len(pitches)])
            for n, (on_ms, off_ms, _) in enumerate(PULSES[kind])
        ]

    def alike(one: CueKind, other: CueKind) -> bool:
        pairs = list(zip(shape(one), shape(other), strict=False))
        same_times = all(abs(a[0] - b[0]) < 30 and abs(a[1] - b[1]) < 30 for a, b in pairs)
        same_pitches = all(abs(np.log2(a[2] / b[2])) < 2 / 12 for a, b in pairs)
        return len(PULSES[one]) == len(PULSES[other]) and same_times and same_pitches

    assert [] == [pair for pair in combinations(CueKind, 2) if alike(*pair)]


def test_every_phrase_has_its_cue() -> None:
    """Every phrase of a vocabulary becomes a sound with the pulses of the cue that says it, and
    every cue has a phrase.
    """
    assert set(PhraseKey) == KINDS.keys()
    assert set(CueKind) == set(KINDS.values())
    assert all(key.startswith(kind) for key, kind in KINDS.items())
    vocabulary = {key: Phrase(key, f"say {key}") for key in PhraseKey}
    sounds = sounds_of(vocabulary)
    assert [(KINDS[key], PULSES[KINDS[key]], f"say {key}") for key in PhraseKey] == [
        (each.kind, each.pulses, each.say) for each in sounds
    ]


def test_seconds_off_pace_are_made_ahead() -> None:
    """GIVEN phrases with a place for seconds THEN their sounds say an example; from 2 to 9 seconds,
    either side, they can be made before the race, and those include the examples.
    """
    vocabulary = {key: Phrase(key, f"{key} {{seconds}}") for key in PhraseKey}
    said = [each.say for each in off_pace_sounds(vocabulary)]
    assert [f"even_ease {n}" for n in range(2, 10)] == said[:8]
    assert [f"even_lift {n}" for n in range(2, 10)] == said[8:]
    examples = {each.say for each in sounds_of(vocabulary)}
    assert {"even_ease 2", "even_lift 2", "split 74.2"} <= examples


def test_a_sound_is_tone_breath_and_phrase() -> None:
    """GIVEN a faint phrase WHEN mixed THEN the tone comes first, at the phrase's rate, then the
    phrase, as loud as the tone may be.
    """
    sound = CueSound(CueKind.DRIVE, PULSES[CueKind.DRIVE], "Go")
    speech = Clip(0.1 * np.sin(np.arange(16000) / 5), 16000)
    whole = mixed(sound, speech, tones=True)
    beginning = tone(sound.kind, sound.pulses, 16000)
    assert np.array_equal(beginning.samples, whole.samples[: len(beginning.samples)])
    assert np.allclose(9.0 * speech.samples, whole.samples[-16000:], rtol=1e-3)
    assert len(beginning.samples) + round(0.12 * 16000) + 16000 == len(whole.samples)
    assert np.array_equal(whole.samples[-16000:], mixed(sound, speech, tones=False).samples)
    assert tone(sound.kind, sound.pulses).seconds == mixed(sound, None, tones=False).seconds


def test_a_sound_without_pulses_is_its_words_alone() -> None:
    """A line that is no cue has neither tone nor breath before it."""
    speech = Clip(np.array([0.25, -0.5]), RATE_HZ)
    whole = mixed(CueSound("line", (), "x"), speech, tones=True)
    assert [PEAK / 2, -PEAK] == pytest.approx(whole.samples.tolist())


@given(
    samples=st.lists(st.floats(-1, 1), min_size=1, max_size=50),
    rate_hz=st.sampled_from([8000, 16000, 22050, 48000]),
)
def test_files_hold_what_was_written(
    samples: list[float], rate_hz: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is written comes back to half a step of 16 bits."""
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    write_wav(path, Clip(np.array(samples), rate_hz))
    found = read_wav(path)
    assert rate_hz == found.rate_hz
    assert samples == pytest.approx(list(found.samples), abs=0.5 / 32767 + 1e-9)
    assert [path] == list(path.parent.iterdir())
