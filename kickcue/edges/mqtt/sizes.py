"""Finding out what is too large for a broker that gives no limit.

It ends the connection upon each such message, or the library does.
"""

from typing import Final

SAYS_SIZE: Final = (130, 149)
"""Protocol error, as paho (2.2.0) takes the refusal by which Mosquitto (2.0.11) answers what is
above message_size_limit; too large."""
AT_ONCE_S: Final = 0.3
STRIKES: Final = 3
"""So many connections ended right after a message on the same topic: that is no accident of the
network."""


class Sizes:
    """Notes what is sent and how connections end.

    ``largest`` is a limit found out, in bytes of a packet; None while there is none.
    """

    def __init__(self) -> None:
        self.largest: int | None = None
        self._taken = 0
        self._topic = ""
        self._size = 0
        self._sent_s = float("-inf")
        self._blamed = ""
        self._strikes = 0

    def sending(self, topic: str, size: int, now_s: float) -> None:
        """Note a message that is being sent."""
        self._topic, self._size, self._sent_s = topic, size, now_s

    def taken(self, size: int) -> None:
        """Note that the broker has acknowledged a message of this size.

        So one like it does not end a connection.
        """
        self._taken = max(self._taken, size)

    def ended(self, reason: int, now_s: float) -> None:
        """Note that the other side has ended the connection, and its reason code.

        A limit that was not the cause is forgotten.
        """
        topic, self._topic = self._topic, ""
        # Nothing was sent since the last end, or the same end is reported twice, by reader and
        # writer.
        if not topic:
            return
        if now_s - self._sent_s > AT_ONCE_S:
            self.largest, self._strikes = None, 0
            return
        self._strikes = self._strikes + 1 if topic == self._blamed else 1
        self._blamed = topic
        if reason in SAYS_SIZE or (self._strikes >= STRIKES and self._size > self._taken):
            self.largest, self._strikes = self._size - 1, 0
