"""Programs that play a WAV file."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kickcue.edges.audio.errors import AudioError


@dataclass(frozen=True, slots=True)
class Player:
    """A program and its options.

    ``mixes``: several may play at once, so one may be kept running to keep the output awake.
    """

    program: str
    options: tuple[str, ...] = ()
    mixes: bool = True

    def command(self, file: Path) -> tuple[str, ...]:
        """Return what plays ``file``."""
        return (self.program, *self.options, str(file))


PLAYERS: Final = (
    Player("pw-play"),
    Player("paplay"),
    # -N: a busy output is reported at once, in place of a cue that waits until it is late.
    Player("aplay", ("-q", "-N"), mixes=False),
    Player("afplay"),
    # One player for all: a new file ends the one before.
    Player("termux-media-player", ("play",), mixes=False),
)
"""The best first."""
INSTALL: Final = (
    "sudo apt install pipewire-bin, pulseaudio-utils or alsa-utils, whichever this system uses "
    "for sound"
)


def find_players(wanted: str | None) -> tuple[Player, ...]:
    """Return the players there are, or only the one that is set; AudioError where there is none."""
    found = tuple(
        player
        for player in PLAYERS
        if wanted in (None, player.program) and shutil.which(player.program) is not None
    )
    if not found:
        raise AudioError(
            f"no audio player found: {INSTALL}"
            if wanted is None
            else f"the player {wanted} is not installed: {INSTALL}"
        )
    return found
