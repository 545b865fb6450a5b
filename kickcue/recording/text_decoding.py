"""Bytes to text, whatever encoding the file claims.

The bytes decide, because exporters and editors rewrite one and not the other.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZEROS: Final[Mapping[tuple[bool, ...], str]] = {
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
"""Which of the first four bytes are 0 where they hold ASCII: blanks, ``<`` or ``{``."""

_DECLARED: Final = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']"""
)
_LEGACY: Final = re.compile(r"iso8859|cp|koi8|mac|gb|big5|euc_|shift_jis|tis")
"""Python's names of the encodings that have ASCII in its place and a byte or two for a letter."""

_PROBE: Final = b'<?xml a="0.9"?>-\n'
_HEAD_BYTES: Final = 4096
_LETTERS: Final = 2
"""Zeros before a text of one byte for each letter make its first one look wide, not the next."""


def decode(data: bytes) -> str:
    """Return the text, without byte order mark and leading blanks.

    A byte that is no character becomes U+FFFD.
    """
    encoding = _wide(data)
    return _stripped(data.decode(encoding, errors="replace") if encoding else _eight_bit(data))


def as_utf8(data: bytes) -> bytes:
    """Return the bytes of a text in UTF-8, without its mark.

    As they are, unless it is UTF-16 or UTF-32 (PowerShell writes that).
    """
    encoding = _wide(data)
    return (
        _stripped(data.decode(encoding, errors="replace")).encode()
        if encoding
        else data.removeprefix(codecs.BOM_UTF8)
    )


def _wide(data: bytes) -> str | None:
    """Return the encoding of text with two or four bytes for each letter, None for all other."""
    for encoding in _candidates(data[:_HEAD_BYTES]):
        head = _stripped(data[:_HEAD_BYTES].decode(encoding, errors="replace"))
        begins = head[:_LETTERS]
        if begins.isascii() and begins.isprintable():  # a wrong guess gives CJK characters or zeros
            return encoding
    return None


def _candidates(head: bytes) -> Iterator[str]:
    yield from (encoding for bom, encoding in _BOMS if head.startswith(bom))
    zeros = _ZEROS.get(tuple(byte == 0 for byte in head[:4]))
    if zeros:
        yield zeros


def _stripped(text: str) -> str:
    """Take off what stands before the text.

    Polar writes blanks before the XML declaration, which XML forbids. Some editors leave marks,
    their own and those of others.
    """
    return text.lstrip("\ufeff\ufffd\0 \t\r\n")


def _eight_bit(data: bytes) -> str:
    """UTF-8 if it can be; else what is declared, if that can be; else UTF-8 that was damaged."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    legacy = _legacy(declared[1].decode("ascii")) if declared else None
    if legacy:
        try:
            return data.decode(legacy)
        except UnicodeDecodeError:
            pass
    return data.decode("utf-8", errors="replace")


def _legacy(name: str) -> str | None:
    """Return Python's name of an 8-bit encoding that agrees with ASCII; None for any other."""
    try:
        found = codecs.lookup(name).name
        fits = _LEGACY.match(found) and _PROBE.decode(found).encode("ascii") == _PROBE
    except (LookupError, UnicodeError):
        return None
    return found if fits else None
