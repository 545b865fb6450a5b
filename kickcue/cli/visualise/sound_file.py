"""A whole session as one sound file."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from kickcue.cli.visualise.voice import audio_plan_of, sound_of
from kickcue.cli.visualise.wanted import WantedScript
from kickcue.coaching.timeline import Spoken, Timeline
from kickcue.core.clock_format import clock
from kickcue.core.errors import UsageError
from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.renderer import Renderer
from kickcue.edges.audio.tones import silence
from kickcue.edges.audio.voices import find_voice
from kickcue.edges.audio.wav import File, Samples, read_wav, write_pieces


def check_target_file(target: Path) -> None:
    """Raise UsageError where a session is not to be written."""
    if target.suffix != ".wav" or target.exists():
        raise UsageError(f"--wav: expected a new file that ends in .wav, got {target}")


async def write_session(wanted: WantedScript, target: Path, folder: Path) -> str:
    """Write it, and return what was written; AudioError where no voice writes files here."""
    plan = audio_plan_of(wanted, folder)
    voice = find_voice(plan.voice, plan.language)
    if voice is None or voice.is_live:
        name = "no voice" if voice is None else voice.name
        raise AudioError(f"{name} writes sound files: set --voice espeak-ng, or play with --text")
    studio = Renderer(voice, folder, plan.cache, tones=plan.tones)
    await studio.prepare(plan.sounds)
    files = [await studio.file(sound_of(step.what)) for step in wanted.steps]
    session = wanted.timeline([file.seconds for file in files])
    try:
        await asyncio.to_thread(_write, target, files, session)
    except OSError as error:
        raise UsageError(f"--wav: cannot write {target}: {error.strerror}") from None
    lines = sum(isinstance(entry.what, Spoken) for entry in session.entries)
    return (
        f"{target}: {clock(session.total_s)}, {lines} lines and "
        f"{len(session.entries) - lines} cues, voice {voice.name}"
    )


def _write(target: Path, files: Sequence[File], session: Timeline) -> None:
    rate_hz = read_wav(files[0].path).rate_hz
    write_pieces(target, rate_hz, _pieces(files, session, rate_hz))


def _pieces(files: Sequence[File], session: Timeline, rate_hz: int) -> Iterator[Samples]:
    """Yield silence and sound in turn, each beginning where the timeline has it."""
    written = 0
    for file, entry in zip(files, session.entries, strict=True):
        clip = read_wav(file.path)
        if clip.rate_hz != rate_hz:
            raise AudioError(f"the voice changed its rate from {rate_hz} to {clip.rate_hz} Hz")
        hush = silence(max(entry.at_s - written / rate_hz, 0.0), rate_hz).samples
        yield hush
        yield clip.samples
        written += len(hush) + len(clip.samples)
    yield silence(max(session.total_s - written / rate_hz, 0.0), rate_hz).samples
