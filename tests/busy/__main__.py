"""``make test-busy``: the tests on a machine that has no time, to find those that need it.

Programs that only compute take most of the processor. ``--slow others``: what the tests start
(brokers, browsers, kickcue itself) gets what is left and the tests are quick, so that whoever looks
too early at what another process does finds nothing there. ``--slow tests``: the other way round,
so that a limit of the product is over before a test has done its part. A test that fails here alone
is wrong, or has found a fault that a race on a small computer would find too. Linux alone, and
``--slow tests`` for root alone: nobody else may make quick what a slow process has started.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

BUSY_NICE: Final = 10
SLOW_NICE: Final = 14
"""Some 40 % of the weight of a process that only computes."""
LOOK_S: Final = 0.05
WORKER: Final = "import sys;exec(eval(sys.stdin.readline()))"
"""How pytest-xdist starts one."""


def main() -> int:
    """Run pytest with what else is on the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.busy")
    parser.add_argument("--slow", choices=("others", "tests"), default="others")
    parser.add_argument("--busy", type=int, default=4, help="programs that only compute")
    args, words = parser.parse_known_args()
    computing = [
        subprocess.Popen(["nice", "-n", str(BUSY_NICE), sys.executable, "-c", "while True: pass"])
        for _ in range(args.busy)
    ]
    pytest = subprocess.Popen([sys.executable, "-m", "pytest", *words])
    try:
        _slow_down(pytest, tests=args.slow == "tests")
    finally:
        for each in computing:
            each.kill()
            each.wait()
    return pytest.wait()


def _slow_down(pytest: subprocess.Popen[bytes], *, tests: bool) -> None:
    """Slow down the tests' workers, or what they have started, until pytest is over."""
    seen = set[int]()
    while pytest.poll() is None:
        children = _children()
        workers = {pid for pid in children[pytest.pid] if WORKER in _words(pid)}
        started = {pid for worker in workers for pid in _descendants(worker, children)}
        for pid in (workers | started) - seen:
            seen.add(pid)
            _renice(pid, SLOW_NICE if (pid in workers) is tests else 0)
        time.sleep(LOOK_S)


def _renice(pid: int, nice: int) -> None:
    # It may be over; what a slow test has started is made quick again by root alone.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)


def _children() -> Mapping[int, Sequence[int]]:
    """Return the processes that each process has started."""
    found = defaultdict[int, list[int]](list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            found[int(parent)].append(int(stat.parent.name))
    return found


def _descendants(pid: int, children: Mapping[int, Sequence[int]]) -> Iterator[int]:
    for child in children[pid]:
        yield child
        yield from _descendants(child, children)


def _words(pid: int) -> Sequence[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


if __name__ == "__main__":
    raise SystemExit(main())
