"""Keeps the machine from sleeping, where logind (systemd) can.

A sleeping machine receives no sensor and gives no cue.

https://www.freedesktop.org/wiki/Software/systemd/inhibit: a lock is a file descriptor, and is let
go by closing it, also by a process that dies. The lid of a laptop needs more rights than sleep
does; where it is refused, sleep alone is asked for.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from kickcue.supervision.tasks import cancel

ANSWER_S: Final = 5.0
LOCKS: Final = ("sleep:idle:handle-lid-switch", "sleep:idle", "sleep")
"""What is asked for, in this order, until something is granted."""
LOGIND: Final = "org.freedesktop.login1"
_NOBODY: Final = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
)
LOG: Final = logging.getLogger(__name__)


class SleepInhibitionError(Exception):
    """The machine cannot be kept awake; the text is the reason.

    ``absent``: there is nobody here whom one could ask.
    """

    def __init__(self, text: str, *, absent: bool) -> None:
        super().__init__(text)
        self.absent = absent


class SleepInhibitor:
    """Keeps the machine awake while that is ``want``ed. Nothing waits for it and nothing is raised.

    ``report`` gets one line if that was refused. That there is no logind is a line in the log:
    machines without it do not sleep by themselves.
    """

    def __init__(self, why: str, report: Callable[[str], None]) -> None:
        self._why = why
        self._report = report
        self._reported = False
        self._holding: asyncio.Task[None] | None = None

    def want(self, wanted: bool) -> None:
        """Begin or end to keep the machine awake; nothing happens where that is so already."""
        if wanted and self._holding is None:
            self._holding = asyncio.get_running_loop().create_task(
                self._hold(), name="sleep inhibitor"
            )
        elif not wanted and self._holding is not None:
            self._holding.cancel()
            self._holding = None

    async def close(self) -> None:
        """Let the machine sleep again."""
        holding, self._holding = self._holding, None
        if holding is not None:
            await cancel([holding])

    async def _hold(self) -> None:
        try:
            async with sleep_inhibited(self._why):
                await asyncio.get_running_loop().create_future()  # until cancelled
        except SleepInhibitionError as error:
            if not self._reported:
                self._reported = True
                text = f"this machine may go to sleep during the race: {error}"
                LOG.info(
                    "sleep_not_inhibited why=%r", str(error)
                ) if error.absent else self._report(text)


@asynccontextmanager
async def sleep_inhibited(why: str) -> AsyncIterator[str]:
    """Keep the machine awake while inside; gives what was granted.

    SleepInhibitionError where nothing is.
    """
    lock, descriptor = await _ask(why)
    try:
        yield lock
    finally:
        os.close(descriptor)


if sys.platform == "linux":
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import DBusFastError

    async def _ask(why: str) -> tuple[str, int]:
        """Return the lock that was granted and its descriptor."""
        bus, granted = None, _Descriptors()
        try:
            async with asyncio.timeout(ANSWER_S):
                bus = MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True)
                bus.add_message_handler(granted.receive)
                await bus.connect()
                refused = ""
                for lock in LOCKS:
                    reply = await bus.call(_inhibit(lock, why))
                    if reply.message_type is MessageType.METHOD_RETURN and reply.unix_fds:
                        return lock, granted.take()
                    refused = str(reply.body[0]) if reply.body else str(reply.error_name)
        except TimeoutError:
            raise SleepInhibitionError("logind does not answer", absent=False) from None
        except (DBusFastError, OSError, EOFError) as error:
            raise SleepInhibitionError(
                f"no D-Bus ({str(error) or type(error).__name__})", absent=True
            ) from None
        finally:
            if bus is not None:
                with suppress(OSError):
                    bus.disconnect()
            granted.close()
        if reply.error_name in _NOBODY:
            raise SleepInhibitionError(f"no logind ({refused})", absent=True)
        raise SleepInhibitionError(f"logind refused ({refused})", absent=False)

    class _Descriptors:
        """The descriptors that came with messages: each is closed unless it is taken.

        A bus that was disconnected still hands out what had arrived before.
        """

        def __init__(self) -> None:
            self._open: list[int] = []
            self._closed = False

        def receive(self, message: Message) -> None:
            self._open.extend(message.unix_fds)
            if self._closed:
                self.close()

        def take(self) -> int:
            """Return the last one, which is the caller's to close."""
            return self._open.pop()

        def close(self) -> None:
            """Close those that came, and those that come from now on."""
            self._closed = True
            while self._open:
                os.close(self._open.pop())

    def _inhibit(lock: str, why: str) -> Message:
        body = [lock, "kickcue", why, "block"]
        return Message(
            LOGIND,
            "/org/freedesktop/login1",
            f"{LOGIND}.Manager",
            "Inhibit",
            signature="ssss",
            body=body,
        )

else:

    async def _ask(_why: str) -> tuple[str, int]:
        """Say that nothing can be asked for here."""
        raise SleepInhibitionError(
            "only supported on Linux; on macOS start kickcue with caffeinate -i",
            absent=True,
        )
