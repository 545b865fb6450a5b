"""This machine's loudspeaker: a phrase where there is a voice, else tones in the pulses' rhythm."""

from kickcue.core.watch.delivery_steps import Sound, Tone
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile


def encode(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Sound, ...]:
    """Return the phrase and the tones that stand for it; an intensity is a loudness."""
    del text
    hz = profile.actuator.tone_hz
    assert hz is not None
    tones, at_ms = [], 0
    for on_ms, off_ms, level in lowered.pulses or ():
        tones.append(Tone(at_ms, on_ms, hz, level))
        at_ms += on_ms + off_ms
    return (Sound(tuple(tones), touch.say),)
