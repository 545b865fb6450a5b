"""What pydantic found wrong, as one line for a person: where, which key, which value, what would be right."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_SHOWN: Final = 60  # characters of a value: enough to find it in the file

Path = Sequence[int | str]


def one_line(error: ValidationError, model: type[BaseModel], document: Mapping[str, Any]) -> str:
    """Describe the first mistake that pydantic found in ``document``, and how many more there are."""
    first = first_mistake(error)
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    where = _as_written(first["loc"], document)
    if first["type"] == "extra_forbidden":
        return f"{where}: no such key{_hint(str(first['loc'][-1]), _keys_at(model, first['loc']))}{more}"
    if first["type"] == "missing":
        return f"{where}: is missing{more}"
    if first["type"] == "union_tag_not_found":
        return f"{where}.{_tag_key(first)}: is missing{more}"
    if first["type"] == "union_tag_invalid":
        context = first["ctx"]
        return f"{where}.{_tag_key(first)} = {context['tag']!r}: should be one of {context['expected_tags']}{more}"
    if first["type"] in ("too_short", "string_too_short"):
        return f"{where} = {_shown(first['input'])}: should not be empty{more}"
    if first["type"] == "list_type" and isinstance(first["input"], Mapping):
        return f"{where}: should be written [[{where}]]{more}"
    if first["type"] in ("model_type", "dict_type"):
        return f"{where} = {_shown(first['input'])}: should be a block, [{where}]{more}"
    sentence = first["msg"].removeprefix("Value error, ").replace("Input should", "should")
    value = "" if _is_block(first["input"]) else f" = {_shown(first['input'])}"
    return f"{where}{value}: {sentence}{more}"


def first_mistake(error: ValidationError) -> ErrorDetails:
    """Return the mistake to tell. Unknown keys come first: a mistyped key is reported as missing too, and that would hide the cause."""
    return min(error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden")


def without_password(text: str) -> str:
    """Return ``text`` with what may be the password of a URL blotted out, also where the URL is not well formed."""
    text = re.sub(r":(?!//).*@", ":***@", text, flags=re.DOTALL)
    return re.sub(r"(://[^/:@]*):(?!\d{1,5}(?:/|$)|\*\*\*@)[^/]*", r"\1:***", text)


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value))


def _tag_key(mistake: Mapping[str, Any]) -> str:
    return str(mistake["ctx"]["discriminator"]).strip("'")


def _shown(value: Any) -> str:
    text = repr(without_password(value) if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _hint(key: str, known: Sequence[str]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.6)
    guess = f", did you mean {near[0]!r}?" if near else ""
    return f"{guess} (known here: {', '.join(known)})"


def _as_written(path: Path, document: Mapping[str, Any]) -> str:
    """Return the path as the file has it: list entries count from 1, and the names pydantic adds for a union's members are left out."""
    found: Any = document
    text = ""
    for place, part in enumerate(path):
        if isinstance(part, int):
            text += f"[{part + 1}]"
            found = found[part] if isinstance(found, list) and part < len(found) else None
        elif place == len(path) - 1 or (isinstance(found, Mapping) and part in found):
            text += f".{part}" if text else part
            found = found.get(part) if isinstance(found, Mapping) else None
    return text or "the file"


def _keys_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys of the block that the last part of ``path`` stands in."""
    blocks = [model]
    for part in path[:-1]:
        fields = [block.model_fields[part] for block in blocks if isinstance(part, str) and part in block.model_fields]
        if fields:
            blocks = [inner for field in fields for inner in _models_in(field.annotation)]
        elif isinstance(part, str):  # the tag of a union's member, or a name of the user's own
            tagged = [block for block in blocks if any(part in get_args(field.annotation) for field in block.model_fields.values())]
            blocks = tagged or blocks
    return tuple(dict.fromkeys(key for block in blocks for key in block.model_fields))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
