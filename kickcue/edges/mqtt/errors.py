"""What can go wrong with a broker and with what comes from it."""

from kickcue.core.errors import DataError, KickcueError


class BrokerError(KickcueError):
    """The broker cannot be reached, refuses us, or (the private one) does not start."""


class RefusedError(BrokerError):
    """The broker is there, and does not take a message or a subscription.

    The text is the reason, as the end of a sentence.
    """


class WireError(DataError):
    """A message that is not what its topic promises, or of another version of the wire format."""
