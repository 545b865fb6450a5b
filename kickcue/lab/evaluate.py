"""How far from the last lap's true start is the cue felt? One number over many races, for all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain
from typing import Final

from kickcue.config.race_document import RaceDocument
from kickcue.core.course import Course
from kickcue.core.cueing.phrases import PLAIN, Vocabulary
from kickcue.core.engine import Engine
from kickcue.core.engine_config import EngineConfig
from kickcue.core.events import Command, CommandKind, Cue, Estimate, Input, Output, mark_source
from kickcue.core.units import NS_PER_S, ns_to_s, s_to_ns
from kickcue.lab.baselines import baselines
from kickcue.lab.oracle import bound
from kickcue.lab.parallel import Spread, here
from kickcue.lab.scenarios import SCENARIOS, Group, Scenario
from kickcue.lab.sensors import Thumb
from kickcue.lab.simulate import SimulatedRace, simulate, stream
from kickcue.lab.statistics import Outcome
from kickcue.lab.watch import BadLink, Watch
from kickcue.replay.run_engine import drive

BATCH: Final = 10
NORMAL_95: Final = 1.959964
EVENTS: Final[tuple[tuple[str, float | None], ...]] = (
    ("1500m", None),
    ("3000m", None),
    ("5000m", None),
    ("10000m", None),
    ("3000m", 200.0),
    ("5k", None),
    ("10k", None),
)
"""Events of the evaluation protocol, each with its lap where that is not the usual one."""
SHORT_EVENTS: Final[tuple[tuple[str, float | None], ...]] = (("800m", None), ("800m", 200.0))
"""...and those in which it is asked besides what a mishap does to a race of few lines."""
ROAD_EVENTS: Final[tuple[tuple[str, float | None], ...]] = (("5k", None), ("10k", None))
AFTER_NS: Final = 60 * NS_PER_S
"""The watch is watched for so long after the last event: what a bad link holds up must not be felt
then."""


_Run = Sequence[tuple[int, tuple[Output, ...]]]
"""When the engine was fed, and what followed."""


def events_of(scenario: Scenario) -> tuple[tuple[str, float | None], ...]:
    """Return the events that a scenario is run over, each with its lap, in the protocol's order."""
    if scenario.group is Group.ROAD:
        return ROAD_EVENTS
    return (*SHORT_EVENTS, *EVENTS) if scenario.group is Group.MISHAP else EVENTS


def suits(scenario: Scenario, course: Course) -> bool:
    """Return whether a scenario can befall a race there: kilometre marks stand on the road."""
    return scenario.group is not Group.ROAD or course.lap_m is None


def simulated(
    scenario: str, document: RaceDocument, *, best: bool = False
) -> partial[list[Outcome]]:
    """Return the work of running simulated races of some seeds.

    ``best``: the best possible filter is run too, where it knows the model.
    """
    return partial(_batch, scenario, document.model_dump_json(), best)


def in_batches(
    work: partial[list[Outcome]], seeds: Sequence[int], spread: Spread = here
) -> Iterator[Outcome]:
    """Return the outcomes of ``work`` for every seed, in order, computed where ``spread`` says.

    Other processes begin now, before the first outcome is asked for.
    """
    return chain.from_iterable(
        spread(work, [seeds[i : i + BATCH] for i in range(0, len(seeds), BATCH)])
    )


