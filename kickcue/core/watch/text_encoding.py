"""Words that fit a small watch: its letters, its number of bytes."""

import unicodedata
from typing import Final

_PLAIN: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "ß": "ss",
        "œ": "oe",
        "æ": "ae",
    }
)
"""Quotation marks, dashes and letters that no decomposition turns into plain ones."""


def fitted(text: str, charset: str, max_bytes: int) -> str:
    """Return the text in the charset's letters and cut to the bytes.

    Accents are dropped where they must be, what is left is ``?``. Control characters become spaces:
    NUL parts title from body on some watches, a line's end ends the command on others.
    """
    one_line = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    written = "".join(_letter(c, charset) for c in one_line)
    return shortened(" ".join(written.split()), charset, max_bytes)


def shortened(text: str, charset: str, max_bytes: int) -> str:
    """Return as much of the text as fits into so many bytes, never half a character."""
    return text.encode(charset)[: max(max_bytes, 0)].decode(charset, "ignore").rstrip()


def title_and_body(text: str) -> tuple[str, str]:
    """Return what stands before the first colon and after it.

    ``Turnover up: stay relaxed`` is a title and a body.
    """
    title, _, body = text.partition(":")
    return title.strip(), body.strip()


def _letter(letter: str, charset: str) -> str:
    if _has(letter, charset):
        return letter
    plain = letter.translate(_PLAIN)
    if plain == letter:
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)
        )
    return plain if plain and _has(plain, charset) else "?"


def _has(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:  # a lone surrogate has no bytes in any charset
        return False
    return True
