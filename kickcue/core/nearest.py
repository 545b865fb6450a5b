"""What somebody may have meant who wrote a name that is none."""

from collections.abc import Iterable
from typing import Final

LONG: Final = 8
"""From so many letters on two slips are near, below that one, or two behind the same stem."""
STEM: Final = 3
"""So many letters of a name's beginning are enough to know it by."""


def nearest(word: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Return up to ``most`` known names that ``word`` may have meant.

    They are a slip away (a letter more, less, other or swapped), or begin as it does.
    """
    counted = sorted(
        (min(_slips(word, name), _slips(word, name.partition("-")[0])), name) for name in known
    )
    return [name for slips, name in counted if _is_near(word, name, slips)][:most]


def _is_near(word: str, name: str, slips: int) -> bool:
    shorter = min(len(word), len(name))
    begins = shorter >= STEM and (name.startswith(word) or word.startswith(name))
    return (
        begins
        or slips <= 1 < shorter
        or (slips == 2 and (len(word) >= LONG or (shorter > STEM and word[:STEM] == name[:STEM])))
    )


def did_you_mean(word: str, known: Iterable[str], most: int = 1) -> str:
    """Return "did you mean lap_m?", empty where nothing is near."""
    near = nearest(word, known, most)
    return f"did you mean {' or '.join(near)}?" if near else ""


def _slips(word: str, name: str) -> int:
    """Return the optimal string alignment distance."""
    before, row = [0] * (len(name) + 1), list(range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(name, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == name[j - 2] and word[i - 2] == other:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
    return row[-1]
