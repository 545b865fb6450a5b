"""What a race's document may say, held by the standard library alone.

The terms are written down by ``standalone.catalogue`` out of the models that check a race file on a
computer. What is taken here is taken there as well, and means the same; only a computer puts
up with what is not as JSON has it ("400" for a number).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean

Term = Mapping[str, Any]
SHOWN_LETTERS: Final = 40
LARGEST: Final = 2.0**53
"""Up to it a number is the same in JavaScript."""


def check_terms(terms: Mapping[str, Term], given: Mapping[str, Any], path: str = "") -> None:
    """Raise UsageError for a key that there is not, or a value that it cannot have.

    ``path`` stands before the keys: "gate.".
    """
    for key, value in given.items():
        if key not in terms:
            guess = did_you_mean(str(key)[:SHOWN_LETTERS], terms)
            raise UsageError(
                f"{path}{shown(key)}: a race has no such key{f': {guess}' if guess else ''}"
            )
        term = terms[key]
        if value is None and term.get("optional"):
            continue
        _KINDS[term["kind"]](term, f"{path}{key}", value)


def shown(value: Any) -> str:
    """Return a stranger's value, short."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}..."


def _wrong(key: str, wanted: str, value: Any) -> UsageError:
    given = shown(value) if not isinstance(value, str) else repr(shown(value))
    return UsageError(f"{key}: expected {wanted}, got {given}")


def _flag(_: Term, key: str, value: Any) -> None:
    if type(value) is not bool:
        raise _wrong(key, "true or false", value)


def _text(_: Term, key: str, value: Any) -> None:
    if type(value) is not str:
        raise _wrong(key, "a text", value)


def _choice(term: Term, key: str, value: Any) -> None:
    if type(value) is not str or value not in term["choices"]:
        raise _wrong(key, f"one of {', '.join(term['choices'])}", value)


def _number(term: Term, key: str, value: Any) -> None:
    if type(value) not in (int, float) or not abs(value) <= LARGEST:
        raise _wrong(key, "a number", value)
    _in_range(term, key, value)


def _whole(term: Term, key: str, value: Any) -> None:
    if type(value) is not int:
        raise _wrong(key, "a whole number", value)
    _in_range(term, key, value)


def _in_range(term: Term, key: str, value: float) -> None:
    low, high, above = term.get("low"), term.get("high"), term.get("above")
    if (
        (low is not None and value < low)
        or (high is not None and value > high)
        or (above is not None and value <= above)
    ):
        least = f"{low:g}" if above is None else f"more than {above:g}"
        raise _wrong(key, f"{least} to {high:g}" if high is not None else least, value)


def _point(_: Term, key: str, value: Any) -> None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _wrong(key, "latitude and longitude", value)
    for each in value:
        _number({}, key, each)


def _table(term: Term, key: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise _wrong(key, f"a table [{key}]", value)
    check_terms(term["terms"], value, f"{key}.")


_KINDS: Final[Mapping[str, Callable[[Term, str, Any], None]]] = {
    "flag": _flag,
    "text": _text,
    "choice": _choice,
    "number": _number,
    "whole": _whole,
    "point": _point,
    "table": _table,
}
