"""The terms of a race, read off the models, for where the models cannot go."""

from collections.abc import Iterable
from enum import Enum
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_PLAIN: Final = (bool, int, float, str)
_KINDS: Final = {bool: "flag", int: "whole", float: "number", str: "text"}


def written_terms(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Return each key of a model with what it may be; ``standalone.race_terms`` reads that."""
    return {name: _term(field) for name, field in model.model_fields.items()}


def _term(field: FieldInfo) -> dict[str, Any]:
    inner = [each for each in get_args(field.annotation) if each is not NoneType]
    optional = NoneType in get_args(field.annotation)
    annotation = inner[0] if optional else field.annotation
    found = _kind(annotation) | _range(field.metadata)
    if optional:
        return found | {"optional": True}
    return found | ({"usual": field.default} if isinstance(field.default, _PLAIN) else {})


def _kind(annotation: Any) -> dict[str, Any]:
    if get_origin(annotation) is Literal:
        return {"kind": "choice", "choices": list(get_args(annotation))}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {"kind": "table", "terms": written_terms(annotation)}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"kind": "choice", "choices": [each.value for each in annotation]}
    if annotation in _KINDS:
        return {"kind": _KINDS[annotation]}
    return {"kind": "point"}  # a post: the only tuple there is


def _range(metadata: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in metadata:
        if isinstance(each, Ge):
            found["low"] = each.ge
        elif isinstance(each, Gt):
            found["above"] = each.gt
        elif isinstance(each, Le):
            found["high"] = each.le
    return found
