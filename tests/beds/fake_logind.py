"""A fake ``org.freedesktop.login1``: grants locks against sleep as pipes, and knows which are still
held.
"""

import os
import select
from types import TracebackType
from typing import Final, Self

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from tests.beds.private_bus import PrivateBus

NAME: Final = "org.freedesktop.login1"


class FakeLogind:
    """logind, as far as Inhibit goes.

    ``refuses``: the words that may not be in what is asked for.
    """

    def __init__(self, bus: PrivateBus, *, refuses: tuple[str, ...] = ()) -> None:
        self.bus = bus
        self.refuses = refuses
        self.asked: list[list[str]] = []
        self._locks: list[int] = []
        self._connection: MessageBus | None = None

    async def __aenter__(self) -> Self:
        self._connection = await MessageBus(
            bus_address=self.bus.address, negotiate_unix_fd=True
        ).connect()
        self._connection.add_message_handler(self._hear)
        await self._connection.request_name(NAME)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.disconnect()
        for lock in self._locks:
            os.close(lock)

    @property
    def held(self) -> int:
        """How many of the locks are still held: nobody has closed the other end of the pipe."""
        return sum(not select.select([lock], [], [], 0)[0] for lock in self._locks)

    def _hear(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "Inhibit":
            return None
        self.asked.append(message.body)
        if any(word in message.body[0].split(":") for word in self.refuses):
            return Message.new_error(
                message, "org.freedesktop.DBus.Error.AccessDenied", "Permission denied"
            )
        assert self._connection is not None
        ours, theirs = os.pipe()
        self._locks.append(ours)
        reply = Message.new_method_return(message, "h", [0], [theirs])
        self._connection.send(reply).add_done_callback(lambda _: os.close(theirs))
        return True
