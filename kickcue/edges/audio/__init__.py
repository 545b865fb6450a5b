"""The audio edge: cues as a tone and a phrase, to whatever this machine plays sound on.

For people: ``docs/audio.md``.
"""

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.output import AudioOutput, SoundPlan
from kickcue.edges.audio.sounds import CueSound, off_pace_sounds, sounds_of
from kickcue.edges.audio.speaker import Speaker, speaker

__all__ = [
    "AudioError",
    "AudioOutput",
    "CueSound",
    "SoundPlan",
    "Speaker",
    "off_pace_sounds",
    "sounds_of",
    "speaker",
]
