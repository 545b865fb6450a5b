"""A daemon that is killed in a rest or in a repetition goes on with the session it was in: the same
leg, the same numbers, no cue twice.

The process is a real one and so is the SIGKILL; the session is a simulated one in virtual time, the
watch is here and lives through it all. ``KICKCUE_KILLS=100`` for a
twentieth as many in each of four ways.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from kickcue.config.plan_files import load_plan
from kickcue.core.events import LegBegin, LegKind, LegResult, Phase, PhaseChange
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate_session import SimulatedSession, simulate_session
from kickcue.recording import Recording, read
from kickcue.replay.differences import first_difference
from kickcue.replay.source import source
from tests.daemon.kill.test_kill import RUNNER, SMALL_PIPE, Part, Watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a pipe cannot be made small here")

KILLS: Final = max(int(os.environ.get("KICKCUE_KILLS", "0")) // 20, 2)
PLAN: Final = """
[[steps]]
repeat = 3
steps = [{ run = "200m", imagery = "The last 200 m." }, { rest = "1:30" }]
[[steps]]
run = "200m"
"""
REPS: Final = 4
LINES_INTO: Final = (8, 14)
"""So many lines after a leg was told the process is killed: 4 to 7 s into it, and it may be some
9 s ahead of what was read."""
GAP_S: Final = (0.5, 8.0)
REBOOT_S: Final = 2.5
"""No machine is back sooner, and a cue is worthless after 2 s: a run after a reboot is a new one to
the watch, which could not know that it has felt a cue before."""
FOUND_S: Final = 1.5
"""The scale of a pod that was calibrated, and 8 s in which it was not heard."""


def own_plan(folder: Path) -> Path:
    path = folder / "mine.toml"
    path.write_text(PLAN)
    return path


@cache
def simulated(plan: Path, seed: int) -> SimulatedSession:
    return simulate_session(load_plan(str(plan)).plan(), seed, PodFaults(scale_sd=0.005))


def wait_for_the_disk(folder: Path) -> None:
    """Return once the recording has stopped growing: the process waits for its pipe to be read, and
    quickened time must not lose more of a session than real time does.
    """
    until_s, size, since_s = time.monotonic() + 10.0, -1, time.monotonic()
    while time.monotonic() < min(until_s, since_s + 0.5):
        now = sum(path.stat().st_size for path in folder.glob("*.mcap"))
        if now != size:
            size, since_s = now, time.monotonic()
        time.sleep(0.02)


def run_part(told: dict[str, Any], kill_in: tuple[LegKind, int] | None, lines_into: int) -> Part:
    """Start a process; kill it so many lines after this leg began, never at None."""
    process = subprocess.Popen([sys.executable, RUNNER, json.dumps(told)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, SMALL_PIPE)
    said, left = [], None
    with process:
        for line in process.stdout:
            if not line.endswith(b"\n"):
                break
            said.append(json.loads(line))
            if (said[-1].get("leg"), said[-1].get("rep")) == kill_in:
                left = lines_into
            elif left is not None:
                left -= 1
            if left == 0:
                wait_for_the_disk(Path(told["folder"]))
                process.kill()
    assert process.returncode in (0, -signal.SIGKILL)
    return Part(said)


def results(recording: Recording) -> list[LegResult]:
    """Return how each repetition ended, as it was told last."""
    found = {
        output.leg: output
        for output in recording.outputs
        if isinstance(output, LegResult) and output.kind in (LegKind.REP, LegKind.EXTRA)
    }
    return [found[leg] for leg in sorted(found)]


@pytest.mark.parametrize("reboot", [False, True], ids=["crash", "reboot"])
@pytest.mark.parametrize("kind", [LegKind.REST, LegKind.REP])
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_session_whose_daemon_is_killed_is_finished(
    tmp_path: Path, kind: LegKind, seed: int, *, reboot: bool
) -> None:
    """GIVEN a daemon killed in a rest, or in a repetition WHEN started again THEN it is the same
    leg, no cue is felt twice, all repetitions are there and right, and the recording verifies.
    """
    random = Random(f"kill session {kind} {seed}")
    plan = own_plan(tmp_path)
    killed_in = (kind, random.randrange(1, REPS))
    told: dict[str, Any] = {
        "folder": str(tmp_path),
        "race": "5000m",
        "plan": str(plan),
        "seed": seed,
        "run_id": "run-0",
        "boot": "boot-0",
        "now_ns": None,
    }
    first = run_part(told, killed_in, random.randint(*LINES_INTO))
    assert not first.over
    told["now_ns"] = first.now_ns + s_to_ns(max(random.uniform(*GAP_S), REBOOT_S * reboot))
    if reboot:
        told |= {"boot": "boot-1", "run_id": "run-1"}
    second = run_part(told, None, 0)
    assert second.over

    (resumed,) = (line["resumed"] for line in second.lines if "resumed" in line)
    assert resumed
    legs = [(line["leg"], line["rep"]) for line in first.lines if "leg" in line]
    again = [(line["leg"], line["rep"]) for line in second.lines if "leg" in line]
    assert again[0] == legs[-1] == killed_in
    assert [line for line in second.lines if "note" in line or line.get("trouble")] == []

    watch = Watch()
    for line in (*first.lines, *second.lines):
        watch.take(line)
    felt = Counter(play.touch.id for _, play in watch.felt)
    assert {1} == set(felt.values())
    assert {f"rep-{n}" for n in range(1, REPS)} | {"last_rep-1"} <= set(felt)

    recording = read(next(tmp_path.glob("*.mcap")))
    assert not recording.problems
    begun = [
        (output.kind, output.rep) for output in recording.outputs if isinstance(output, LegBegin)
    ]
    assert begun == [(LegKind.REST, 0), *_in_turn()]
    for true, found in zip(simulated(plan, seed).repetitions, results(recording), strict=True):
        assert abs(ns_to_s(found.began_ns) - true.began_s) < FOUND_S
        assert abs(ns_to_s(found.ended_ns) - true.ended_s) < FOUND_S
    last = [output for output in recording.outputs if isinstance(output, PhaseChange)][-1]
    assert last.phase is Phase.FINISHED
    assert None is first_difference(
        recording,
        tuple(output for _, outputs in source(recording, None).run() for output in outputs),
        exact=True,
    )


def _in_turn() -> list[tuple[LegKind, int]]:
    return [leg for rep in range(1, REPS + 1) for leg in ((LegKind.REP, rep), (LegKind.REST, rep))]
