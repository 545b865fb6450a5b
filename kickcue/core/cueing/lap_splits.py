"""What is told of a lap as it ends, if the runner wants it: its number and its time."""

from enum import StrEnum
from typing import Final

from kickcue.core.cueing.arbiter import Candidate
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.events import CueKind

MOST_ERROR_S: Final = 1.0
"""A split that may be farther off than this is not told: it would be taken at its word."""


class Splits(StrEnum):
    """How laps are told."""

    OFF = "off"
    HAPTIC = "haptic"
    SOUND = "sound"
    BOTH = "both"


def split_cue(how: Splits, lap: int, lap_s: float, error_s: float) -> Candidate | None:
    """Return the cue for ``lap``, which took ``lap_s`` seconds; None where that is not wanted.

    In 95 of 100 cases ``lap_s`` is right to ``error_s``, 0 where both its ends were marked.
    """
    if how is Splits.OFF or error_s > MOST_ERROR_S:
        return None
    told = (("lap", str(lap)), ("seconds", shown(lap_s, tenths=error_s == 0.0)))
    return Candidate(
        CueKind.SPLIT,
        PhraseKey.SPLIT,
        told,
        felt=how is not Splits.SOUND,
        heard=how is not Splits.HAPTIC,
    )


def shown(lap_s: float, *, tenths: bool) -> str:
    """Return ``74.2``, from 100 s on ``1:42.5``; in whole seconds where it is not so well known."""
    count = round(lap_s * 10) if tenths else 10 * round(lap_s)
    whole, rest = divmod(count, 10)
    minutes, seconds = divmod(whole, 60)
    text = str(whole) if whole < 100 else f"{minutes}:{seconds:02d}"
    return f"{text}.{rest}" if tenths else text
