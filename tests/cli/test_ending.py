"""Being told to end: whenever it comes, the process ends in good order, with the exit status that
its command means by it.
"""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of a Unix")

STARTS: Final = """
import sys
from kickcue import ending
ending.end_in_good_order()
sys.argv = ["kickcue", {command!r}]
print("here", flush=True)
while True:
    pass
"""


def process(*arguments: str, state: Path) -> "subprocess.Popen[str]":
    """Start the command as a process of its own."""
    environ = {
        **os.environ,
        "XDG_STATE_HOME": str(state),
        "XDG_RUNTIME_DIR": str(state),
        "HOME": str(state),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "kickcue", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
        cwd=state,
    )


def handler_is_there(pid: int) -> bool:
    """Tell whether SIGTERM would not just kill."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def told(running: "subprocess.Popen[str]", after_s: float) -> tuple[int, str]:
    """Tell the process to end so long after it can be told; return its exit status and what it
    said.
    """
    until_s = time.monotonic() + PATIENCE_S
    while not handler_is_there(running.pid):
        assert time.monotonic() < until_s
        time.sleep(0.005)
    time.sleep(after_s)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=PATIENCE_S)
    return running.returncode, said


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of handlers")
@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.2, 0.5, 0.9, 1.4, 2.0])
def test_a_run_ends_in_good_order_whenever_it_is_told(tmp_path: Path, after_s: float) -> None:
    """GIVEN a service that is just starting WHEN told to end THEN status 0, and no traceback; not a
    death by signal.
    """
    race = tmp_path / "race.toml"
    race.write_text('race = "800m"\n[sensors.pod]\nprofile = "generic-rsc"\nmqtt = "gym-pod"\n')
    status, said = told(process("run", "--headless", str(race), state=tmp_path), after_s)
    assert (0, False) == (status, "Traceback" in said)


@pytest.mark.parametrize(("command", "status"), [("run", 0), ("record", 0), ("replay", 143)])
def test_before_a_command_has_begun_there_is_nothing_to_close(command: str, status: int) -> None:
    """GIVEN a process that still imports WHEN told to end THEN it is gone at once: done for a
    service, not done for the others.
    """
    running = subprocess.Popen(
        [sys.executable, "-c", STARTS.format(command=command)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert "here\n" == running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE_S)
    assert status == running.returncode


def test_a_command_that_is_broken_off_closes_what_it_holds(tmp_path: Path) -> None:
    """GIVEN a simulation that is being published on a private broker WHEN told to end THEN status
    143, and no folder of the broker is left.
    """
    out = tmp_path / "race.mcap"
    subprocess.run(
        [sys.executable, "-m", "kickcue", "simulate", "--race", "800m", "--out", str(out)],
        check=True,
        cwd=tmp_path,
        capture_output=True,
    )
    running = process("replay", str(out), "--publish", state=tmp_path)
    assert running.stderr is not None
    assert any("private broker started" in line for line in running.stderr)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE_S)
    assert 143 == running.returncode
    assert [] == list((tmp_path / "kickcue").glob("broker-*"))


@pytest.mark.parametrize(
    "command",
    [
        ["simulate", "--race", "800m", "--out", "race.mcap"],
        ["simulate", "--race", "800m", "--out", "race.jsonl"],
        ["demo", "--rate", "400"],
    ],
)
def test_what_is_recorded_is_its_owners_alone(tmp_path: Path, command: list[str]) -> None:
    """GIVEN the usual umask of a terminal WHEN something is recorded THEN files are 0600 and
    folders 0700.
    """
    running = subprocess.Popen(
        [sys.executable, "-m", "kickcue", *command],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)},
        cwd=tmp_path,
        umask=0o022,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.communicate(timeout=PATIENCE_S * 2)
    made = [path for path in tmp_path.rglob("*") if not path.is_symlink()]
    assert [path.suffix for path in made if path.suffix in {".mcap", ".jsonl"}]
    assert {(path.name, oct(0o700 if path.is_dir() else 0o600)) for path in made} == {
        (path.name, oct(stat.S_IMODE(path.stat().st_mode))) for path in made
    }
