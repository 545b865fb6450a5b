"""Device Information strings: model (2A24), firmware revision (2A26), manufacturer (2A29).

Source: Bluetooth SIG Device Information Service 1.1. Real devices end them with NULs (Polar H10),
which are taken off; octets that are no UTF-8 read as U+FFFD, so any bytes decode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from kickcue.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that a device tells about itself."""

    text: str

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; any bytes do."""
        return cls(bytes(data).rstrip(b"\0").decode("utf-8", errors="replace"))

    def __bytes__(self) -> bytes:
        """Encode without a trailing NUL.

        UsageError where the text ends in one or is no Unicode text.
        """
        if self.text.endswith("\0"):
            raise UsageError(
                f"text {self.text!r} cannot be sent: the receiver would strip the NUL at its end"
            )
        try:
            return self.text.encode()
        except UnicodeEncodeError:
            raise UsageError(
                f"text {self.text!r} cannot be sent: it contains a lone surrogate"
            ) from None


class ModelNumber(_Text):
    """The model, as the maker writes it."""

    __slots__ = ()


class FirmwareRevision(_Text):
    """The firmware's version, as the maker writes it."""

    __slots__ = ()


class ManufacturerName(_Text):
    """The maker."""

    __slots__ = ()
