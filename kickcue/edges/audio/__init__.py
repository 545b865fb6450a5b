"""The audio edge: cues as a tone and a phrase, to whatever this machine plays sound on.

For people: ``docs/audio.md``.
"""

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.output import Output, Plan
from kickcue.edges.audio.sounds import Sound, off_pace_sounds, sounds_of
from kickcue.edges.audio.speaker import Speaker, speaker

__all__ = [
    "AudioError",
    "Output",
    "Plan",
    "Sound",
    "Speaker",
    "off_pace_sounds",
    "sounds_of",
    "speaker",
]
