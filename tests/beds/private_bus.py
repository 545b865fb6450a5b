"""A D-Bus of our own: a ``dbus-daemon`` that calls itself the system bus, serves whoever knows its
address, and can be killed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = "DBUS_SYSTEM_BUS_ADDRESS"
"""The variable by which bleak, like every D-Bus program, finds a system bus that is not the
machine's."""
INSTALL: Final = "apt-get install dbus-daemon"
_PR_SET_PDEATHSIG: Final = 1
_CONFIG: Final = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
"""


def die_with_parent() -> None:
    """Ask Linux to kill this process when the one that started it ends; for ``preexec_fn``. Nothing
    happens elsewhere.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class PrivateBus:
    """A running (or killed) bus; its address stays the same for life."""

    program: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What goes into ``DBUS_SYSTEM_BUS_ADDRESS``."""
        return f"unix:path={self.folder / 'bus'}"

    def start(self) -> None:
        """Start the daemon, and return once it listens;
        after ``kill`` at the same address again.
        """
        config = self.folder / "bus.conf"
        config.write_text(_CONFIG.format(socket=self.folder / "bus"), encoding="utf-8")
        ready, tell = os.pipe()
        command = [
            str(self.program),
            f"--config-file={config}",
            "--nofork",
            "--nopidfile",
            "--nosyslog",
            f"--print-address={tell}",
        ]
        # It says "Failed to set fd limit" where it is not root, and goes on.
        log = (self.folder / "bus.log").open("ab")
        with log, os.fdopen(ready) as listening:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                pass_fds=[tell],
                preexec_fn=die_with_parent,  # noqa: PLW1509  one prctl
            )
            os.close(tell)
            if not listening.readline():
                raise RuntimeError(
                    f"dbus-daemon did not start: {(self.folder / 'bus.log').read_text()}"
                )

    def kill(self) -> None:
        """SIGKILL: everybody's connection ends without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def running_bus(program: Path) -> Iterator[PrivateBus]:
    """Run a bus in a temporary folder; a unix address holds 107 characters, which pytest's own
    folders may exceed.
    """
    with tempfile.TemporaryDirectory(prefix="kickcue-bus-") as folder:
        bus = PrivateBus(program, Path(folder))
        bus.start()
        try:
            yield bus
        finally:
            bus.kill()


@asynccontextmanager
async def private_bus() -> AsyncIterator[PrivateBus]:
    """Run a bus; the test is skipped (or fails where real parts are demanded) without
    ``dbus-daemon``.
    """
    # The benchmark uses this file without pytest.
    from tests.conftest import absent, find_program  # noqa: PLC0415

    program = find_program("dbus-daemon")
    with running_bus(program if program is not None else absent("dbus-daemon", INSTALL)) as bus:
        yield bus
