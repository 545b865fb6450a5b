"""All that makes sound together: voice, files, player.

What goes wrong is a sentence, and is tried again with the next sound.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.keep_awake import OutputKeptAwake
from kickcue.edges.audio.playback import PATIENCE_S, Playing
from kickcue.edges.audio.players import find_players
from kickcue.edges.audio.renderer import Renderer
from kickcue.edges.audio.sounds import CueSound
from kickcue.edges.audio.speech_process import LiveVoice
from kickcue.edges.audio.voices import find_voice

TRIAL_S: Final = 0.1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SoundPlan:
    """How a race is to sound. ``voice`` and ``player`` None: the best there is."""

    sounds: tuple[CueSound, ...]
    """One for each phrase."""
    language: str
    cache: Path
    """Folder for phrases, kept between races."""
    voice: str | None = None
    player: str | None = None
    lead_ms: int = 0
    """How much earlier an armed cue is begun than it is due: what the output takes from here to the
    ear."""
    tones: bool = True
    keep_awake: bool = True
    later: tuple[CueSound, ...] = ()
    """What is made ahead of time too, once those are there."""


class AudioOutput:
    """Finds out what there is when it is made; ``warn`` gets each new trouble once."""

    def __init__(self, plan: SoundPlan, folder: Path, warn: Callable[[str], None]) -> None:
        self._plan = plan
        self._warn = warn
        self._troubles: dict[str, str] = {}
        self.playing = Playing(self._found("player", lambda: find_players(plan.player)) or ())
        self.voice = self._found("voice", lambda: find_voice(plan.voice, plan.language))
        self._studio = Renderer(self.voice, folder, plan.cache, tones=plan.tones)
        self._live_voice = (
            LiveVoice(self.voice) if self.voice is not None and self.voice.is_live else None
        )
        self._awake = OutputKeptAwake(self.playing, self._studio) if plan.keep_awake else None

    @property
    def trouble(self) -> str | None:
        """What is wrong, in one sentence; None while all is well."""
        return "; ".join(self._troubles.values()) or None

    async def prepare(self) -> None:
        """Let the player show that it can, and make all sounds."""
        if self.playing.best is not None:
            await self._attempt("player", self._trial())
        if self._live_voice is not None:
            await self._attempt("phrases", self._live_voice.start())
        await self._attempt(
            "phrases", self._studio.prepare((*self._plan.sounds, *self._plan.later))
        )

    async def sound(self, sound: CueSound, *, worth_s: float) -> str | None:
        """Play a sound, tried for ``worth_s``; return None once it was, else why not."""
        return await self._attempt("player", self._play(sound, worth_s))

    async def lasts_s(self, sound: CueSound) -> float | None:
        """Return how long a sound lasts; None with a voice that speaks at once and tells nobody."""
        return None if self._live_voice is not None else (await self._studio.file(sound)).seconds

    def keep_awake(self, seconds: float) -> None:
        """Keep the output from falling asleep for that long."""
        if self._awake is not None:
            self._awake.until(asyncio.get_running_loop().time() + seconds)

    async def close(self) -> None:
        """End what was kept running."""
        if self._awake is not None:
            await self._awake.close()
        if self._live_voice is not None:
            await self._live_voice.close()

    async def _trial(self) -> None:
        await self.playing.play(await self._studio.nothing(TRIAL_S), worth_s=PATIENCE_S)

    async def _play(self, sound: CueSound, worth_s: float) -> None:
        loop = asyncio.get_running_loop()
        if self._live_voice is None:
            await self.playing.play(await self._studio.file(sound), worth_s=worth_s)
            return
        if self._plan.tones and self.playing.best is not None:
            file = await self._studio.file(sound)
            over_s = loop.time() + file.seconds
            await self.playing.play(file, worth_s=worth_s)
            # Termux's player does not wait for the end.
            await asyncio.sleep(max(over_s - loop.time(), 0.0))
        await self._live_voice.say(sound.say)

    def _found(self, part: str, find: Callable[[], T]) -> T | None:
        try:
            return find()
        except AudioError as error:
            self._note(part, str(error))
            return None

    async def _attempt(self, part: str, work: Awaitable[None]) -> str | None:
        try:
            await work
        except AudioError as error:
            why = str(error)
        except OSError as error:
            why = f"cannot write sound files: {error.strerror}"
        else:
            self._troubles.pop(part, None)
            return None
        self._note(part, why)
        return why

    def _note(self, part: str, why: str) -> None:
        if self._troubles.get(part) != why:
            self._troubles[part] = why
            self._warn(f"audio: {why}")
