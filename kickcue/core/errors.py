"""What can go wrong, and whose fault it is.

``UsageError`` blames the caller (config, profile, command line; exit status 2).
``DataError`` blames bytes or files from outside (exit status 1). Any other exception that leaves
kickcue is a bug.
"""

from enum import Enum


class KickcueError(Exception):
    """An error that a person is meant to read: one line of what, where and what would be right."""

    exit_status = 1


class UsageError(KickcueError):
    """A setting, a profile or an argument that cannot be honoured."""

    exit_status = 2


class DataError(KickcueError):
    """Bytes or a file from outside that are not what they claim to be."""


class IllegalTransitionError(KickcueError):
    """A signal that the state table does not allow in the present state; the state is unchanged."""


class DecodeOutcome(Enum):
    """How the decoding of one notification ended; counted per sensor."""

    DECODED = "decoded"
    NOT_THIS_FORMAT = "not this format"
    """Too short for the fixed part, or no codec: not meant for this decoder."""
    BROKEN = "broken"
    """The fixed part fits, but the flags announce more than is there, or a field is out of its
    range."""


class DecodeError(DataError):
    """One notification could not be decoded; ``outcome`` says in which way."""

    def __init__(self, outcome: DecodeOutcome, detail: str) -> None:
        super().__init__(f"{outcome.value}: {detail}")
        self.outcome = outcome
        self.detail = detail
