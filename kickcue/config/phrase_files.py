"""Finds and reads the texts of the cues, one TOML file a language in ``kickcue/phrases``.

A user's own lie in ``$XDG_CONFIG_HOME/kickcue/phrases`` under names of their own, or anywhere, and
are then named by their path.
"""

import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kickcue.config.named_files import files_by_name
from kickcue.config.paths import config_folder
from kickcue.config.toml_file import read_toml
from kickcue.config.toml_lines import with_line
from kickcue.config.validation_errors import first_mistake, one_line
from kickcue.core.course import Course
from kickcue.core.cueing.phrase_choice import Phrases, vocabulary
from kickcue.core.cueing.phrases import Phrase, Vocabulary
from kickcue.core.errors import UsageError

_TEXT_LETTERS: Final = 40  # the smallest watch face that matters shows two lines of twenty


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


@dataclass(frozen=True, slots=True)
class Language:
    """The phrases of one file, and the language that they are in, such as ``de``."""

    spoken: str
    phrases: Phrases


@cache
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


def own_languages() -> dict[str, Path]:
    """Return the files of the user's own languages, by name; a shipped one keeps its name."""
    folder = config_folder(os.environ)
    own = files_by_name(None if folder is None else folder / "phrases")
    return {name: path for name, path in own.items() if name not in languages()}


def load_vocabulary(language_or_path: str = "en", course: Course | None = None) -> Vocabulary:
    """Return the phrases of a language, by its name or by the path of a TOML file.

    The cue that opens the last window names that window on the ``course``; default: the last lap.
    UsageError where the file is not valid.
    """
    found = language_file(language_or_path)
    # What a file of one's own lacks is said in its language, English where none is shipped.
    shipped = language_file(found.spoken if found.spoken in languages() else "en")
    return vocabulary(found.phrases, shipped.phrases, course)


def language_file(language_or_path: str) -> Language:
    """Return what is in the file of a language; UsageError where it is not valid."""
    found = _load(language_or_path)
    return Language(found.language, _phrases(found))


def _phrases(found: _Language) -> Phrases:
    return {
        name: Phrase(phrase.text, phrase.say)
        for name, phrase in found
        if isinstance(phrase, _Phrase)
    }


def spoken_language(language_or_path: str = "en") -> str:
    """Return which language the phrases are in, such as ``de``: a voice is chosen by it.

    UsageError where the file is not valid.
    """
    return _load(language_or_path).language


def _load(language_or_path: str) -> _Language:
    if language_or_path in languages():
        return _shipped(language_or_path)
    if language_or_path.endswith(".toml"):
        return _read(Path(language_or_path))
    own = own_languages()
    if language_or_path in own:
        return _read(own[language_or_path])
    known = ", ".join([*languages(), *own])
    raise UsageError(
        f"language: expected one of {known}, or a .toml file of your own, got {language_or_path!r}"
    )


@cache
def _shipped(name: str) -> _Language:
    return _read(Path(str(files("kickcue"))) / "phrases" / f"{name}.toml")


def _read(path: Path) -> _Language:
    file = read_toml(path)
    try:
        return _Language.model_validate(file.document)
    except ValidationError as error:
        where = with_line(path, file.text, first_mistake(error)["loc"])
        raise UsageError(f"{where}: {one_line(error, _Language, file.document)}") from None
