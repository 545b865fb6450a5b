"""How a part of kickcue that is not installed is got."""


def how_to_get(extra: str) -> str:
    """Return what brings an extra, as the end of a sentence.

    kickcue is not on PyPI yet, so it is installed from a clone.
    """
    return f"in a clone of kickcue, pip install '.[{extra}]'"