def outcome(
    setup: EngineConfig, race: SimulatedRace, seed: int, *, ticks_recorded: bool = False
) -> Outcome:
    """Run the engine, the wrist and the baselines over one race."""
    course = setup.race.course
    setup = setup if race.scale is None else replace(setup, scale=race.scale)
    bell_s = race.truth.time_at(course.bell_m)
    half_lap_s = (race.truth.time_at(course.distance_m) - bell_s) / 2
    slept_over = race.sleeps_over(bell_s, bell_s + half_lap_s)
    gun_ns = race.gun_ns
    bell_s = race.clock_s(bell_s) + ns_to_s(gun_ns)
    # The engine first and then each of the others, not all at each event: a processor is faster
    # at one thing after the other.
    run = [
        (event.t_ns, outputs)
        for event, outputs in drive(Engine(setup), race.inputs, ticks_recorded=ticks_recorded)
    ]
    watch = _worn(Watch(), run)
    badly_linked = _worn(Watch(BadLink(), stream(f"{course.event} {seed}", "link")), run)
    simpler = baselines(course, race.inputs).items()
    felt = watch.bell
    return Outcome(
        seed=seed,
        error_s=None if felt is None else felt.t_ms / 1000 - bell_s,
        half_lap_s=half_lap_s,
        covered=_covered(race, gun_ns, run),
        cues=sum(isinstance(output, Cue) for _, outputs in run for output in outputs),
        baseline_errors_s={who: None if t_s is None else t_s - bell_s for who, t_s in simpler},
        late_felt=watch.late + badly_linked.late,
        double_felt=watch.doubled + badly_linked.doubled,
        about=felt is not None and felt.text in _about_texts(setup.vocabulary),
        pressed=_pressed_before(race.inputs, s_to_ns(bell_s)),
        lines=course.laps,
        marked=len({mark.line_m for mark in race.marks} - {None}),
        strays=sum(mark.line_m is None for mark in race.marks),
        slept_over=slept_over,
    )


def _worn(wrist: Watch, run: _Run) -> Watch:
    """Return the watch as it was worn in that run."""
    last_ns = 0
    for last_ns, outputs in run:
        wrist.run_to(last_ns)
        for output in outputs:
            wrist.send(output)
    wrist.run_to(last_ns + AFTER_NS)
    return wrist


def _covered(race: SimulatedRace, gun_ns: int, run: _Run) -> float:
    """Return the share of the estimates since the gun whose error covers the truth, of 95 asked."""
    told = covered = 0
    distance_at, true_s = race.truth.distance_at, race.true_s
    for t_ns, outputs in run:
        if t_ns < gun_ns:
            continue
        for output in outputs:
            if not isinstance(output, Estimate):
                continue
            here_m, sd_m = output.distance_m, output.distance_sd_m
            if here_m is not None and sd_m is not None:
                told += 1
                off_m = here_m - distance_at(true_s(ns_to_s(output.t_ns - gun_ns)))
                covered += abs(off_m) <= NORMAL_95 * sd_m
    return covered / max(told, 1)


def _about_texts(vocabulary: Vocabulary) -> set[str]:
    """Return what a bell that is not certain says; a language without such words warns nobody."""
    certain = {vocabulary[key].text for key in PLAIN.values()}
    return {vocabulary[key].text for key in PLAIN} - certain


def _pressed_before(inputs: Sequence[Input], bell_ns: int) -> bool:
    """Return whether a lap was pressed between the last press of the start and the bell."""
    pressed = False
    for event in inputs:
        if event.t_ns >= bell_ns:
            break
        if isinstance(event, Command) and event.kind is CommandKind.START:
            pressed = False
        pressed |= mark_source(event) is not None
    return pressed


def _batch(scenario_name: str, document: str, best: bool, seeds: Iterable[int]) -> list[Outcome]:
    setup, scenario = setup_of(document), SCENARIOS[scenario_name]
    course = setup.race.course
    found = []
    for seed in seeds:
        race = simulate(course, scenario, seed)
        row = outcome(setup, race, seed)
        bounded = best and is_model_known(scenario)
        found.append(_with_bounds(row, course, scenario, race) if bounded else row)
    return found


def _with_bounds(row: Outcome, course: Course, scenario: Scenario, race: SimulatedRace) -> Outcome:
    pressed = isinstance(scenario.marks, Thumb)
    untold = bound(course, scenario, race, lines_known=False) if pressed else None
    return replace(row, bound=bound(course, scenario, race), untold=untold)


def is_model_known(scenario: Scenario) -> bool:
    """Return whether the best possible filters have a model of what makes these bytes."""
    pod, style, by = scenario.pod, scenario.style, scenario.marks
    boards_sd_m = by.place_sd_m if isinstance(by, Thumb) else 0.0
    unknown = (*pod.per_mps, *pod.unseen, style.passing, *style.rolling_s, boards_sd_m)
    return scenario.beacon is None and not any(unknown)


@lru_cache(maxsize=16)
def setup_of(document: str) -> EngineConfig:
    """Return the set-up of a document given as JSON; profiles are read once for many races."""
    return RaceDocument.model_validate_json(document).engine_config()
