"""Keeping an output from falling asleep.

Sound servers let an output that nobody plays on sleep after some five seconds, and Bluetooth then
needs a second or two to come back: a short sound loses its beginning, or all of it. While anything
at all is being played, that does not happen.
https://github.com/blueman-project/blueman/issues/2976,
https://github.com/VocaHQ/vocalinux/issues/800
"""

import asyncio
from contextlib import suppress
from typing import Final

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.playback import Playing
from kickcue.edges.audio.renderer import Renderer
from kickcue.supervision.tasks import cancel

HUSH_S: Final = 10.0
"""The next one follows at once: the gap is the start of a process, far below what lets an output
sleep."""


class OutputKeptAwake:
    """Plays silence while it is asked to, if the player mixes.

    With one that does not, silence would keep a cue from being played.
    """

    def __init__(self, playing: Playing, studio: Renderer) -> None:
        self._playing = playing
        self._studio = studio
        self._until_s = 0.0
        self._task: asyncio.Task[None] | None = None

    def until(self, moment_s: float) -> None:
        """Keep the output awake until a moment of the event loop's clock, if not longer already."""
        self._until_s = max(self._until_s, moment_s)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="keeping the audio output awake")

    async def close(self) -> None:
        """Let it sleep."""
        if self._task is not None:
            await cancel([self._task])

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while (
            loop.time() < self._until_s
            and self._playing.best is not None
            and self._playing.best.mixes
        ):
            over_s = loop.time() + HUSH_S
            with suppress(AudioError, OSError):  # the player that plays a cue reports it
                await self._playing.play(await self._studio.nothing(HUSH_S), worth_s=0.0)
            # Not more often, if the player fails at once.
            await asyncio.sleep(max(over_s - loop.time(), 0.0))
