"""How far from the true start of the last lap is the cue felt? One number, many simulated races, the same for everybody."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kickcue.config.race import RaceDocument
from kickcue.core.engine import Engine
from kickcue.core.events import Cue, CueKind, Estimate
from kickcue.core.setup import Setup
from kickcue.core.units import ns_to_s
from kickcue.lab.baselines import baselines
from kickcue.lab.drive import drive
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import SimulatedRace, simulate

BATCH = 20
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Outcome:
    """One race: seconds from the true bell to the cue (None: it never came), how often the truth lay in the 95 % interval, baselines."""

    seed: int
    error_s: float | None
    half_lap_s: float
    covered: float
    cues: int
    baseline_errors_s: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """Many races of one kind. ``median_s``, ``p95_s`` and ``max_s`` are absolute errors of the races in which the cue came."""

    races: int
    median_s: float | None
    p95_s: float | None
    max_s: float | None
    wrong_lap: int
    never: int
    coverage95: float | None


def evaluate(scenario: str, document: RaceDocument, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Yield the outcome of every seed, in order, computed on all cores."""
    batches = [seeds[i : i + BATCH] for i in range(0, len(seeds), BATCH)]
    if len(batches) == 1 or os.cpu_count() == 1:
        for batch in batches:
            yield from _batch(scenario, document, batch)
        return
    with ProcessPoolExecutor() as pool:
        for outcomes in pool.map(_batch, [scenario] * len(batches), [document] * len(batches), batches):
            yield from outcomes


def summary(outcomes: Iterable[Outcome], baseline: str | None = None) -> Summary:
    """Return the figures of kickcue, or of one of the baselines on the same bytes."""
    rows = list(outcomes)
    errors = [o.error_s if baseline is None else o.baseline_errors_s[baseline] for o in rows]
    came = np.abs([e for e in errors if e is not None])
    wrong = sum(e is not None and abs(e) > o.half_lap_s for e, o in zip(errors, rows, strict=True))
    quantiles = [float(q) for q in np.quantile(came, (0.5, 0.95, 1.0))] if len(came) else [None, None, None]
    coverage = float(np.mean([o.covered for o in rows])) if baseline is None and rows else None
    return Summary(len(rows), quantiles[0], quantiles[1], quantiles[2], wrong, errors.count(None), coverage)


def outcome(setup: Setup, race: SimulatedRace, seed: int) -> Outcome:
    """Run the engine and the baselines over one race."""
    course = setup.race.course
    bell_s = race.truth.time_at(course.bell_m)
    finish_s = race.truth.time_at(course.distance_m)
    felt_s: float | None = None
    cues = covered = told = 0
    for _, outputs in drive(Engine(setup), race.inputs, ticks_recorded=False):
        for output in outputs:
            if isinstance(output, Cue):
                cues += 1
                if output.kind in (CueKind.LAST_LAP, CueKind.HOLD) and felt_s is None:
                    felt_s = ns_to_s(output.t_ns)
            elif isinstance(output, Estimate) and output.distance_m is not None and output.distance_sd_m is not None:
                told += 1
                off_m = output.distance_m - race.truth.distance_at(ns_to_s(output.t_ns))
                covered += abs(off_m) <= NORMAL_95 * output.distance_sd_m
    others = {name: None if t_s is None else t_s - bell_s for name, t_s in baselines(course, race.inputs).items()}
    error_s = None if felt_s is None else felt_s - bell_s
    return Outcome(seed, error_s, (finish_s - bell_s) / 2, covered / max(told, 1), cues, others)


def _batch(scenario: str, document: RaceDocument, seeds: Sequence[int]) -> list[Outcome]:
    setup = _setup(document.model_dump_json())
    return [outcome(setup, simulate(setup.race.course, SCENARIOS[scenario], seed), seed) for seed in seeds]


@lru_cache(maxsize=4)
def _setup(document: str) -> Setup:
    return RaceDocument.model_validate_json(document).setup()
