"""What pydantic found wrong, as a line for a person: where, what, and what would be right."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kickcue.core.nearest import nearest

_SHOWN_LETTERS: Final = 60  # characters of a value: enough to find it in the file
_LIMITS: Final = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_WANTED: Final = {
    "string": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "list": "a list, [...]",
    "tuple": "a list, [...]",
    "json": "JSON",
    "path": "a path in quotes",
    "datetime": "a time like 2026-06-14T10:09:11Z",
    "timezone": "a time with its zone, like 2026-06-14T10:09:11Z",
}
"""By how pydantic's kinds of mistakes begin."""

Path = Sequence[int | str]


def one_line(error: ValidationError, model: type[BaseModel], document: Mapping[str, Any]) -> str:
    """Describe the first mistake that pydantic found in ``document``, and how many more."""
    first = first_mistake(error)
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    where = _as_written(first["loc"], document)
    if first["type"] == "extra_forbidden":
        return (
            f"{where}: unknown "
            f"key{_hint(str(first['loc'][-1]), _keys_at(model, first['loc']))}{more}"
        )
    if first["type"] == "union_tag_not_found":
        return f"{where}.{_tag_key(first)}: is missing{more}"
    return f"{mistake_text(first, where)}{more}"


def mistake_text(mistake: ErrorDetails, where: str) -> str:
    """Return where it is, what was expected, and what was got, or a validator's own words."""
    kind, given = mistake["type"], mistake["input"]
    if kind == "missing":
        return f"{where}: is missing"
    if kind == "union_tag_invalid":
        key, context = _tag_key(mistake), mistake["ctx"]
        return (
            f"{where}.{key}: expected {_choice(context['expected_tags'])}, got {context['tag']!r}"
        )
    if kind in ("list_type", "tuple_type") and isinstance(given, Mapping):
        return f"{where}: expected [[{where}]]"
    sentence = (
        str(mistake["ctx"]["error"])
        if kind == "value_error"
        else f"expected {_wanted(mistake, where)}"
    )
    if _is_block(given) or ", got " in sentence:
        return f"{where}: {sentence}"
    right, hint, advice = sentence.partition("; ")
    return f"{where}: {right}, got {_shown(given)}{hint}{advice}"


def _wanted(mistake: ErrorDetails, where: str) -> str:
    """Return what would be right, in words of our own: pydantic's are about Python."""
    kind = mistake["type"]
    limits: Mapping[str, Any] = mistake.get("ctx", {})
    if kind in ("literal_error", "enum"):
        return _choice(limits["expected"])
    if kind in _LIMITS:
        word, name = _LIMITS[kind]
        return f"{word} {limits[name]:.10g}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "a block of keys" if where.endswith("]") else f"a block, [{where}]"
    if kind in ("too_short", "string_too_short"):
        fewest = limits.get("min_length", 1)
        return "a value" if fewest == 1 else f"at least {fewest} of them"
    if kind in ("too_long", "string_too_long"):
        what = "letters" if kind == "string_too_long" else "of them"
        return f"at most {limits['max_length']} {what}"
    return next(
        (words for start, words in _WANTED.items() if kind.startswith(start)), "something else"
    )


def _choice(expected: str) -> str:
    """Return "one of a, b, c" from "'a', 'b' or 'c'"."""
    names = re.findall(r"'([^']*)'", expected)
    return f"one of {', '.join(names)}" if len(names) > 1 else expected


def first_mistake(error: ValidationError) -> ErrorDetails:
    """Return the mistake to report: unknown keys come first.

    A mistyped key is reported as missing too, and that would hide the cause.
    """
    return min(
        error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden"
    )


def without_password(text: str) -> str:
    """Return ``text`` with what may be a URL's password blotted out, well formed or not."""
    text = re.sub(r":(?!//).*@", ":***@", text, flags=re.DOTALL)
    return re.sub(r"(://[^/:@]*):(?!\d{1,5}(?:/|$)|\*\*\*@)[^/]*", r"\1:***", text)


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)
    )


def _tag_key(mistake: Mapping[str, Any]) -> str:
    return str(mistake["ctx"]["discriminator"]).strip("'")


def _shown(value: Any) -> str:
    text = repr(without_password(value) if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[: _SHOWN_LETTERS - 3]}..."


def _hint(key: str, known: Sequence[str]) -> str:
    near = nearest(key, known)
    guess = f", did you mean {near[0]!r}?" if near else ""
    return f"{guess} (known here: {', '.join(known)})"


def _as_written(path: Path, document: Mapping[str, Any]) -> str:
    """Return the path as the file has it; list entries count from 1.

    The names pydantic adds for a union's members are left out.
    """
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
        fields = [
            block.model_fields[part]
            for block in blocks
            if isinstance(part, str) and part in block.model_fields
        ]
        if fields:
            blocks = [inner for field in fields for inner in _models_in(field.annotation)]
        elif isinstance(part, str):  # the tag of a union's member, or a name of the user's own
            blocks = [block for block in blocks if _is_tagged(block, part)] or blocks
    return tuple(dict.fromkeys(key for block in blocks for key in block.model_fields))


def _is_tagged(block: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in block.model_fields.values())


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
