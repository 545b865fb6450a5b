"""Keep the known noise of the MQTT libraries out of a runner's terminal, and nothing else."""

import asyncio
import logging
from typing import Any, Final
from weakref import WeakSet

from aiomqtt import MqttError

LOG: Final = logging.getLogger(__name__)
_QUIET: Final = WeakSet[asyncio.AbstractEventLoop]()


def quieten(loop: asyncio.AbstractEventLoop) -> None:
    """Log at DEBUG what aiomqtt leaves in the loop when a socket vanishes under it.

    Everything else goes where it went before. Seen with aiomqtt 2.5.1 when a connection is cut:
    ``add_writer``/``add_reader`` of a socket that is closed already, and a disconnection future
    that nobody awaits. Both are ends of a connection that has been given up. Once per loop, for
    connections may overlap.
    """
    if loop in _QUIET:
        return
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if is_noise(context):
            LOG.debug("MQTT library while disconnecting: %s", context.get("message"))
        elif before is not None:
            before(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
    _QUIET.add(loop)


def is_noise(context: dict[str, Any]) -> bool:
    """Tell whether what the loop reports is one of the two kinds above."""
    error = context.get("exception")
    if isinstance(error, MqttError):
        return True
    handle = repr(context.get("handle", ""))
    return isinstance(error, (OSError, ValueError)) and (
        "add_writer" in handle or "add_reader" in handle
    )
