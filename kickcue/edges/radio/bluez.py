"""What only Linux has: BlueZ behind D-Bus, which bleak does not watch closely enough.

It can die, return and be switched off. Everything that knows BlueZ stands here; on other systems
nothing of it is called. Measured with bleak 3.1 and BlueZ 5.66: when bluetoothd is killed (-9), no
callback comes and ``is_connected`` stays True for ever, also after its return; a scan that runs
while the adapter is switched off and on again finds nothing more; objects that are removed while
they are connected are not noticed.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any, Final

from bleak.backends.device import BLEDevice

from kickcue.edges.radio.diagnosis import FAILURES, explain

LOG: Final = logging.getLogger(__name__)
AGAIN_S: Final = 0.3
CONNECT_S: Final = 5.0
VERSION_S: Final = 5.0
BLUEZ: Final = "org.bluez"
_ADAPTER: Final = "org.bluez.Adapter1"
_DBUS: Final = "org.freedesktop.DBus"
LINKS_LOST: Final = frozenset({"bluez_stopped", "adapter_removed"})
_RULES: Final = (
    f"type='signal',sender='{_DBUS}',interface='{_DBUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",
    (
        f"type='signal',interface='{_DBUS}.Properties',member='PropertiesChanged',"
        f"path_namespace='/org/bluez',arg0='{_ADAPTER}'"
    ),
    (
        f"type='signal',interface='{_DBUS}.ObjectManager',member='InterfacesAdded',"
        "arg0path='/org/bluez/'"
    ),
    (
        f"type='signal',interface='{_DBUS}.ObjectManager',member='InterfacesRemoved',"
        "arg0path='/org/bluez/'"
    ),
)


def address_is_random(device: BLEDevice) -> bool | None:
    """Return whether a device's address is a random one, None where that is not known."""
    details: Any = device.details
    props = details.get("props", {}) if isinstance(details, dict) else {}
    kind = props.get("AddressType")
    return None if kind is None else kind == "random"


if sys.platform == "linux":
    from bleak.backends.bluezdbus import manager as bleak_manager
    from bleak.backends.bluezdbus.utils import get_dbus_authenticator
    from bleak.backends.bluezdbus.version import BlueZFeatures
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio import MessageBus

    async def ask_version() -> None:
        """Let bleak ask for the version of BlueZ now, where nobody cancels it.

        bleak asks at its first connect, outside its own timeout, and if that is cancelled then, all
        later ones wait for ever.
        """
        if not BlueZFeatures.checked_bluez_version:
            await asyncio.wait(
                {asyncio.ensure_future(BlueZFeatures.check_bluez_version())}, timeout=VERSION_S
            )

    def forget() -> None:
        """Make bleak drop all it believes about BlueZ.

        Every link is reported as lost, every object is asked for anew when next used. bleak does
        just that when its own connection to D-Bus ends, so that is what is ended. There is no
        public way.
        """
        manager = bleak_manager._global_instances.get(asyncio.get_running_loop())  # noqa: SLF001
        if manager is not None and manager._bus is not None:  # noqa: SLF001  see above
            manager._bus.disconnect()  # noqa: SLF001  see above

    def _is_news(record: logging.LogRecord) -> bool:
        """Tell whether bleak's complaint that D-Bus was lost has another cause than ``forget``.

        Then it holds an error, not None.
        """
        return record.args != (None,)

    logging.getLogger(bleak_manager.__name__).addFilter(_is_news)

    async def watch(changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever BlueZ or an adapter comes, goes or is switched, for ever.

        This takes a D-Bus connection of its own. Where links can have been lost without a word,
        bleak is made to ``forget`` first.
        """
        for again in chain((False,), repeat(True)):
            try:
                await _listen(changed, again=again)
            except FAILURES as error:
                LOG.debug("bluez_watch_lost why=%r", explain(error))
            except Exception:
                LOG.exception("bluez_watch_failed")
            await asyncio.sleep(AGAIN_S)

    async def _listen(changed: Callable[[], None], *, again: bool) -> None:
        """Watch until the connection to D-Bus ends.

        ``again``: nobody watched for a while, so anything may have happened.
        """

        def take(message: Message) -> None:
            if message.message_type is not MessageType.SIGNAL:
                return
            happened = _happened(message)
            if happened is not None:
                LOG.info("%s", happened)
                if happened in LINKS_LOST:
                    forget()
                changed()

        bus = MessageBus(bus_type=BusType.SYSTEM, auth=get_dbus_authenticator())
        try:
            async with asyncio.timeout(CONNECT_S):
                await bus.connect()
            bus.add_message_handler(take)
            for rule in _RULES:
                await _ask(bus, "AddMatch", rule)
            if again:
                if not await _ask(bus, "NameHasOwner", BLUEZ):
                    forget()
                changed()
            # dbus-fast forgot its type.
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        finally:
            bus.disconnect()  # dbus-fast holds the socket otherwise, even where connect() failed

    async def _ask(bus: MessageBus, method: str, word: str) -> Any:
        """Call a method of the bus itself; return what it answers, None for nothing."""
        reply = await bus.call(
            Message(_DBUS, "/org/freedesktop/DBus", _DBUS, method, signature="s", body=[word])
        )
        return reply.body[0] if reply.body else None

    def _happened(message: Message) -> str | None:
        """Return the name of the event that a signal means, None for none that matters."""
        body = message.body
        match message.member:
            case "NameOwnerChanged" if body[0] == BLUEZ:
                return "bluez_stopped" if body[1] else "bluez_started"
            case "PropertiesChanged" if "Powered" in body[1]:
                return "bluetooth_on" if body[1]["Powered"].value else "bluetooth_off"
            case "InterfacesAdded" if _ADAPTER in body[1]:
                return "adapter_added"
            case "InterfacesRemoved" if _ADAPTER in body[1]:
                return "adapter_removed"
        return None

else:

    async def ask_version() -> None:
        """Nothing to ask."""

    def forget() -> None:
        """Nothing to forget."""

    async def watch(changed: Callable[[], None]) -> None:
        """Nothing to watch: the system notifies bleak."""
