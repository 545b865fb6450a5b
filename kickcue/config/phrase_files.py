"""Finds and reads the texts of the cues, one TOML file a language in ``kickcue/phrases``."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kickcue.config.toml_file import read_toml
from kickcue.config.toml_lines import with_line
from kickcue.config.validation_errors import first_mistake, one_line
from kickcue.core.course import ROAD_MARKER_M, Course, Window
from kickcue.core.cueing.phrases import OPENING, PLAIN, Phrase, PhraseKey, Vocabulary
from kickcue.core.errors import UsageError

_TEXT_LETTERS: Final = 40  # the smallest watch face that matters shows two lines of twenty


METRES: Final = "{metres}"
"""Stands in a phrase for the length of the last window. No length has more letters."""
SECONDS: Final = "{seconds}"
"""Stands in a phrase for the seconds off even pace, or for the time of a lap..."""
LAP: Final = "{lap}"
"""...and this for its number. No value has more letters; a phrase that has no place for them is
said as it is."""


class _Phrase(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=_TEXT_LETTERS)]
    say: Annotated[str, Field(min_length=1)]


class _Language(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    ready: _Phrase
    even_ease: _Phrase
    even_lift: _Phrase
    split: _Phrase | None = None
    split_kilometre: _Phrase | None = None
    split_mile: _Phrase | None = None
    last_lap: _Phrase
    last_lap_about: _Phrase | None = None
    last_kilometre: _Phrase | None = None
    last_kilometre_about: _Phrase | None = None
    last_mile: _Phrase | None = None
    last_mile_about: _Phrase | None = None
    last_metres: _Phrase | None = None
    last_metres_about: _Phrase | None = None
    hold: _Phrase
    hold_about: _Phrase | None = None
    hold_kilometre: _Phrase | None = None
    hold_kilometre_about: _Phrase | None = None
    hold_mile: _Phrase | None = None
    hold_mile_about: _Phrase | None = None
    hold_metres: _Phrase | None = None
    hold_metres_about: _Phrase | None = None
    relax: _Phrase
    relax_smile: _Phrase
    turnover: _Phrase
    drive: _Phrase
    rep: _Phrase | None = None
    last_rep: _Phrase | None = None
    tick: _Phrase | None = None
    go: _Phrase | None = None
    image: _Phrase | None = None
    through: _Phrase | None = None
    tall: _Phrase | None = None
    rest_half: _Phrase | None = None


def languages() -> tuple[str, ...]:
    """Return the languages that come with kickcue."""
    folder = files("kickcue") / "phrases"
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        )
    )


def load_vocabulary(language_or_path: str = "en", course: Course | None = None) -> Vocabulary:
    """Return the phrases of a shipped language, or of a TOML file of one's own.

    The cue that opens the last window names that window on the ``course``; default: the last lap.
    UsageError where the file is not valid.
    """
    found = _load(language_or_path)
    whole = {
        key: _split(found, course) if key == PhraseKey.SPLIT else _phrase(found, key)
        for key in PhraseKey
    }
    if course is not None and course.window is not Window.LAP:
        whole |= {key: _opening(found, key, course) for key in OPENING}
    return {key: Phrase(phrase.text, phrase.say) for key, phrase in whole.items()}


def _phrase(found: _Language, key: PhraseKey) -> _Phrase:
    """Return a phrase, or what stands for it in a file of one's own that does not have it."""
    own: _Phrase | None = getattr(found, key) or getattr(found, PLAIN.get(key, key))
    return own or _own_or_shipped(found, [key])


def _shipped(found: _Language) -> _Language:
    """Return the shipped phrases in the language of a file of one's own, English without them."""
    return _load(found.language if found.language in languages() else "en")


def _opening(found: _Language, key: PhraseKey, course: Course) -> _Phrase:
    """Return what opens a window that is no lap.

    A file of one's own without words for it borrows those of its language.
    """
    named = [OPENING[each].format(window=course.window) for each in (key, PLAIN.get(key, key))]
    phrase = _own_or_shipped(found, named)
    metres = f"{course.kick_m:.0f}"
    return _Phrase(text=phrase.text.replace(METRES, metres), say=phrase.say.replace(METRES, metres))


def _split(found: _Language, course: Course | None) -> _Phrase:
    """Return what tells a lap, which is a kilometre or a mile on the road."""
    if course is None or course.lap_m is not None:
        return _own_or_shipped(found, ["split"])
    return _own_or_shipped(
        found, ["split_kilometre" if course.marker_m == ROAD_MARKER_M else "split_mile"]
    )


def _own_or_shipped(found: _Language, named: list[str]) -> _Phrase:
    """Return the first phrase of those names; what a file of one's own lacks, its language has."""
    phrase: _Phrase = next(
        filter(None, (getattr(each, name) for each in (found, _shipped(found)) for name in named))
    )
    return phrase


def spoken_language(language_or_path: str = "en") -> str:
    """Return which language the phrases are in, such as ``de``: a voice is chosen by it.

    UsageError where the file is not valid.
    """
    return _load(language_or_path).language


def _load(language_or_path: str) -> _Language:
    if language_or_path in languages():
        shipped = Path(str(files("kickcue"))) / "phrases" / f"{language_or_path}.toml"
        return _read(shipped)
    if language_or_path.endswith(".toml"):
        return _read(Path(language_or_path))
    known = ", ".join(languages())
    raise UsageError(
        f"language: expected one of {known}, or a .toml file of your own, got {language_or_path!r}"
    )


def _read(path: Path) -> _Language:
    file = read_toml(path)
    try:
        return _Language.model_validate(file.document)
    except ValidationError as error:
        where = with_line(path, file.text, first_mistake(error)["loc"])
        raise UsageError(f"{where}: {one_line(error, _Language, file.document)}") from None
