"""The machine itself."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.bluez.appliance import ApplianceError, qemu_command
from tests.bluez.conftest import Bed, until

PARENT = (
    "import subprocess, sys; child = subprocess.Popen(sys.argv[1:]); print(child.pid, "
    "flush=True); child.wait()"
)


async def test_the_machine_ends_with_whoever_started_it(machine: Path, tmp_path: Path) -> None:
    """GIVEN a process that has started QEMU WHEN it is killed -9 THEN QEMU ends too, by itself."""
    command = [sys.executable, "-c", PARENT, *qemu_command(machine, tmp_path)]
    parent = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    qemu = Path("/proc") / (await parent.stdout.readline()).decode().strip()
    await until((tmp_path / "qmp").exists)
    assert qemu.exists()
    parent.kill()
    await parent.wait()
    await until(lambda: not qemu.exists() or "\nState:\tZ" in (qemu / "status").read_text())


async def test_the_shell_tells_output_and_failure(bed: Bed) -> None:
    """A command's output comes back whole, line ends and all; one that fails raises."""
    assert "one\n\ntwo" == await bed.machine.shell("printf 'one\\n\\ntwo'")
    with pytest.raises(ApplianceError, match="ended with 3: oh"):
        await bed.machine.shell("echo oh; exit 3")
