"""A session live, wired as the command wires it: real broker, real loop, real recording; time
passes faster.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest

from kickcue.config.calibration import Calibrations
from kickcue.config.plan_files import load_plan
from kickcue.core.events import (
    Command,
    CommandKind,
    Cue,
    LegBegin,
    LegKind,
    LegResult,
    Mark,
    MarkSource,
    Phase,
)
from kickcue.core.units import NS_PER_S
from kickcue.core.watch.state_machine import Play
from kickcue.daemon import race_end
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.connection import ConnectionPlan as Connection
from kickcue.edges.mqtt.messages import LegMessage
from kickcue.edges.mqtt.session import connect
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate_session import SimulatedSession, simulate_session
from kickcue.recording import Recording
from tests.daemon.test_race_daemon import (
    Gateway,
    PlayedClock,
    go_on,
    play,
    play_on,
    play_up_to_now,
    recorded,
    relay,
    replays_alike,
    settings,
    standing_at,
)

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401
from tests.patience import PATIENCE_S

THREE_SHORT: Final = """
title = "Three short ones"
[[steps]]
repeat = 2
steps = [{ run = "100m", imagery = "The last 100 m of your race." }, { rest = "0:20" }]
[[steps]]
run = "100m"
"""
LEGS: Final = [
    (LegKind.REST, 0),
    (LegKind.REP, 1),
    (LegKind.REST, 1),
    (LegKind.REP, 2),
    (LegKind.REST, 2),
    (LegKind.REP, 3),
    (LegKind.REST, 3),
]
"""Kind, and the repetition, of each leg that begins: the plan's, and the waiting around them."""
FOUND_S: Final = 2.0
OVER_S: Final = 60.0


def own_plan(folder: Path, rest: str = "0:20") -> str:
    path = folder / "mine.toml"
    path.write_text(THREE_SHORT.replace("0:20", rest))
    return str(path)


def simulated(plan: str, seed: int = 3) -> SimulatedSession:
    return simulate_session(load_plan(plan).plan(), seed, PodFaults(scale_sd=0.005))


def repetitions(recording: Recording) -> list[LegResult]:
    """Return how each repetition ended, as it was told last."""
    found = {
        output.leg: output
        for output in recording.outputs
        if isinstance(output, LegResult) and output.kind in (LegKind.REP, LegKind.EXTRA)
    }
    return [found[leg] for leg in sorted(found)]


@dataclass
class Worn:
    """What a watch on the broker has felt and shown."""

    felt: list[str] = field(default_factory=list)
    legs: list[LegMessage] = field(default_factory=list)


@asynccontextmanager
async def worn(
    run: RaceDaemon,
) -> AsyncIterator[tuple[Worn, Callable[[SimulatedSession], Awaitable[None]]]]:
    """Wear a watch, and have a gateway that plays a session to the run over MQTT alone."""
    await until(
        lambda: run.way is not None and run.way.watch is not None and run.way.trouble is None
    )
    assert run.way is not None
    address, seen = run.way.watch, Worn()
    assert address is not None
    async with watch(address, Topics()) as wrist, connect(Connection(address, "gateway")) as sends:

        async def wear() -> None:
            while True:
                for each in await wrist.wait(1.0):
                    if isinstance(each, Play):
                        seen.felt.append(each.touch.id)
                    elif isinstance(each, LegMessage):
                        seen.legs.append(each)

        wearing = asyncio.create_task(wear())
        yield seen, lambda session: relay(run, Gateway(sends), wrist, session.inputs)
        wearing.cancel()
        with suppress(asyncio.CancelledError):
            await wearing


