"""Made-up recordings and their reviews, small and quick: a race, a session, a run."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from kickcue.analysis.review.model import Review
from kickcue.config.plan_files import parse_plan
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.course import course_for
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import Ack, Command, CommandKind, Cue, Input
from kickcue.core.units import s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.lab.simulate_session import simulate_session
from kickcue.recording import Entry, Header, Recording
from kickcue.recording.header import race_header
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from kickcue.replay.reviewed import reviewed
from kickcue.replay.run_engine import drive
from kickcue.replay.source import recorded_document

UTC = "2026-05-30T18:30:00Z"
SENSORS = {"pod": "generic-rsc", "strap": "generic-hr"}
PLAN = """
title = "Four 200s"

[[steps]]
repeat = 4
steps = [{ run = "200m" }, { rest = "1:00" }]
"""


@lru_cache
def race_recording(event: str = "1500m", scenario: str = "button", seed: int = 1) -> Recording:
    """Return a race as kickcue records it live: outputs among the inputs, cues answered."""
    document = simulated_document(event)
    race = simulate(course_for(event), SCENARIOS[scenario], seed)
    document = race.document(document)
    header = race_header(document, utc=UTC, ticks=False)
    return with_outputs(Recording.of(Path(f"{event}.jsonl"), header, race.inputs))


def with_outputs(recording: Recording, *, answered: bool = True) -> Recording:
    """Return a recording of inputs with what the engine says to them and the watch's answers."""
    document = recorded_document(recording)
    assert document is not None
    engine = engine_for(document.engine_config())
    entries: list[Entry] = []
    for event, outputs in drive(engine, recording.inputs, ticks_recorded=False):
        entries += [event, *outputs]
        for cue in outputs:
            if isinstance(cue, Cue) and answered:
                entries.append(Ack(cue.t_ns + s_to_ns(0.12), cue.id, True, None, 120.0))
    entries.sort(key=lambda entry: entry.t_ns)
    return Recording.of(recording.path, recording.header, entries)


@lru_cache
def session_recording(seed: int = 1) -> Recording:
    """Return a session of four times 200 m, live."""
    plan = parse_plan(PLAN, "made up", "four-200s")
    document = RaceDocument(
        race="1500m",
        plan=plan,
        sensors={name: SensorChoice(profile=id_) for name, id_ in SENSORS.items()},
    )
    session = simulate_session(plan.plan(), seed, PodFaults())
    header = race_header(document, utc=UTC, ticks=False)
    return with_outputs(Recording.of(Path("four-200s.jsonl"), header, session.inputs))


def run_recording(
    seconds: int = 900, mps: float = 3.5, *, heart: bool = True, pod: bool = True
) -> Recording:
    """Return an even run as a watch records it, of which nobody says what it was."""
    entries: list[Input] = [Command(0, CommandKind.START)]
    for second in range(seconds + 1):
        t_ns = s_to_ns(second)
        if pod:
            entries.append(pod_notification(t_ns, PodSample(mps, 85.0, mps * second)))
        if heart:
            entries.append(strap_notification(t_ns, 130.0 + 20.0 * second / seconds))
    return Recording.of(
        Path("run.fit"), Header(utc=UTC, sensors=SENSORS, made_by="a watch"), entries, kind="FIT"
    )


def without(recording: Recording, *left_out: type) -> Recording:
    """Return a recording without some kinds of entries."""
    kept = [entry for entry in recording.entries if not isinstance(entry, left_out)]
    return of_entries(recording, kept)


def of_entries(recording: Recording, entries: Iterable[Entry]) -> Recording:
    """Return a recording with other entries."""
    other = Recording.of(recording.path, recording.header, entries)
    return replace(recording, inputs=other.inputs, outputs=other.outputs, entries=other.entries)


@lru_cache
def race(event: str = "1500m", scenario: str = "button", seed: int = 1) -> Review:
    """Return the review of a race."""
    return reviewed(race_recording(event, scenario, seed))


@lru_cache
def session(seed: int = 1) -> Review:
    """Return the review of a session."""
    return reviewed(session_recording(seed))


@lru_cache
def run() -> Review:
    """Return the review of a run."""
    return reviewed(run_recording())
