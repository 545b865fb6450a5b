"""A distance corrected in a live run: over the broker, recorded, gone on with after a crash."""

from pathlib import Path

import pytest

from kickcue.cli.tui.race_screen import Watching
from kickcue.core.events import Command, CommandKind, Cue, CueKind, Mark, Orderer, Phase
from kickcue.core.units import ns_to_s
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.replay.differences import first_difference
from kickcue.replay.source import source
from tests.daemon.test_heats import NOW_NS, Led, lead
from tests.daemon.test_race_daemon import recorded, settings

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401

RUN = simulate(simulated_document("1500m").course(), SCENARIOS["button"], 1_000_005)
"""What is run really; the set-up says 3000 m."""


def corrects(run: RaceDaemon, metres: float) -> Command:
    return Command(run.clock.run_ns(), CommandKind.DISTANCE, race_distance_m=metres)


async def test_a_helper_corrects_the_distance_over_the_broker(tmp_path: Path) -> None:
    """GIVEN a race of 3000 m WHEN a helper's phone says that it is 1500 m.

    THEN it is: for the screen, too.
    """
    async with live(settings(race="3000m"), state=tmp_path) as run:
        assert run.way is not None
        assert run.way.watch is not None
        async with watch(run.way.watch, Topics()) as phone:
            await until(lambda: run.way is not None and run.way.trouble is None)
            phone.command(CommandKind.START, Orderer.TRACKSIDE)
            await until(lambda: run.phase is Phase.BODY)
            assert Watching(run).board().title.startswith("3000m, laps of 400 m")
            phone.command(CommandKind.DISTANCE, Orderer.TRACKSIDE, 1500.0)
            await until(lambda: run.course.distance_m == 1500.0)
    board = Watching(run).board()
    assert (1500.0, True) == (board.course.distance_m, board.title.startswith("1500m, laps of"))
    assert any("the race is now 1500m (was 3000m)" in entry.text for entry in board.log)


@pytest.mark.parametrize("interrupted", [False, True])
async def test_a_corrected_race_is_run_recorded_and_verified(
    tmp_path: Path,
    interrupted: bool,
) -> None:
    """GIVEN 3000 m set up and 1500 m run WHEN that is corrected half-way.

    AND the run is interrupted after that, or not, THEN its one bell comes at 1100 m, the race ends
    at 1500 m, and its recording verifies.
    """
    NOW_NS[0] = 0
    half_ns = RUN.inputs[-1].t_ns // 2
    first = [event for event in RUN.inputs if event.t_ns < half_ns]
    rest = RUN.inputs[len(first) :]
    async with live(settings(race="3000m"), state=tmp_path, clock=Led()) as run:
        await lead(run, first)
        await lead(run, [corrects(run, 1500.0)])
        assert 1500.0 == run.course.distance_m
        if not interrupted:
            await lead(run, rest)
            assert Phase.FINISHED is run.phase
    if interrupted:
        async with live(settings(race="3000m"), state=tmp_path, clock=Led()) as run:
            assert run.resumed
            assert 1500.0 == run.course.distance_m
            await lead(run, rest)
            assert Phase.FINISHED is run.phase
    whole = recorded(tmp_path)
    assert any(isinstance(e, Command) and e.race_distance_m == 1500.0 for e in whole.inputs)
    assert any(isinstance(e, Mark) for e in whole.inputs)
    (bell,) = [o for o in whole.outputs if isinstance(o, Cue) and o.kind is CueKind.LAST_LAP]
    assert abs(ns_to_s(bell.t_ns) - RUN.truth.time_at(1100.0)) < 2.0
    again = tuple(output for _, outputs in source(whole, None).run() for output in outputs)
    assert None is first_difference(whole, again, exact=True)


@pytest.mark.parametrize(("race", "goes_on"), [("1500m", True), ("3000m", True), ("800m", False)])
async def test_a_race_file_put_right_is_the_same_race(
    tmp_path: Path,
    race: str,
    goes_on: bool,
) -> None:
    """GIVEN a race of 3000 m corrected to 1500 m and interrupted WHEN the race file says so now.

    THEN it goes on, as it does with the file as it was; with a third distance it is another race.
    """
    async with live(settings(race="3000m"), state=tmp_path) as first:
        first.put(Command(first.clock.run_ns(), CommandKind.START))
        first.put(corrects(first, 1500.0))
        await until(lambda: first.phase is Phase.BODY and first.course.distance_m == 1500.0)
    async with live(settings(race=race), state=tmp_path) as second:
        assert goes_on is second.resumed
        assert (1500.0 if goes_on else 800.0) == second.course.distance_m


async def test_a_run_without_a_race_is_corrected(tmp_path: Path) -> None:
    """GIVEN a run that waits and has heard nothing WHEN the distance is corrected.

    THEN it begins with that order, and waits on.
    """
    async with live(settings(race="3000m"), state=tmp_path) as run:
        run.put(corrects(run, 1500.0))
        await until(lambda: run.course.distance_m == 1500.0)
        assert Phase.WAITING is run.phase
