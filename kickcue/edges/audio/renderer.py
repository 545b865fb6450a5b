"""Makes the files that are played, ahead of time and beside the race: tones first, then speech.

What a voice spoke is kept between races in a cache folder, by voice (which names the language) and
text. Whole sounds are mixed anew for each run, in a folder of its own: that takes milliseconds, and
nothing of an older kickcue is ever played.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.sounds import CueSound, mixed
from kickcue.edges.audio.subprocesses import run
from kickcue.edges.audio.tones import silence
from kickcue.edges.audio.voices import Voice
from kickcue.edges.audio.wav import Clip, File, read_wav, write_wav

PATIENCE_S: Final = 30.0
"""For one phrase. espeak-ng needs some 0.03 s on a PC; piper loads its model each time, seconds on
a Raspberry Pi."""
AT_ONCE_S: Final = 1.0
"""For one that nobody could foresee, such as the time of a lap: the cue is late by as much."""


class Renderer:
    """Sounds to files. ``folder`` is this run's own.

    ``cache`` is made if need be, and done without if it cannot be.
    """

    def __init__(self, voice: Voice | None, folder: Path, cache: Path, *, tones: bool) -> None:
        self._voice = None if voice is None or voice.is_live else voice
        self._folder = folder
        self._cache = cache
        self._tones = tones
        self._files: dict[CueSound, File] = {}
        self._silences: dict[float, File] = {}
        self._written = 0

    async def prepare(self, sounds: Iterable[CueSound]) -> None:
        """Make all files; what was made before an error stays.

        AudioError where the voice fails, OSError where nothing can be written.
        """
        wanted = tuple(sounds)
        for sound in wanted:
            await self._tone(sound)
        if self._voice is None:
            return
        try:
            for sound in wanted:
                speech = await self._speech(self._voice, sound.say, PATIENCE_S)
                self._files[sound] = await self._write(mixed(sound, speech, tones=self._tones))
        except AudioError as error:
            raise AudioError(f"tones only: {error}") from None

    async def file(self, sound: CueSound) -> File:
        """Return the best file there is by now of a sound, its tone at least.

        One that was not prepared is spoken if the voice is quick, and not kept: its like may never
        come again. OSError where nothing can be written.
        """
        if sound in self._files or self._voice is None or not sound.say:
            return await self._tone(sound)
        try:
            said = await self._speech(self._voice, sound.say, AT_ONCE_S, keep=False)
        except AudioError:
            return await self._tone(sound)
        return await self._write(mixed(sound, said, tones=self._tones))

    async def _tone(self, sound: CueSound) -> File:
        if sound not in self._files:
            made = await self._write(mixed(sound, None, tones=True))
            self._files.setdefault(sound, made)
        return self._files[sound]

    async def nothing(self, seconds: float) -> File:
        """Return a file of silence."""
        if seconds not in self._silences:
            self._silences[seconds] = await self._write(silence(seconds))
        return self._silences[seconds]

    async def _write(self, clip: Clip) -> File:
        self._written += 1
        path = self._folder / f"{self._written}.wav"
        await asyncio.to_thread(write_wav, path, clip)
        return File(path, clip.seconds)

    async def _speech(
        self, voice: Voice, text: str, patience_s: float, *, keep: bool = True
    ) -> Clip:
        """Return a phrase, out of the cache if it is there."""
        key = hashlib.sha256(f"{voice.name}\n{text}".encode()).hexdigest()[:32]
        kept = self._cache / f"{key}.wav"
        with suppress(AudioError):
            return await asyncio.to_thread(read_wav, kept)
        fresh = self._folder / f"{key}-phrase.wav"
        await run(voice.render(fresh), input_text=text, patience_s=patience_s)
        clip = await asyncio.to_thread(read_wav, fresh)
        if keep:
            with suppress(OSError):  # it is rendered again the next time
                await asyncio.to_thread(_keep, kept, clip)
        return clip


def _keep(path: Path, clip: Clip) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, clip)
