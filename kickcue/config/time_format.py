"""Times as runners write them."""

import re
from typing import Final

from kickcue.core.errors import UsageError

_FORM: Final = re.compile(r"(?:(?:\d{1,3}:)?\d{1,3}:)?\d{1,7}(?:\.\d{1,20})?", re.ASCII)


def seconds(text: str) -> float:
    """Return seconds from ``15:30``, ``1:02:03.5`` or ``930``.

    UsageError for anything else.
    """
    plain = text.strip()
    parts = [float(part) for part in plain.split(":")] if _FORM.fullmatch(plain) else []
    if not parts or any(part >= 60 for part in parts[1:]):
        numbers = re.findall(r"\d{1,3}", plain)
        alike = (
            "" if parts or not 2 <= len(numbers) <= 3 else f"; did you mean {':'.join(numbers)}?"
        )
        raise UsageError(f"expected a time like 15:30, 1:02:03 or 930, got {text!r}{alike}")
    total = 0.0
    for part in parts:
        total = 60.0 * total + part
    return total
