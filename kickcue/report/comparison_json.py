"""A comparison for programs: the field names of the model, rounded to what is meaningful."""

from dataclasses import asdict
from typing import Any, Final

from kickcue.analysis.comparison import Comparison
from kickcue.analysis.session_comparison import SessionComparison

DIGITS: Final = 3
"""Of seconds, metres and metres a second: milliseconds and millimetres."""


def comparison_json(found: Comparison | SessionComparison) -> dict[str, Any]:
    """Return it as a JSON object; tuples are lists, what is unknown is null."""
    rounded: dict[str, Any] = _rounded(asdict(found))
    return rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
