"""A library of recordings as races whose truth is known, run as recorded or with faults on top.

A race counts where its finish is known: by the ``finish`` command in a recording of kickcue's own,
or by a table ``truth.tsv`` in the folder (tab-separated, with the columns file,
t_s_since_first_record, event, true_cumulative_m: a row whose event begins with "finish" tells when
the race ended and how long it was). The truth in between follows from what the pod or watch read:
where it read W at the end of a race of D metres, the runner was at d when it read d W / D. That is
as true as the watch was steady.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from random import Random
from typing import Final

import numpy as np

from kickcue.config.race_document import RaceDocument
from kickcue.core.errors import DataError, DecodeError, UsageError
from kickcue.core.events import Command, CommandKind, Input, Notification
from kickcue.core.gatt import short_uuid
from kickcue.core.readings import HeartReading, PodReading, cadence_spm, interpret
from kickcue.core.units import ns_to_s
from kickcue.lab.athlete import STEP_S, Truth
from kickcue.lab.evaluate import outcome, setup_of, suits
from kickcue.lab.scenarios import SCENARIOS, Group, Scenario
from kickcue.lab.sensor_events import Chances, sensed
from kickcue.lab.sensors import Counted
from kickcue.lab.simulate import (
    SimulatedRace,
    as_sensed,
    earlier_scales,
    simulated_document,
    stream,
)
from kickcue.lab.statistics import Outcome
from kickcue.recording import Recording, read
from kickcue.replay.source import recorded_document, sensors_of, source

TRUTH: Final = "truth.tsv"
OWN_SUFFIXES: Final = (".mcap", ".jsonl")
SUFFIXES: Final = (*OWN_SUFFIXES, ".fit", ".tcx", ".gpx")
UNKNOWN_FINISH: Final = "its finish is not known"
SCALE: Final = (0.95, 1.05)
"""A scenario's pod reads so many metres for each true one."""
WITHIN: Final = 0.10
"""A watch that is further off its race's length did not record that race, or not all of it."""


@dataclass(frozen=True, slots=True)
class KnownRace:
    """A recording, its race as a document (JSON) and when it was finished (s after the gun)."""

    path: Path
    document: str
    finish_s: float


def known_races(folder: Path, lap_m: float | None = None) -> tuple[list[KnownRace], dict[str, str]]:
    """Return the races of a folder and all below it, and for every other recording why it is none.

    ``lap_m`` is for recordings that do not tell theirs. UsageError where there is no such
    folder or no race in it.
    """
    if not folder.is_dir():
        raise UsageError(f"--archive {folder}: no such folder")
    finishes = _finishes(folder / TRUTH)
    found, left_out = [], {}
    for path in sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name.lower().removesuffix(".gz").endswith(SUFFIXES)
    ):
        try:
            found.append(_known(path, finishes.get(path.name), lap_m))
        except (DataError, UsageError) as error:
            left_out[str(path.relative_to(folder))] = str(error)
    if not found:
        raise UsageError(
            f"--archive {folder}: none of {len(left_out)} recordings is a race whose finish is "
            "known"
        )
    return found, left_out


def as_recorded(races: list[KnownRace]) -> partial[list[Outcome]]:
    """Return the work of running the races as they were recorded.

    Its seeds are places in the list.
    """
    return partial(_as_recorded, races)


def with_faults(race: KnownRace, scenario: str) -> partial[list[Outcome]]:
    """Return the work of running one race with a scenario's faults.

    UsageError where the faults are the runner's own.
    """
    wanted = SCENARIOS[scenario]
    style = wanted.style
    if style.wide or style.surge or wanted.group is Group.PHYSICAL:
        raise UsageError(
            f"--scenario {scenario} with --archive: it is a way of running, and a recorded runner "
            "runs as he ran"
        )
    if not suits(wanted, setup_of(race.document).race.course):
        what = f"--scenario {scenario} with --archive: {race.path.name} is a race on the track"
        raise UsageError(f"{what}, expected one on the road")
    return partial(_with_faults, race, scenario)


def _finishes(table: Path) -> Mapping[str, tuple[float, float]]:
    """Return by file name when races ended, in seconds after the first record, and their length."""
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [
            row
            for row in csv.DictReader(lines, delimiter="\t")
            if (row.get("event") or "").startswith("finish")
        ]
    try:
        return {
            row["file"]: (float(row["t_s_since_first_record"]), float(row["true_cumulative_m"]))
            for row in rows
        }
    except (KeyError, TypeError, ValueError):
        raise DataError(
            f"{table}: rows of a finish need file, t_s_since_first_record and true_cumulative_m"
        ) from None


def _known(path: Path, finish: tuple[float, float] | None, lap_m: float | None) -> KnownRace:
    if finish is None and not path.name.lower().removesuffix(".gz").endswith(OWN_SUFFIXES):
        # A watch's file has no finish command.
        raise DataError(UNKNOWN_FINISH)
    recording = read(path)
    document = recorded_document(recording)
    if finish is not None:
        finish_s, distance_m = finish
        document = document or RaceDocument(
            race=f"{distance_m:g}m", lap_m=lap_m, sensors=sensors_of(recording)
        )
    else:
        ends = [
            event.t_ns
            for event in recording.inputs
            if isinstance(event, Command) and event.kind is CommandKind.FINISH
        ]
        if not ends:
            raise DataError(UNKNOWN_FINISH)
        finish_s = ns_to_s(ends[0] - _gun_ns(recording.inputs))
    if document is None:
        raise DataError("it does not say which race it was")
    race = KnownRace(path, document.model_dump_json(), finish_s)
    _true_race(race)  # so that what cannot be had is told now
    return race


