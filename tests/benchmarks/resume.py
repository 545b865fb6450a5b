"""Measures how long an interrupted race of one hour takes to be taken up again; prints the figure.
Not a test: see ``speed.py``.
"""

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from kickcue.core.engine import Engine
from kickcue.core.events import Tick
from kickcue.core.units import NS_PER_S
from kickcue.daemon.clock import Clock
from kickcue.daemon.recorder import resume_recorder
from kickcue.daemon.resume import find_unfinished
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header
from kickcue.recording.mcap_writer import McapWriter
from kickcue.replay.source import Source

HOUR_NS = 3600 * NS_PER_S
RUNS = 15


def record_an_hour(folder: Path, clock: Clock) -> int:
    """Record the first hour of a slow half marathon with pod, strap and presses, and leave it
    unfinished; return how many records.
    """
    document = simulated_document("half").with_digests()
    race = next(
        race
        for race in (simulate(document.course(), SCENARIOS["button"], seed) for seed in range(100))
        if race.truth.duration_s > 3700
    )
    zero_ns = clock.began_ns + clock.run_ns() - HOUR_NS
    live = {"run_id": "bench", "boot": clock.boot, "zero_ns": zero_ns, "began_ns": zero_ns}
    writer = McapWriter(
        folder / "hour.mcap", Header(race="half", setup=document.as_json(), ticks=True, live=live)
    )
    records = 0
    # So that there are two estimates a second, the most there can be.
    beats = (Tick(second * NS_PER_S + 600_000_000) for second in range(3600))
    inputs = tuple(sorted((*race.inputs, *beats), key=lambda event: event.t_ns))
    for event, outputs in Source(document, inputs, same=False).run():
        if event.t_ns > HOUR_NS:
            break
        for entry in (event, *outputs):
            writer.write(entry)
            records += 1
    writer.leave()
    return records


def main() -> None:
    """Measure and print."""
    document = simulated_document("half").with_digests()
    clock = Clock(boot="bench")
    totals, steps = [], []
    with tempfile.TemporaryDirectory() as name:
        records = record_an_hour(Path(name), clock)
        size = (Path(name) / "hour.mcap").stat().st_size
        for _ in range(RUNS):
            times = [time.perf_counter()]
            unfinished = find_unfinished(Path(name), document, clock, report=print)
            assert unfinished is not None
            times.append(time.perf_counter())
            engine = unfinished.engine
            assert isinstance(engine, Engine)
            times.append(time.perf_counter())
            recorder = resume_recorder(unfinished.path)
            times.append(time.perf_counter())
            recorder.close()
            assert recorder.trouble is None, recorder.trouble
            totals.append(times[-1] - times[0])
            steps.append([after - before for before, after in pairwise(times)])
    found, fed, begun = (median(column) * 1000 for column in zip(*steps, strict=True))
    print(f"one hour: {records:,} records, {size / 1e6:.1f} MB; Python {sys.version.split()[0]}")
    print(
        f"taken up in {median(totals) * 1000:.0f} ms: reading {found:.0f} ms, engine {fed:.0f} "
        f"ms, opening the file {begun:.0f} ms"
    )


if __name__ == "__main__":
    main()
