"""Samples to WAV files and back: mono, 16 bit, which every player and every voice knows."""

import os
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kickcue.edges.audio.errors import AudioError

FULL_SCALE: Final = 32767

Samples = NDArray[np.float64]
"""One channel, -1 to 1."""


class Clip(NamedTuple):
    """Sound in memory."""

    samples: Samples
    rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate_hz


class File(NamedTuple):
    """Sound on disk."""

    path: Path
    seconds: float


def read_wav(path: Path) -> Clip:
    """Return what is in a file; AudioError where it is no mono 16-bit WAV or holds no sound."""
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth())
            clip = Clip(
                np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / FULL_SCALE,
                file.getframerate(),
            )
    except (OSError, EOFError, wave.Error, ValueError) as error:
        raise AudioError(f"{path}: not a WAV file: {error or 'truncated'}") from None
    if shape != (1, 2) or len(clip.samples) == 0:
        raise AudioError(f"{path}: expected a mono, 16 bit WAV with sound in it")
    return clip


def write_wav(path: Path, clip: Clip) -> None:
    """Write a file, at once or not at all; OSError where that cannot be."""
    write_pieces(path, clip.rate_hz, (clip.samples,))


def write_pieces(path: Path, rate_hz: int, pieces: Iterable[Samples]) -> None:
    """Write a file of pieces, one after another, of which one at a time is in memory.

    At once or not at all; OSError where that cannot be.
    """
    draft = path.with_suffix(f".{os.getpid()}.draft")
    with draft.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        for samples in pieces:
            file.writeframes(
                np.round(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype("<i2").tobytes()
            )
    draft.replace(path)
