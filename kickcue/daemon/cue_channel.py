"""The way to the wrist: a broker named in the settings, a private one, or none."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from kickcue.config.settings import Settings
from kickcue.core.errors import KickcueError
from kickcue.daemon.logging_setup import event as log_event
from kickcue.edges.mqtt.address import Address, parse_address
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.mqtt.topics import Topics

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CueChannel:
    """How cues get to the watch; ``delivery`` is None where there is no broker at all.

    ``text`` is its address for people, without a password.
    """

    delivery: Delivery | None
    text: str
    watch: Address | None = None
    """Where a watch on this machine connects to a private broker."""

    @property
    def trouble(self) -> str | None:
        """Why nothing, or not everything, gets through at the moment; None while it does."""
        if self.delivery is None:
            return self.text
        if self.delivery.second is not None:
            return self.delivery.second
        session = self.delivery.session
        return session.trouble or (None if session.connected else "connecting")

    def somebody_is_there(self, now_ns: int) -> bool:
        """Return whether somebody would feel a cue now, as far as watches report."""
        return self.delivery is not None and self.delivery.watches.is_there(now_ns)

    def who_is_there(self, now_ns: int) -> str:
        """Return who would feel a cue, when it last sent a message, and what keeps cues from it."""
        if self.trouble is not None or self.delivery is None:
            return f"no cues to the wrist: {self.trouble}"
        return self.delivery.watches.text(now_ns)

    @property
    def starts(self) -> bool:
        """Whether the first connection is still being made."""
        session = None if self.delivery is None else self.delivery.session
        return session is not None and not session.connected and session.trouble is None


def named_broker(settings: Settings) -> Address | None:
    """Return the broker that the settings name, with its password.

    UsageError names what is wrong with it.
    """
    broker = settings.broker
    if broker.url is None:
        return None
    address = parse_address(broker.url, ca_file=broker.ca)
    password = settings.broker_password()
    return address if password is None else replace(address, password=password.get_secret_value())


@asynccontextmanager
async def way_to_the_wrist(
    settings: Settings, run_id: str, now_ns: Callable[[], int], *, alongside: bool = False
) -> AsyncIterator[CueChannel]:
    """Open it: a broker out of reach is tried for ever, a private one that fails is done without.

    Where another run sends on the same topics, this one does not, unless ``alongside``.
    """
    address = named_broker(settings)
    topics = Topics.of(None if address is None else address.prefix, settings.broker.athlete)
    async with AsyncExitStack() as stack:
        watch = None
        if address is None:
            try:
                private = await stack.enter_async_context(private_broker(topics))
            except KickcueError as error:
                text = f"no cues to a watch: {error}"
                log_event(LOG, logging.WARNING, "no_wrist", text=text)
                yield CueChannel(None, text)
                return
            address, watch = private.address, private.watch
        sending = deliver(
            address, topics, run_id=run_id, now_ns=now_ns, patient=True, alongside=alongside
        )
        delivery = await stack.enter_async_context(sending)
        yield CueChannel(delivery, f"{address}, topics {topics.prefix}/#", watch)
