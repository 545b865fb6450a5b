"""Measures what an event costs the engine, by CPU time: over whole races of each kind, and of the
dearest single events.

``python -m tests.benchmarks.events ELSEWHERE`` measures another checkout beside this one, on the
same recorded inputs and in turns, so that what disturbs the one disturbs the other; ``make bench``
writes it into docs/benchmarks.md. Each engine gets the ticks that it asks for itself. Every race is
run in processes of their own, which import the checkout that they measure and read the inputs from
a file.
"""

import gc
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final, NamedTuple

from kickcue.config.race_document import RaceDocument
from kickcue.core.engine import Engine
from kickcue.core.events import Command, CommandKind, Input, Mark, MarkSource
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from kickcue.replay.run_engine import drive

REPO: Final = Path(__file__).resolve().parents[2]
ROUNDS: Final = int(os.environ.get("KICKCUE_ROUNDS", "15"))
SIMULATED: Final = (
    "button",
    "button-bad",
    "slip",
    "scale-step",
    "cadence-only",
    "strap-only",
    "bare",
)
SEED: Final = 7
SENSORS: Final = {"pod": {"profile": "generic-rsc"}, "strap": {"profile": "generic-hr"}}


class Case(NamedTuple):
    """A race to be run: its document as plain data, and what comes in."""

    name: str
    document: dict[str, Any]
    inputs: tuple[Input, ...]


class Cost(NamedTuple):
    """CPU time of one run: of all events together, of each event (ns), and how often it was fed."""

    whole_ns: int
    fed: int
    dearest_ns: int
    dearest: str


# ---- what is run


def simulated() -> Iterator[Case]:
    """Yield one 5000 m of each kind."""
    # A worker runs on checkouts that may not have it.
    from kickcue.lab.scenarios import SCENARIOS  # noqa: PLC0415
    from kickcue.lab.simulate import simulate, simulated_document  # noqa: PLC0415

    course = simulated_document("5000m").course()
    for name in SIMULATED:
        yield Case(
            name,
            {"race": "5000m", "sensors": SENSORS},
            simulate(course, SCENARIOS[name], SEED).inputs,
        )


def hostile() -> Iterator[Case]:
    """Yield races in which presses come when they like, each hypothesis is kept alive, and there
    are as many lines as can be.
    """
    yield _pressed("50 presses at any time", "5000m", presses=50, apart_s=(5.0, 35.0))
    yield _pressed(
        "presses every 7 s, undone", "5000m", presses=100, apart_s=(7.0, 7.0), undone=True
    )
    yield _pressed("100 km of 250 lines, 50 presses", "100000m", presses=50, apart_s=(100.0, 700.0))
    yield _pressed(
        "100 km, no pod, 50 presses", "100000m", presses=50, apart_s=(100.0, 700.0), pod=False
    )


