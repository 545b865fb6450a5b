"""A voice that writes no files and speaks at once: Termux's, by the phone's own speech.

``termux-tts-speak`` takes up to ten seconds to start its engine, but then speaks each line as it
comes, so one process is kept open (``TextToSpeechAPI.java`` of
https://github.com/termux/termux-api).
"""

import asyncio

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.subprocesses import end, start
from kickcue.edges.audio.voices import Voice


class LiveVoice:
    """One process that speaks lines; it is started anew where it has ended."""

    def __init__(self, voice: Voice) -> None:
        self._command = voice.speak()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Let the voice get ready; AudioError where it cannot be run."""
        if self._process is not None and self._process.returncode is None:
            return
        self._process = await start(self._command, stdin=asyncio.subprocess.PIPE)

    async def say(self, text: str) -> None:
        """Speak a line; AudioError where the voice is gone."""
        await self.start()
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{text}\n".encode())
            await self._process.stdin.drain()
        except ConnectionError:
            raise AudioError(f"{self._command[0]} has ended") from None

    async def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            await end(self._process)
