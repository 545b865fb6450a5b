"""Finds and reads scripts: those of kickcue in ``kickcue/scripts``, and files of one's own."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kickcue.coaching.place import Place, place
from kickcue.coaching.script import (
    LONGEST_MINUTES,
    PLACEHOLDERS,
    On,
    Script,
    ScriptLine,
    ScriptWords,
)
from kickcue.config.toml_file import TomlFile, read_toml
from kickcue.config.validation_errors import first_mistake, one_line
from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean

LONGEST_SAY: Final = 400
LONGEST_PAUSE_S: Final = 120.0
ANY_LANGUAGE: Final = "en"
"""Whose words the placeholders have in a language that kickcue has none for."""
_WORDS: Final = "words"
_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*line[ \t]*\]\]", re.MULTILINE)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)

    at: Place
    say: Annotated[str, Field(min_length=1, max_length=LONGEST_SAY)]
    pause_s: Annotated[float, Field(gt=0, le=LONGEST_PAUSE_S)] = 3.0
    on: On | None = None

    @field_validator("at", mode="before")
    @classmethod
    def _place(cls, at: Any) -> Any:
        if not isinstance(at, str):
            raise ValueError("expected a place in quotes, like bell")  # noqa: TRY004  pydantic's way
        try:
            return place(at)
        except UsageError as error:
            raise ValueError(str(error)) from None

    @field_validator("say")
    @classmethod
    def _placeholders(cls, say: str) -> str:
        try:
            named = [(name, spec, how) for _, name, spec, how in Formatter().parse(say)]
        except ValueError:
            raise ValueError("expected each { with its }, like {goal}") from None
        for name, spec, how in named:
            if name is not None and (name not in PLACEHOLDERS or spec or how):
                known = ", ".join(PLACEHOLDERS)
                guess = did_you_mean(name, PLACEHOLDERS)
                hint = f"; {guess}" if guess else ""
                raise ValueError(f"expected in braces one of {known}, got {{{name}}}{hint}")
        return " ".join(say.split())


class _Script(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    language: Annotated[str, Field(min_length=2, max_length=20)]
    minutes: Annotated[float, Field(gt=0, le=LONGEST_MINUTES)] = 5.0
    line: Annotated[list[_Line], Field(min_length=1)]


def scripts() -> tuple[str, ...]:
    """Return the names of the scripts that come with kickcue."""
    return tuple(sorted({name for name, _ in _shipped()}))


def script_languages() -> tuple[str, ...]:
    """Return the languages that they come in."""
    return tuple(sorted({language for _, language in _shipped()}))


def load_script(name_or_path: str, language: str = ANY_LANGUAGE) -> Script:
    """Return a script of kickcue in a language, or one of one's own from a TOML file.

    UsageError names the file, the line and what would be right.
    """
    if name_or_path.endswith(".toml"):
        return _read(Path(name_or_path))
    if name_or_path not in scripts():
        guess = did_you_mean(name_or_path, scripts())
        raise UsageError(
            f"script: expected one of {', '.join(scripts())}, or a .toml file of your own, got "
            f"{name_or_path!r}{f'; {guess}' if guess else ''}"
        )
    if (name_or_path, language) not in _shipped():
        raise UsageError(
            f"script {name_or_path}: expected a language of {', '.join(script_languages())}, or "
            f"a .toml file of your own, got {language!r}"
        )
    return _read(_folder() / f"{name_or_path}.{language}.toml")


def _folder() -> Path:
    return Path(str(files("kickcue"))) / "scripts"


@cache
def _shipped() -> frozenset[tuple[str, str]]:
    """Return name and language of each script of kickcue."""
    parts = (path.name.split(".") for path in _folder().glob("*.*.toml"))
    return frozenset((name, language) for name, language, _ in parts)


def _read(path: Path) -> Script:
    file = read_toml(path)
    rows = _rows(file)
    try:
        found = _Script.model_validate(file.document)
    except ValidationError as error:
        raise UsageError(f"{path}: {_row(error, rows)}{_told(error, file.document)}") from None
    return Script(
        source=str(path),
        language=found.language,
        minutes=found.minutes,
        lines=tuple(
            ScriptLine(each.at, each.say, each.pause_s, each.on, rows.get(number))
            for number, each in enumerate(found.line)
        ),
        words=words_of(found.language),
    )


def _told(error: ValidationError, document: Mapping[str, Any]) -> str:
    return one_line(error, _Script, document)


def _rows(file: TomlFile) -> dict[int, int]:
    """Return at which line of the file each line of the script begins, where that is certain."""
    rows = [file.text.count("\n", 0, it.start()) + 1 for it in _HEADER.finditer(file.text)]
    lines = file.document.get("line")
    return dict(enumerate(rows)) if isinstance(lines, list) and len(rows) == len(lines) else {}


def _row(error: ValidationError, rows: Mapping[int, int]) -> str:
    place_of = first_mistake(error)["loc"]
    number = place_of[1] if place_of[:1] == ("line",) and len(place_of) > 1 else None
    return f"line {rows[number]}: " if isinstance(number, int) and number in rows else ""


@cache
def words_of(language: str) -> ScriptWords:
    """Return what the placeholders say in a language, in English where kickcue lacks it."""
    document = read_toml(_folder() / f"{_WORDS}.toml").document
    return ScriptWords(**document.get(language, document[ANY_LANGUAGE]))
