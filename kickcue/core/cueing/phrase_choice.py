"""Which phrases of a language a race is told with: the last window is named by the course."""

from collections.abc import Iterable, Mapping
from typing import Final

from kickcue.core.course import ROAD_MARKER_M, Course, Window
from kickcue.core.cueing.phrases import OPENING, PLAIN, Phrase, PhraseKey, Vocabulary

METRES: Final = "{metres}"
"""Stands in a phrase for the length of the last window. No length has more letters."""

Phrases = Mapping[str, Phrase]
"""The phrases of a language, by their names in its file."""


def vocabulary(own: Phrases, shipped: Phrases, course: Course | None = None) -> Vocabulary:
    """Return the phrases for a race; ``shipped`` has what a language file of one's ``own`` lacks.

    The cue that opens the last window names that window on the ``course``; default: the last lap.
    """
    found = {
        key: _first(own, shipped, _split_names(course))
        if key is PhraseKey.SPLIT
        else _phrase(own, shipped, key)
        for key in PhraseKey
    }
    if course is not None and course.window is not Window.LAP:
        found |= {key: _opening(own, shipped, key, course) for key in OPENING}
    return found


def _phrase(own: Phrases, shipped: Phrases, key: PhraseKey) -> Phrase:
    """Return a phrase, or what stands for it in a file of one's own that does not have it."""
    return own.get(key) or own.get(PLAIN.get(key, key)) or _first(own, shipped, [key])


def _opening(own: Phrases, shipped: Phrases, key: PhraseKey, course: Course) -> Phrase:
    """Return what opens a window that is no lap.

    A file of one's own without words for it borrows those of its language.
    """
    names = [OPENING[each].format(window=course.window) for each in (key, PLAIN.get(key, key))]
    phrase = _first(own, shipped, names)
    metres = f"{course.kick_m:.0f}"
    return Phrase(phrase.text.replace(METRES, metres), phrase.say.replace(METRES, metres))


def _split_names(course: Course | None) -> list[str]:
    """Return the name of what tells a lap, which is a kilometre or a mile on the road."""
    if course is None or course.lap_m is not None:
        return ["split"]
    return ["split_kilometre" if course.marker_m == ROAD_MARKER_M else "split_mile"]


def _first(own: Phrases, shipped: Phrases, names: Iterable[str]) -> Phrase:
    """Return the first phrase of those names; what a file of one's own lacks, its language has."""
    names = tuple(names)
    return next(each[name] for each in (own, shipped) for name in names if name in each)
