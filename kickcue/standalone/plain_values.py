"""Frozen values of the core as plain JSON, bytes as hex, and back by their type hints.

The core's checks hold on the way back too: a value is built by its class.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

CLASS: Final = "is"
"""The key that names the class, where a value may be of several."""

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Return a value as JSON has it; what is at its default is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            each.name: plain(getattr(value, each.name))
            for each in fields(value)
            if getattr(value, each.name) != _default(each)
        }
        return {CLASS: type(value).__name__, **kept}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    return value


def made(wanted: type[T], given: Any) -> T:
    """Return the value of class ``wanted`` that ``plain`` has written."""
    found: T = _made(wanted, given)
    return found


def _default(each: "Field[Any]") -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _made(hint: Any, given: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of([each for each in inner if each is not NoneType], given)
    if origin is tuple:
        kinds = [inner[0]] * len(given) if inner[-1] is Ellipsis else inner
        return tuple(_made(kind, each) for kind, each in zip(kinds, given, strict=True))
    if is_dataclass(hint):
        return _object(hint, given)
    if hint is bytes:
        return bytes.fromhex(given)
    if isinstance(hint, type) and issubclass(hint, Enum | float):
        return hint(given)
    return given


def _one_of(kinds: list[Any], given: Any) -> Any:
    if given is None:
        return None
    if len(kinds) == 1:
        return _made(kinds[0], given)
    return _made(next(each for each in kinds if each.__name__ == given[CLASS]), given)


def _object(wanted: Any, given: Mapping[str, Any]) -> Any:
    hints = get_type_hints(wanted)
    values = {key: _made(hints[key], each) for key, each in given.items() if key != CLASS}
    return wanted(**values)
