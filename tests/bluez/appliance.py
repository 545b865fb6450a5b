"""A small QEMU machine with the real Bluetooth of a Debian. Its D-Bus and its adapter's wires come
out to the host.

Inside run the kernel, ``dbus-daemon`` and ``bluetoothd`` and nothing else; bleak, the sensors and
the tests run outside, natively. See ``docs/bluez-bed.md``.
"""

import asyncio
import base64
import contextlib
import json
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

QEMU: Final = "qemu-system-x86_64"
BOOT_S: Final = 300.0  # five seconds on a machine that does nothing else
SHELL_S: Final = 180.0
BUS_PORT: Final = 1234  # inside; the port outside is whichever is free
ALIVE: Final = (
    'for process in /proc/[0-9]*/comm; do read -r name <"$process" && [ "$name" = bluetoothd '
    "] && echo yes; done 2>/dev/null"
)


class ApplianceError(Exception):
    """The machine did not do what it was told."""


@dataclass
class Appliance:
    """The running machine. ``hci`` is the bumble transport at which a controller has to be before
    ``plug_in``.
    """

    hci: str
    environment: Mapping[str, str]
    """What a D-Bus client on the host needs to talk to the machine's bus, bleak among them."""
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pid: int
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def shell(self, command: str) -> str:
        """Run a command as root inside; return what it printed. ApplianceError where it fails. A
        daemon needs ``>/dev/null 2>&1 &``.
        """
        async with self._one_at_a_time, asyncio.timeout(SHELL_S):
            self.writer.write(base64.b64encode(command.encode()) + b"\n")
            answer = await self.reader.readline()
        printed, _, status = base64.b64decode(answer).decode(errors="replace").rpartition("status ")
        if status.strip() != "0":
            raise ApplianceError(
                f"{command!r} ended with {status.strip() or 'the machine'}: {printed}"
            )
        return printed

    async def plug_in(self) -> None:
        """Make the controller at ``hci`` the adapter hci0,
        and wait until BlueZ has switched it on.
        """
        await self.shell("btattach -B /dev/hvc0 -P h4 >/run/btattach.log 2>&1 &")
        await self._until("bluetoothctl show", "Powered: yes")

    async def unplug(self) -> None:
        """Pull the adapter out."""
        await self.shell("killall btattach")
        await self._until("bluetoothctl list", "")

    async def power(self, *, on: bool) -> None:
        """Switch the adapter, as ``bluetoothctl power`` does."""
        word = "on" if on else "off"
        await self.shell(f"bluetoothctl power {word}")
        await self._until("bluetoothctl show", f"Powered: {'yes' if on else 'no'}")

    async def kill_bluetoothd(self, signal: str = "KILL") -> None:
        """End ``bluetoothd`` by a signal, and wait until it is gone."""
        await self.shell(f"killall -{signal} bluetoothd")
        await self._until(ALIVE, "")

    async def start_bluetoothd(self) -> None:
        """Start ``bluetoothd`` as systemd would after a crash, and wait until the adapter is on
        again.
        """
        await self.shell("bluetoothd --nodetach >>/run/bluetoothd.log 2>&1 &")
        await self._until("bluetoothctl show", "Powered: yes")

    async def _until(self, command: str, wanted: str) -> None:
        """Repeat a command until its output has the wanted words; for no words, until it prints
        none.
        """
        async with asyncio.timeout(SHELL_S):
            while True:
                printed = await self.shell(f"({command}) || true")
                if wanted in printed if wanted else not printed.strip():
                    return


@contextlib.asynccontextmanager
async def appliance(machine: Path) -> AsyncIterator[Appliance]:
    """Start the machine that ``machine/build.py`` has put into the folder ``machine``; end it at
    the end, or with this process.
    """
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kickcue-")))
        process = await asyncio.create_subprocess_exec(
            *qemu_command(machine, folder), stdin=asyncio.subprocess.DEVNULL
        )
        stack.push_async_callback(_end, process)
        async with asyncio.timeout(BOOT_S):
            reader, writer = await _open(folder / "shell", process)
            stack.push_async_callback(_close, writer)
            port = await _bus_port(folder, process)
            if await reader.readline() != b"ready\n":
                raise ApplianceError(
                    "the machine did not start: "
                    f"{(folder / 'boot.log').read_text(errors='replace')[-2000:]}"
                )
        environment = {
            "DBUS_SYSTEM_BUS_ADDRESS": f"tcp:host=127.0.0.1,port={port}",
            "BLEAK_DBUS_AUTH_UID": "0",
        }
        yield Appliance(f"unix:{folder / 'hci'}", environment, reader, writer, process.pid)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def qemu_command(machine: Path, folder: Path) -> list[str]:
    """Return the command line. ``setpriv`` lets the kernel end QEMU when the tests end, however
    they end.
    """
    return [
        *(
            "setpriv",
            "--pdeathsig",
            "KILL",
            QEMU,
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
        ),
        # No KVM: /dev/kvm may be there and be unable to run this kernel.
        *("-accel", "tcg", "-cpu", "max", "-m", "256"),
        *("-kernel", str(machine / "kernel"), "-initrd", str(machine / "initrd")),
        *(
            "-append",
            "console=ttyS0 quiet panic=-1 cryptomgr.notests",
            "-serial",
            f"file:{folder / 'boot.log'}",
        ),
        *("-device", "virtio-serial"),
        *(
            "-chardev",
            f"socket,id=hci,path={folder / 'hci'},server=on,wait=off",
            "-device",
            "virtconsole,chardev=hci",
        ),
        *(
            "-chardev",
            f"socket,id=shell,path={folder / 'shell'},server=on,wait=off",
            "-device",
            "virtconsole,chardev=shell",
        ),
        # port 0: the system chooses a free one, so that several machines can run beside one another
        *(
            "-netdev",
            f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:{BUS_PORT}",
            "-device",
            "virtio-net-pci,netdev=net,romfile=",
        ),
        *("-qmp", f"unix:{folder / 'qmp'},server=on,wait=off"),
    ]


async def _open(
    path: Path, process: asyncio.subprocess.Process
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a socket of QEMU's as soon as it is there."""
    while True:
        if process.returncode is not None:
            raise ApplianceError(f"QEMU ended with status {process.returncode}")
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            return await asyncio.open_unix_connection(path, limit=1 << 22)
        await asyncio.sleep(0.01)


async def _bus_port(folder: Path, process: asyncio.subprocess.Process) -> int:
    """Return the port on the host at which the machine's bus is, by asking QEMU."""
    reader, writer = await _open(folder / "qmp", process)
    told: dict[str, Any] = {}
    for request in (
        {"execute": "qmp_capabilities"},
        {"execute": "human-monitor-command", "arguments": {"command-line": "info usernet"}},
    ):
        writer.write(json.dumps(request).encode() + b"\n")
        told = {}
        while "return" not in told:
            told = json.loads(await reader.readline())
    await _close(writer)
    found = re.search(r"HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)", told["return"])
    if found is None:
        raise ApplianceError(f"QEMU does not tell the port: {told['return']}")
    return int(found[1])
