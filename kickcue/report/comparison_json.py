"""A comparison for programs."""

from typing import Any

from kickcue.analysis.comparison import Comparison
from kickcue.analysis.review.as_json import plain
from kickcue.analysis.session_comparison import SessionComparison


def comparison_json(found: Comparison | SessionComparison) -> dict[str, Any]:
    """Return it as a JSON object, its fields as keys; what is unknown is null."""
    return {"sessions" if isinstance(found, SessionComparison) else "races": plain(found)}
