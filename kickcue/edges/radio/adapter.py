"""The machine's Bluetooth in this process: a scanner and a watch over BlueZ that all share."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from kickcue.edges.radio import bluez
from kickcue.edges.radio.scanner import Scanner
from kickcue.supervision.tasks import BackgroundTasks, cancel

LOG: Final = logging.getLogger(__name__)
GOODBYE_S: Final = 0.7


class Adapter:
    """Bluetooth on one adapter (None: the system's first one)."""

    def __init__(self, adapter: str | None) -> None:
        self.users = 0
        self.aside = BackgroundTasks(_note)
        self.scanner = Scanner(adapter, self.aside)
        self._changed = asyncio.Event()
        self._tasks = {
            asyncio.create_task(self._scan()),
            asyncio.create_task(bluez.watch(self._change)),
        }

    async def end(self) -> None:
        """Stop, within two seconds."""
        await cancel(self._tasks, GOODBYE_S)
        await self.aside.settle(GOODBYE_S)

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until Bluetooth comes, goes or is switched on or off."""
        event = self._changed
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    async def _scan(self) -> None:
        await asyncio.wait({self.aside.start(bluez.ask_version())})
        await self.scanner.run()

    def _change(self) -> None:
        self.scanner.restart()
        self._changed.set()
        self._changed = asyncio.Event()


def _note(error: BaseException) -> None:
    LOG.debug("ended with an error: %r", error)


_HOSTS: Final[dict[tuple[asyncio.AbstractEventLoop, str | None], Adapter]] = {}


@asynccontextmanager
async def shared_host(adapter: str | None) -> AsyncIterator[Adapter]:
    """Give the host of this adapter; who comes first starts it, who leaves last ends it."""
    key = (asyncio.get_running_loop(), adapter)
    host = _HOSTS.get(key) or _HOSTS.setdefault(key, Adapter(adapter))
    host.users += 1
    try:
        yield host
    finally:
        host.users -= 1
        if not host.users:
            del _HOSTS[key]
            await host.end()
            if not _HOSTS:
                bluez.forget()  # with nobody to watch BlueZ, what bleak knows of it grows old
