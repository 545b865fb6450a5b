"""The voice of a session: its lines and cues as sounds, and how long each lasts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kickcue.cli.format.printing import complain
from kickcue.cli.visualise.wanted import WantedScript
from kickcue.coaching.timeline import Content, Spoken, TimelineStep, reading_s
from kickcue.edges.audio import AudioOutput, CueSound, SoundPlan

LINE: Final = "line"
"""The kind of a sound that is no cue: words without a tone."""


def sound_of(what: Content) -> CueSound:
    """Return what a line or a cue sounds like.

    A cue that has no voice on the day has one at home, where nobody forbids it.
    """
    if isinstance(what, Spoken):
        return CueSound(LINE, (), what.say)
    return CueSound(what.kind, what.pulses, what.say or what.text)


def audio_plan_of(wanted: WantedScript, folder: Path) -> SoundPlan:
    """Return how the session is to sound; nothing of it is kept."""
    audio = wanted.settings.audio
    return SoundPlan(
        sounds=tuple(dict.fromkeys(sound_of(step.what) for step in wanted.steps)),
        language=wanted.script.language,
        cache=folder / "phrases",
        voice=audio.voice,
        player=audio.player,
        tones=True,
        keep_awake=audio.keep_awake,
    )


async def voice_of(wanted: WantedScript, folder: Path) -> AudioOutput | None:
    """Return the voice with all its sounds made; None, and why is told, where none can be heard."""
    output = AudioOutput(audio_plan_of(wanted, folder), folder, complain)
    if output.voice is not None and output.playing.best is not None:
        await output.prepare()
        if output.trouble is None:
            return output
    await output.close()
    complain("no voice can be heard here: the lines are shown, at their times")
    return None


async def lengths_s(output: AudioOutput, steps: Iterable[TimelineStep]) -> list[float]:
    """Return how long each lasts, as the voice has said it or is likely to."""
    found = []
    for step in steps:
        told_s = await output.lasts_s(sound_of(step.what))
        found.append(reading_s(step.what) if told_s is None else told_s)
    return found
