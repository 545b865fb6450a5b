"""A virtual sensor on an adapter of this machine."""

import contextlib
from collections.abc import AsyncIterator

from bumble.transport import open_transport

from kickcue.core.errors import KickcueError
from kickcue.edges.virtual_sensor.description import Description
from kickcue.edges.virtual_sensor.sensor import VirtualSensor, virtual_sensor


class AdapterError(KickcueError):
    """An adapter cannot be used."""


@contextlib.asynccontextmanager
async def sensor_on(transport: str, description: Description) -> AsyncIterator[VirtualSensor]:
    """Open an adapter by bumble's name for it and put a sensor on it.

    Such names are ``usb:0``, ``hci-socket:0`` and ``serial:/dev/ttyUSB0``.

    AdapterError where it cannot be opened or does not answer. The adapter is the sensor's alone as
    long as this lasts.
    """
    try:
        opened = await open_transport(transport)
    except Exception as error:
        # bumble's transports raise what their libraries raise, plain Exception among it.
        raise AdapterError(
            f"--ble {transport}: cannot open ({error or type(error).__name__}); usb:0 is the "
            "first USB adapter"
        ) from error
    async with opened, contextlib.AsyncExitStack() as stack:
        try:
            sensor = await stack.enter_async_context(
                virtual_sensor(description, opened.source, opened.sink)
            )
        except Exception as error:  # as above
            raise AdapterError(
                f"--ble {transport}: the adapter rejected a command "
                f"({error or type(error).__name__})"
            ) from error
        yield sensor
