"""The page's name in the local network, by multicast DNS: ``kickcue-anna.local``.

It comes with the optional library ``zeroconf``. Where that is missing, or the network does not let
it through, the page is found by its address as ever.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from kickcue.supervision.tasks import running

LOG: Final = logging.getLogger(__name__)

SERVICE: Final = "_http._tcp.local."
ROOT: Final = "kickcue"
NAME_LETTERS: Final = 40
"""A label of DNS has at most 63."""
GOODBYE_S: Final = 1.0


def local_name(athlete: str) -> str | None:
    """Return the name of an athlete's page; None where no name can be announced."""
    if find_spec("zeroconf") is None:
        return None
    label = re.sub(r"[^a-z0-9]+", "-", athlete.lower())[:NAME_LETTERS].strip("-")
    return f"{ROOT}-{label}.local" if label else f"{ROOT}.local"


@asynccontextmanager
async def announcing(
    name: str, port: int, addresses: Sequence[str], known: Callable[[str], None]
) -> AsyncIterator[None]:
    """Announce a page in the network meanwhile, beside all else.

    ``known`` gets the name once it is good: that takes a second. It is never called where another
    machine has the name, or nothing can be announced.
    """
    work = _announce(name, port, addresses, known)
    async with running(work, name="mdns", cancel_once=True):
        yield


async def _announce(
    name: str, port: int, addresses: Sequence[str], known: Callable[[str], None]
) -> None:
    # A tenth of a second, which the event loop has better use for.
    library: Any = await asyncio.to_thread(import_module, "zeroconf.asyncio")
    errors: tuple[type[Exception], ...] = (
        OSError,  # TimeoutError among them
        import_module("zeroconf").Error,
    )
    try:
        responder = library.AsyncZeroconf()
    except errors as error:
        LOG.info("no_mdns name=%s why=%r", name, str(error))
        return
    service = library.AsyncServiceInfo(
        SERVICE,
        f"{name.removesuffix('.local')}.{SERVICE}",
        port=port,
        parsed_addresses=list(addresses),
        server=f"{name}.",
        properties={"path": "/"},
    )
    try:
        await responder.async_register_service(service)
        known(name)
        await asyncio.Event().wait()
    except errors as error:  # another machine's page has the name, or the network is gone
        LOG.info("no_mdns name=%s why=%r", name, str(error) or type(error).__name__)
    finally:
        try:
            async with asyncio.timeout(GOODBYE_S):
                await responder.async_unregister_all_services()
        except errors as error:
            LOG.info("mdns_goodbye name=%s why=%r", name, str(error))
        finally:  # however much of the goodbye was said: its sockets must not leak
            await responder.async_close()
