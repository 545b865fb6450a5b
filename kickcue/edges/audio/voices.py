"""Voices that speak on this machine, without the internet.

Each gets the text on its standard input, so that no phrase can be taken for an option. Phrases
are rendered to files ahead of time: it costs nothing in the race, and espeak-ng stutters on a
Raspberry Pi when it plays by itself (https://github.com/espeak-ng/espeak-ng/issues/849).
"""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kickcue.edges.audio.errors import AudioError

NONE: Final = "none"
TERMUX: Final = "termux-tts-speak"
INSTALL: Final = "sudo apt install espeak-ng"


@dataclass(frozen=True, slots=True)
class Voice:
    """A program that speaks, and in which voice."""

    program: str
    which: str

    @property
    def name(self) -> str:
        """As people read it."""
        return f"{self.program} {self.which}".strip()

    @property
    def is_live(self) -> bool:
        """Tell whether it speaks at once, by a process that is kept, and writes no files."""
        return self.program == TERMUX

    def render(self, file: Path) -> tuple[str, ...]:
        """Return the command that speaks its standard input into ``file``."""
        return _COMMANDS[self.program](self.which, str(file))

    def speak(self) -> tuple[str, ...]:
        """Return the command that speaks each line of its standard input."""
        return (TERMUX, "-s", "MUSIC", *(("-l", self.which) if self.which else ()))


_COMMANDS: Final[Mapping[str, Callable[[str, str], tuple[str, ...]]]] = {
    # the old piper and https://github.com/OHF-Voice/piper1-gpl both know these spellings
    "piper": lambda which, file: ("piper", "--model", which, "--output_file", file),
    "say": lambda which, file: (
        "say",
        *(("-v", which) if which else ()),
        "-o",
        file,
        "--data-format=LEI16@22050",
        "-f",
        "-",
    ),
    "espeak-ng": lambda which, file: (
        "espeak-ng",
        "-v",
        which,
        "-b",
        "1",
        "-z",
        "-w",
        file,
        "--stdin",
    ),
}
PROGRAMS: Final = (*_COMMANDS, TERMUX)


def find_voice(wanted: str | None, language: str) -> Voice | None:
    """Return the voice that is set (``program`` or ``program:which``), else the best there is.

    None where none is wanted. piper is taken only if it is set: it needs a model.
    AudioError where there is no voice.
    """
    if wanted == NONE:
        return None
    if wanted is not None:
        program, _, which = wanted.partition(":")
        if shutil.which(program) is None:
            raise AudioError(f"the voice {program} is not installed: tones only")
        return Voice(program, which or _usual(program, language))
    for program in ("say", "espeak-ng", TERMUX):
        if shutil.which(program) is not None and (program != "say" or sys.platform == "darwin"):
            # Elsewhere others are called so.
            return Voice(program, _usual(program, language))
    raise AudioError(f"no voice is installed: tones only; {INSTALL}")


def _usual(program: str, language: str) -> str:
    """Return the voice of a program for a language.

    macOS has names for voices, and its own choice for the user's language.
    """
    return "" if program == "say" else language
