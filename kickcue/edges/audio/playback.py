"""Playing files, one process each."""

import asyncio
from collections.abc import Sequence
from typing import Final

from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.players import Player
from kickcue.edges.audio.subprocesses import run
from kickcue.edges.audio.wav import File

PATIENCE_S: Final = 5.0
"""How much longer than the sound a player may take: start, connection, and what Bluetooth holds
back."""


class Playing:
    """Plays files by the first player that can, and takes that one first the next time."""

    def __init__(self, players: Sequence[Player]) -> None:
        self._players = list(players)

    @property
    def best(self) -> Player | None:
        """The player that is tried first."""
        return self._players[0] if self._players else None

    async def play(self, file: File, *, worth_s: float) -> None:
        """Return when it was played; AudioError gives the reason why no player could.

        Another player is tried within ``worth_s`` only.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + worth_s
        troubles = []
        for player in tuple(self._players):
            try:
                await run(player.command(file.path), patience_s=file.seconds + PATIENCE_S)
            except AudioError as error:
                troubles.append(str(error))
                if loop.time() > until_s:
                    break
            else:
                self._players.sort(key=lambda each: each is not player)
                return
        raise AudioError(f"no sound: {'; '.join(troubles)}" if troubles else "no sound: no player")
