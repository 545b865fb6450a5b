"""Measures how much faster an evaluation is over a Dask cluster of one and of two workers, and that
its table is the local one.

Prints rows for docs/evaluation.md. Not a test: see ``speed.py``. ``python -m
tests.benchmarks.dask_scaling [SEEDS]``; three times each, in turn, so that what else the machine
does hits all alike. Each time is that of the whole command, its start included, over workers that
have done their imports.
"""

import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

from distributed import LocalCluster

WORKERS = (1, 2)
RUNS = 3
SEEDS = 200
LOCALLY = "local, all cores"


def evaluated(seeds: int, *options: str) -> tuple[float, str]:
    """Run ``kickcue evaluate``; return its wall time in seconds and what it printed."""
    command = [
        sys.executable,
        "-m",
        "kickcue",
        "evaluate",
        "--scenario",
        "button",
        "--race",
        "5000m",
        "--seeds",
        str(seeds),
        "--json",
    ]
    began = time.perf_counter()
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if not done.stdout or done.returncode not in {0, 1}:
        # 1: a threshold was missed, which is another matter.
        sys.exit(f"{' '.join(done.args)}: {done.stderr}")
    return seconds, done.stdout


def over(workers: int, seeds: int) -> tuple[float, str]:
    """Run it over a new cluster of so many workers of one thread each."""
    kind: Any = LocalCluster
    with kind(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster:
        address = cluster.scheduler_address
        evaluated(10 * workers, "--dask", address)
        return evaluated(seeds, "--dask", address)


def main() -> None:
    """Measure and print."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    load = os.getloadavg()[0]
    times: dict[str, list[float]] = {}
    tables = set()
    for _ in range(RUNS):
        for name, (seconds, table) in (
            (LOCALLY, evaluated(seeds)),
            *(
                (f"Dask, {workers} worker{'s' * (workers > 1)}", over(workers, seeds))
                for workers in WORKERS
            ),
        ):
            times.setdefault(name, []).append(seconds)
            tables.add(table)
    print(
        f"button, 5000m, {seeds} seeds; {os.cpu_count()} cores, load {load:.1f} at the start and "
        f"{os.getloadavg()[0]:.1f} at the end"
    )
    print("| where | seconds, three runs | median | races a second |\n|---|---|---|---|")
    for name, found in times.items():
        each = ", ".join(f"{seconds:.1f}" for seconds in found)
        print(f"| {name} | {each} | {median(found):.1f} | {seeds / median(found):.1f} |")
    if len(tables) > 1:
        sys.exit("the tables differ:\n" + "\n".join(sorted(tables)))
    print("every table is the same, to the digit")


if __name__ == "__main__":
    main()
