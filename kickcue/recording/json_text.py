"""JSON out of a file: with finite numbers only, and nested no deeper than anything of ours.

Whoever counts with what is read, or writes it again, need not think of infinities, or of how deep
it may go.
"""

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any, Final

from kickcue.core.errors import DataError

DEEPEST: Final = 32
"""Levels: the set-up in a header needs 6."""

_SHOWN_LETTERS: Final = 60


def parse(text: str | bytes) -> Any:
    """Return the value; DataError names what is wrong with the text."""
    try:
        text = text if isinstance(text, str) else text.decode("utf-8")
        found = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise DataError("not UTF-8 text") from None
    except RecursionError:
        raise DataError(_TOO_DEEP) from None
    except ValueError as error:
        hint = "; truncated?" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(f"not JSON ({error}){hint}") from None
    if text.count("{") + text.count("[") > DEEPEST and _deeper(found):
        raise DataError(_TOO_DEEP)
    return found


def shown(value: Any) -> str:
    """Return a value as it is shown in a message: short, whatever it is."""
    text = repr(value)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[: _SHOWN_LETTERS - 3]}..."


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(text: str) -> float:
    found = float(text)
    if not isfinite(found):
        raise ValueError(f"{text[:_SHOWN_LETTERS]} is out of range")
    return found


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # Python's own limit of 4300 digits
        raise ValueError(f"{text[:_SHOWN_LETTERS]}... is out of range") from None


def _deeper(value: Any) -> bool:
    """Tell, level by level, whether a value is nested too deeply to be walked by recursion."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _inner(each)]
        if not level:
            return False
    return True


def _inner(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
_TOO_DEEP: Final = f"nested too deeply: expected at most {DEEPEST} levels"