def _pressed(
    name: str,
    race: str,
    *,
    presses: int,
    apart_s: tuple[float, float],
    pod: bool = True,
    undone: bool = False,
) -> Case:
    random = Random(name)
    inputs: list[Input] = [Command(0, CommandKind.START)]
    run_m, next_s = 0.0, random.uniform(*apart_s)
    second = 0
    while presses:
        second += 1
        t_ns = second * NS_PER_S
        run_m += random.uniform(3.0, 6.0)
        if pod:
            inputs.append(pod_notification(t_ns, PodSample(4.5, 88.0, run_m)))
        inputs.append(strap_notification(t_ns + NS_PER_S // 3, 165.0))
        if next_s <= second + 1:
            inputs.append(Mark(s_to_ns(next_s), MarkSource.BUTTON))
            if undone and presses % 3 == 0:
                inputs.append(Command(s_to_ns(next_s) + 1, CommandKind.UNDO_LAP))
            presses, next_s = presses - 1, next_s + random.uniform(*apart_s)
    return Case(
        name,
        {"race": race, "sensors": SENSORS},
        tuple(sorted(inputs, key=lambda event: event.t_ns)),
    )


# ---- one run, in the worker


def run(case: Case) -> Cost:
    """Run the race twice: once timed as a whole, once event by event."""
    setup = RaceDocument.parse(case.document, case.name).engine_config()
    events = [event for event, _ in drive(Engine(setup), case.inputs, ticks_recorded=False)]
    gc.collect()
    engine = Engine(setup)
    began_ns = time.process_time_ns()
    for event in events:
        engine.feed(event)
    whole_ns = time.process_time_ns() - began_ns
    engine = Engine(setup)
    gc.disable()  # a collection of the whole process is nobody's event
    dearest_ns, dearest = 0, ""
    for event in events:
        began_ns = time.process_time_ns()
        engine.feed(event)
        took_ns = time.process_time_ns() - began_ns
        if took_ns > dearest_ns:
            dearest_ns, dearest = took_ns, type(event).__name__
    gc.enable()
    return Cost(whole_ns, len(events), dearest_ns, dearest)


def work(cases_file: str) -> None:
    """Answer each number of a case on the standard input with its cost on the standard output."""
    cases = pickle.loads(Path(cases_file).read_bytes())
    for line in sys.stdin:
        print(json.dumps(run(Case(*cases[int(line)]))), flush=True)


class Worker:
    """A process that measures one checkout."""

    def __init__(self, stack: ExitStack, checkout: Path, cases_file: Path) -> None:
        command = [sys.executable, __file__, "--worker", str(cases_file)]
        env = {**os.environ, "PYTHONPATH": str(checkout)}
        pipe = subprocess.PIPE
        self._process = stack.enter_context(
            subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env, text=True)
        )
        stack.callback(self._process.terminate)

    def run(self, number: int) -> Cost:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(number, file=self._process.stdin, flush=True)
        return Cost(*json.loads(self._process.stdout.readline()))


# ---- all runs, in turns


def measured(checkouts: Sequence[Path], rounds: int = ROUNDS) -> list[tuple[str, list[list[Cost]]]]:
    """Return for each case the costs of each checkout, taken in turns."""
    cases = [*simulated(), *hostile()]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        cases_file = Path(folder) / "cases"
        cases_file.write_bytes(pickle.dumps([tuple(case) for case in cases]))
        workers = [Worker(stack, checkout, cases_file) for checkout in checkouts]
        return [
            (case.name, _in_turns(workers, number, rounds)) for number, case in enumerate(cases)
        ]


def _in_turns(workers: Sequence[Worker], number: int, rounds: int) -> list[list[Cost]]:
    costs: list[list[Cost]] = [[] for _ in workers]
    for _ in range(rounds):
        for worker, found in zip(workers, costs, strict=True):
            found.append(worker.run(number))
    return costs


def told(costs: Sequence[Cost]) -> str:
    """Return time per event, least and median, and the dearest event of the least disturbed run."""
    per_event_us = sorted(cost.whole_ns / cost.fed / 1000 for cost in costs)
    dearest = min(costs, key=lambda cost: cost.dearest_ns)
    return (
        f"{per_event_us[0]:.1f} ({median(per_event_us):.1f}) | {dearest.dearest_ns / 1e6:.2f} "
        f"({dearest.dearest})"
    )


def section(elsewhere: Sequence[Path] = (), rounds: int = ROUNDS) -> list[str]:
    """Return the section of the page: this checkout's figures, and beside them those of others."""
    checkouts = [REPO, *elsewhere]
    names = ["", *(f" at {_commit(checkout)}" for checkout in elsewhere)]
    heads = [f"µs an event{name} | dearest{name or ' event'}, ms" for name in names]
    rows = [
        f"| {name} | {' | '.join(told(each) for each in costs)} |"
        for name, costs in measured(checkouts, rounds)
    ]
    return [
        "## What an event costs the engine",
        "",
        (
            f"CPU time of whole races of 5000 m, ticks among the events: the least of {rounds} "
            "runs, and the median; then the dearest single event."
        ),
        (
            "Checkouts side by side ran the same inputs in turns: `make bench BASE=` and the "
            "folder of another checkout."
        ),
        "",
        f"| race | {' | '.join(heads)} |",
        "|---|" + "---|---|" * len(checkouts),
        *rows,
        "",
    ]


def _commit(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Measure this checkout, and those that are named, in turns."""
    if sys.argv[1:2] == ["--worker"]:
        work(sys.argv[2])
        return
    print("\n".join(section([Path(each).resolve() for each in sys.argv[1:]])))


if __name__ == "__main__":
    main()