def _gun_ns(inputs: Iterable[Input]) -> int:
    return next(
        (
            event.t_ns
            for event in inputs
            if isinstance(event, Command) and event.kind is CommandKind.START
        ),
        0,
    )


@dataclass(frozen=True, slots=True)
class _TrueRace:
    recording: Recording
    truth: Truth
    readings: tuple[Counted, ...]
    """In true metres."""
    strap: tuple[Notification, ...]


@lru_cache(maxsize=4)
def _true_race(race: KnownRace) -> _TrueRace:
    recording = read(race.path)
    gun_ns = _gun_ns(recording.inputs)
    profiles = setup_of(race.document).sensors
    readings, beats, strap = [], [(0.0, 0.0)], []
    for event in recording.inputs:
        if (
            not isinstance(event, Notification)
            or event.t_ns < gun_ns
            or event.sensor not in profiles
        ):
            continue
        try:
            found = interpret(profiles[event.sensor], event.char, event.data)
        except DecodeError:  # broken on air: nothing to learn from it
            continue
        t_s = ns_to_s(event.t_ns - gun_ns)
        if isinstance(found, HeartReading) and short_uuid(event.char) == "2a37":
            strap.append(replace(event, t_ns=event.t_ns - gun_ns, sensor="strap"))
            beats.append((t_s, found.bpm or beats[-1][1]))
        elif isinstance(found, PodReading) and found.distance_m is not None:
            readings.append(
                Counted(t_s, found.speed_mps or 0.0, found.distance_m, cadence_spm(found) or 0.0)
            )
    distance_m = setup_of(race.document).race.course.distance_m
    scaled = tuple(_in_true_metres(readings, race.finish_s, distance_m))
    return _TrueRace(recording, _truth(scaled, beats), scaled, tuple(strap))


def _in_true_metres(
    readings: list[Counted], finish_s: float, distance_m: float
) -> Iterator[Counted]:
    if not readings:
        raise DataError("no pod in it tells a distance")
    began_m = readings[0].distance_m
    read_m = float(
        np.interp(finish_s, [r.t_s for r in readings], [r.distance_m - began_m for r in readings])
    )
    if abs(read_m / distance_m - 1.0) > WITHIN:
        raise DataError(f"at the finish its pod had counted {read_m:.0f} m of {distance_m:g} m")
    factor = distance_m / read_m
    for r in readings:
        yield r._replace(
            speed_mps=r.speed_mps * factor, distance_m=(r.distance_m - began_m) * factor
        )


def _truth(readings: tuple[Counted, ...], beats: list[tuple[float, float]]) -> Truth:
    t_s = np.arange(0.0, readings[-1].t_s + STEP_S, STEP_S)
    at_s = [r.t_s for r in readings]
    distance_m = tuple(
        np.maximum.accumulate(np.interp(t_s, at_s, [r.distance_m for r in readings])).tolist()
    )
    speed_mps = tuple(np.interp(t_s, at_s, [r.speed_mps for r in readings]).tolist())
    cadence = tuple(np.interp(t_s, at_s, [r.cadence_spm for r in readings]).tolist())
    heart = tuple(np.interp(t_s, [at for at, _ in beats], [bpm for _, bpm in beats]).tolist())
    return Truth(distance_m, speed_mps, cadence, heart, distance_m)


def _as_recorded(races: list[KnownRace], numbers: Iterable[int]) -> list[Outcome]:
    found = []
    for number in numbers:
        race = races[number]
        true = _true_race(race)
        document = RaceDocument.model_validate_json(race.document)
        run = source(true.recording, None if recorded_document(true.recording) else document)
        found.append(
            outcome(
                run.document.engine_config(),
                SimulatedRace(true.truth, run.inputs),
                number,
                ticks_recorded=run.same,
            )
        )
    return found


def _with_faults(race: KnownRace, name: str, seeds: Iterable[int]) -> list[Outcome]:
    document = RaceDocument.model_validate_json(race.document)
    simulated = simulated_document(document.race, document.lap_m)
    scenario, setup = (
        SCENARIOS[name],
        setup_of(document.model_copy(update={"sensors": simulated.sensors}).model_dump_json()),
    )
    return [outcome(setup, _faulty(race, scenario, seed), seed) for seed in seeds]


def _faulty(race: KnownRace, scenario: Scenario, seed: int) -> SimulatedRace:
    true, course = _true_race(race), setup_of(race.document).race.course
    name = f"{race.path.name} {scenario.name} {seed}"
    chances = Chances(stream(name, "race"), stream(name, "faults"))
    prior, scale = earlier_scales(stream(name, "earlier"), scenario, course)
    scale = chances.race.uniform(*SCALE) if scale is None else scale
    counted = [_read_by(chances.race, reading, scale, scenario) for reading in true.readings]
    found = sensed(chances, true.truth, course, scenario, (counted, true.strap))
    return as_sensed(true.truth, found, prior)


def _read_by(random: Random, reading: Counted, scale: float, scenario: Scenario) -> Counted:
    late_s = min(abs(random.gauss(0.0, scenario.pod.jitter_s)), 0.9)
    return reading._replace(
        t_s=reading.t_s + late_s,
        speed_mps=reading.speed_mps * scale,
        distance_m=reading.distance_m * scale,
    )
