"""Times as runners write them."""

from kickcue.core.errors import AskedWronglyError


def seconds(text: str) -> float:
    """Return seconds from ``15:30``, ``1:02:03.5`` or ``930``; AskedWronglyError for anything else."""
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or any(part < 0 for part in parts) or any(part >= 60 for part in parts[1:]):
        raise AskedWronglyError(f"time {text!r}: should look like 15:30, 1:02:03 or 930")
    total = 0.0
    for part in parts:
        total = 60.0 * total + part
    return total
