"""The real BlueZ for tests: the machine is started once a session, the sensors come new for each
test.

These tests run where ``KICKCUE_BLUEZ=1`` asks for them (``make test-bluez``, ``.ci/run``) and are
skipped elsewhere: they take minutes and a whole processor, and the machine has to be downloaded
once.
"""

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink
from dbus_fast.aio.message_bus import MessageBus

from kickcue.edges.virtual_sensor.description import Description, pod, strap
from kickcue.edges.virtual_sensor.sensor import VirtualSensor, virtual_sensor
from tests.bluez.appliance import QEMU, Appliance, appliance
from tests.bluez.controller import Air, VirtualController
from tests.bluez.machine.build import BuildError, build
from tests.conftest import absent, find_program

ADAPTER_ADDRESS: Final = "AD:A9:7E:00:00:01/P"
PATIENCE_S: Final = 120.0
ADDRESSES: Final = (f"C0:DE:00:00:{number >> 8:02X}:{number & 0xFF:02X}" for number in count(1))
"""A new device for each test: BlueZ remembers those it has seen, with what they offered and as
still connected if a test broke off."""
FIGURES: Final = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test of this folder the session's one event loop, in which the machine's sockets
    live, and the marker.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.bluez)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


async def until(condition: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  what is waited for happens in another machine
            await asyncio.sleep(0.01)


def machine_folder() -> Path:
    """Return the built machine; skip where it was not asked for,
    or where what it needs is absent.
    """
    if os.environ.get("KICKCUE_BLUEZ", "") in ("", "0"):
        pytest.skip("the real BlueZ was not asked for (make test-bluez, or KICKCUE_BLUEZ=1)")
    if find_program(QEMU) is None:
        absent("QEMU", "apt-get install qemu-system-x86")
    try:
        return build()
    except BuildError as error:
        absent("the machine with the real BlueZ", str(error))


@pytest.fixture(scope="session")
def machine() -> Path:
    """Return the folder with the built machine."""
    return machine_folder()


@pytest.fixture(scope="session")
def environment() -> Iterator[pytest.MonkeyPatch]:
    """Give a monkeypatch for the whole session."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Return the list of what was measured; it is printed at the end of the session."""
    return request.config.stash.setdefault(FIGURES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    for line in terminalreporter.config.stash.get(FIGURES, []):
        terminalreporter.write_line(f"Real BlueZ: {line}.")


class Bed:
    """The machine, and the air around its adapter."""

    def __init__(self, running: Appliance, air: Air, adapter: VirtualController) -> None:
        self.machine = running
        self.air = air
        self.adapter = adapter

    async def unplug(self) -> None:
        """Pull the adapter out: the kernel loses it, and the air too."""
        await self.machine.unplug()
        self.adapter.go_silent()

    @contextlib.asynccontextmanager
    async def sensor(self, description: Description) -> AsyncIterator[VirtualSensor]:
        """Put a sensor on the air."""
        controller = VirtualController(description.name, link=self.air)
        try:
            async with virtual_sensor(description, controller, AsyncPipeSink(controller)) as sensor:
                yield sensor
        finally:
            controller.go_silent()
            self.air.remove_controller(controller)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bed(
    machine: Path, environment: pytest.MonkeyPatch, figures: list[str]
) -> AsyncIterator[Bed]:
    """Start the machine and plug a virtual adapter in; D-Bus clients of this process talk to the
    machine's bus from here on.
    """
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with appliance(machine) as running, await open_transport(running.hci) as hci:
        air = Air()  # type: ignore[no-untyped-call]  # bumble leaves its types out here
        adapter = VirtualController("adapter", hci.source, hci.sink, air, ADAPTER_ADDRESS)
        await running.plug_in()
        figures.append(f"the machine was up after {loop.time() - began_s:.1f} s")
        for name, value in running.environment.items():
            environment.setenv(name, value)
        yield Bed(running, air, adapter)
        await hang_up()


async def hang_up() -> None:
    """Close what D-Bus connections bleak has kept open, before the machine goes: it keeps one for
    the life of the process.
    """
    for bus in [
        each for each in gc.get_objects() if isinstance(each, MessageBus) and each.connected
    ]:
        bus.disconnect()
        # dbus-fast leaves its types out here.
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


@pytest_asyncio.fixture(loop_scope="session")
async def virtual_strap(bed: Bed) -> AsyncIterator[VirtualSensor]:
    async with bed.sensor(strap(address=next(ADDRESSES))) as sensor:
        yield sensor


@pytest_asyncio.fixture(loop_scope="session")
async def virtual_pod(bed: Bed) -> AsyncIterator[VirtualSensor]:
    async with bed.sensor(pod(address=next(ADDRESSES))) as sensor:
        yield sensor