@pytest.mark.long
@pytest.mark.usefixtures("lasting")
async def test_a_session_over_mqtt_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN sensors behind a gateway WHEN a session is run THEN each cue is felt once, each leg is
    told to the watch, the repetitions are the true ones, and the recording holds and replays them;
    some time after the last one the run ends by itself.
    """
    monkeypatch.setattr(race_end, "LINGER_S", 1.0)
    plan = own_plan(tmp_path)
    session = simulated(plan)
    async with (
        live(settings(plan=plan), state=tmp_path, clock=PlayedClock()) as run,
        worn(run) as (seen, relayed),
    ):
        await relayed(session)
        assert not run.done.is_set()
        async with asyncio.timeout(OVER_S):
            await run.done.wait()
        assert run.phase is Phase.FINISHED
        assert run.session is not None
        cues = run.session.view.cues
        await until(lambda: {cue.id for cue in cues} <= set(seen.felt))
    recording = recorded(tmp_path)
    given = [output.id for output in recording.outputs if isinstance(output, Cue)]
    assert Counter(given) == Counter(seen.felt)
    assert {1} == set(Counter(seen.felt).values())
    assert {"image-1", "rep-1", "rep-2", "last_rep-1", "through-3"} <= set(seen.felt)
    told = [(leg.kind, leg.rep) for leg in seen.legs]  # again after each new connection
    assert LEGS == [leg for leg, _ in groupby(told)]
    assert LEGS == [
        (output.kind, output.rep) for output in recording.outputs if isinstance(output, LegBegin)
    ]
    for true, found in zip(session.repetitions, repetitions(recording), strict=True):
        assert abs(found.began_ns / NS_PER_S - true.began_s) < FOUND_S
        assert abs(found.ended_ns / NS_PER_S - true.ended_s) < FOUND_S
    assert recording.header.setup is not None
    assert recording.header.setup["plan"] == load_plan(plan).as_json()
    assert recording.path.name.endswith("-mine.mcap")
    assert replays_alike(recording)


async def test_a_session_teaches_races_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a session with a press at each line WHEN it is over THEN no scale is kept for races."""
    monkeypatch.setattr(race_end, "LINGER_S", 1.0)
    plan = own_plan(tmp_path)
    session = simulated(plan)
    presses = [
        Mark(round(at_s * NS_PER_S), MarkSource.BUTTON)
        for each in session.repetitions
        for at_s in (each.began_s + 0.4, each.ended_s + 0.4)
    ]
    inputs = sorted((*session.inputs, *presses), key=lambda event: event.t_ns)
    async with live(settings(plan=plan), state=tmp_path, clock=PlayedClock()) as run:
        await play(run, inputs)
        run.put(Command(run.clock.run_ns(), CommandKind.FINISH))
        async with asyncio.timeout(PATIENCE_S):
            await run.done.wait()
        notes = list(run.notes)
    assert not Calibrations.below(tmp_path).get("runner", "gym-pod").races
    assert not [note for note in notes if "scale" in note]
    assert 3 == len(repetitions(recorded(tmp_path)))


async def test_a_session_that_was_ended_is_over(tmp_path: Path) -> None:
    """GIVEN a session in a rest WHEN f is pressed, and s after it THEN it is over, is told what it
    came to, and a start begins nothing: the next session is another run.
    """
    plan = own_plan(tmp_path)
    async with live(settings(plan=plan), state=tmp_path, clock=PlayedClock()) as run:
        for kind in (CommandKind.START, CommandKind.FINISH, CommandKind.START):
            run.put(Command(run.clock.run_ns(), kind))
        await until(lambda: run.phase is Phase.FINISHED and run.feed.idle)
        assert run.session is not None
        told = [notice.text for notice in run.session.view.notices]
        assert "session over: 0 of 3 repetitions" in told
        assert "the session is already finished: start ignored" in told
    async with live(settings(plan=plan), state=tmp_path, clock=PlayedClock()) as run:
        assert not run.resumed


async def test_a_session_goes_on_where_a_run_was_stopped(tmp_path: Path) -> None:
    """GIVEN a run that was stopped in a rest WHEN the next one starts THEN it is the same session
    in the same leg, which a watch that joins it is told, no cue comes twice, and it verifies.
    """
    plan = own_plan(tmp_path, rest="2:00")  # a start takes a second, which is 25 here
    session = simulated(plan)
    rest = next(
        each for each in session.legs if each.leg.kind is LegKind.REST and each.leg.rep == 1
    )
    stop_ns = round((rest.began_s + 8.0) * NS_PER_S)
    async with live(settings(plan=plan), state=tmp_path, clock=PlayedClock()) as first:
        before = [event for event in session.inputs if event.t_ns < stop_ns]
        zero_ns = await play_up_to_now(first, before)
        await until(lambda: first.feed.idle)
    clock = standing_at(zero_ns, stop_ns / NS_PER_S + 25.0)
    async with live(settings(plan=plan), state=tmp_path, clock=clock) as second:
        go_on(second)
        assert second.resumed
        assert any(note.startswith("session resumed after a gap") for note in second.notes)
        async with worn(second) as (seen, _):
            await until(lambda: bool(seen.legs))
            await play_on(second, session.inputs, zero_ns)
            second.put(Command(second.clock.run_ns(), CommandKind.FINISH))
            await until(lambda: second.phase is Phase.FINISHED)
    assert (seen.legs[0].kind, seen.legs[0].rep) == (LegKind.REST, 1)
    recording = recorded(tmp_path)
    given = [output.id for output in recording.outputs if isinstance(output, Cue)]
    assert len(given) == len(set(given))
    assert [run.rep for run in repetitions(recording)] == [1, 2, 3]
    assert replays_alike(recording)
