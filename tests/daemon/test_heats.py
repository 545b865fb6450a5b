"""Starts and ends as they happen: a mistake is taken back, and the next heat starts without
anything being started anew.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from kickcue.config.calibration import Calibrations
from kickcue.config.learned_scale import learn_from_race
from kickcue.core.events import Command, CommandKind, Input, Notification, Phase
from kickcue.core.restart import TAKEN_BACK_NS
from kickcue.core.units import NS_PER_S
from kickcue.daemon import race_end
from kickcue.daemon.clock import Clock
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.daemon.wrist_watch import WristWatch
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from tests.daemon.test_race_daemon import recorded, replays_alike, settings

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401
from tests.patience import PATIENCE_S

NOW_NS = [0]
SHORT = simulate(simulated_document("1500m").course(), SCENARIOS["button"], 1_000_005)


class Led(Clock):
    """A run time that goes as far as the test leads it."""

    __slots__ = ()

    def run_ns(self) -> int:
        return NOW_NS[0]


async def lead(run: RaceDaemon, inputs: Iterable[Input]) -> None:
    """Put events in one after the other, each at its own moment."""
    for event in inputs:
        NOW_NS[0] = event.t_ns
        run.put(event)
        while not run.feed.idle:  # noqa: ASYNC110  one turn of the loop is enough
            await asyncio.sleep(0)


def hear(run: RaceDaemon) -> None:
    """Have the pod say something: a recording without any sensor is none to replay."""
    run.put(Notification(run.clock.run_ns(), "pod", "2a53", bytes(4)))


def _is_in(run: RaceDaemon, phase: Phase) -> bool:
    return run.phase is phase


def order(run: RaceDaemon, *kinds: CommandKind) -> None:
    for kind in kinds:
        run.put(Command(run.clock.run_ns(), kind))


async def test_the_next_heat_starts_in_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a race that is finished WHEN start is pressed in the minute after THEN the next one is
    on in the same run and recording, and stays.
    """
    monkeypatch.setattr(race_end, "LINGER_S", 1.5)
    async with live(settings(), state=tmp_path) as run:
        hear(run)
        order(run, CommandKind.START)
        await until(lambda: run.phase is Phase.BODY)
        order(run, CommandKind.FINISH)
        await until(lambda: run.phase is Phase.FINISHED)
        before_ns = run.race_ns() or 0
        order(run, CommandKind.START)
        await until(lambda: run.phase is Phase.BODY)
        assert run.session is not None
        assert before_ns <= (run.session.view.gun_ns or 0)
        assert run.session.view.over_ns is None
        await asyncio.sleep(1.5 * 1.5)  # longer than a run goes on after a race
        assert not run.done.is_set()
        order(run, CommandKind.ABORT)
        async with asyncio.timeout(PATIENCE_S):
            await run.done.wait()
    assert replays_alike(recorded(tmp_path))


async def test_the_next_heat_has_its_wrist_looked_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a run that had done its work WHEN a next heat begins in it after all THEN somebody
    looks after its wrist as before: after a watch that joins late, after another sender.
    """
    monkeypatch.setattr(race_end, "LINGER_S", 0.05)
    monkeypatch.setattr("kickcue.daemon.race_daemon.LOOK_S", 0.01)
    looks: list[WristWatch] = []

    def look(wrist: WristWatch) -> None:
        looks.append(wrist)

    monkeypatch.setattr(WristWatch, "look", look)
    async with live(settings(), state=tmp_path) as run:
        order(run, CommandKind.START, CommandKind.FINISH)
        async with asyncio.timeout(PATIENCE_S):
            await run.done.wait()
        await asyncio.sleep(0.1)  # who stops looking has stopped by now
        order(run, CommandKind.START)
        await until(lambda: run.phase is Phase.BODY)
        looks.clear()
        await until(lambda: bool(looks))


async def test_a_second_heat_goes_on_after_a_crash(tmp_path: Path) -> None:
    """GIVEN a second heat WHEN its run is interrupted THEN the next run goes on with that heat,
    from its own start.
    """
    async with live(settings(), state=tmp_path) as first:
        order(first, CommandKind.START, CommandKind.FINISH)
        await until(lambda: first.phase is Phase.FINISHED)
        order(first, CommandKind.START)
        await until(lambda: first.phase is Phase.BODY)
        assert first.session is not None
        gun_ns = first.session.view.gun_ns
    async with live(settings(), state=tmp_path) as second:
        assert second.session is not None
        assert (True, Phase.BODY, gun_ns) == (
            second.resumed,
            second.phase,
            second.session.view.gun_ns,
        )
        assert gun_ns != 0


async def test_given_up_and_started_again_at_once(tmp_path: Path) -> None:
    """GIVEN a race WHEN abort and start come in one breath THEN the new one is on."""
    async with live(settings(), state=tmp_path) as run:
        hear(run)
        order(run, CommandKind.START)
        await until(lambda: run.phase is Phase.BODY)
        first_ns = run.session.view.gun_ns if run.session is not None else None
        order(run, CommandKind.ABORT, CommandKind.START)
        await until(lambda: run.session is not None and run.session.view.gun_ns != first_ns)
        assert Phase.BODY is run.phase
    assert replays_alike(recorded(tmp_path))


@pytest.mark.parametrize("end", [CommandKind.FINISH, CommandKind.ABORT])
async def test_an_end_pressed_by_mistake_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: CommandKind
) -> None:
    """GIVEN a race that was ended by mistake WHEN undo is pressed THEN it goes on from its own
    start, and the run does not end.
    """
    monkeypatch.setattr(race_end, "LINGER_S", 0.8)
    async with live(settings(), state=tmp_path) as run:
        hear(run)
        order(run, CommandKind.START)
        await until(lambda: run.phase is Phase.BODY)
        assert run.session is not None
        gun_ns = run.session.view.gun_ns
        order(run, end)
        await until(lambda: run.phase is not Phase.BODY)
        assert run.session.view.undo_until_ns is not None
        order(run, CommandKind.UNDO_LAP)
        await until(lambda: run.phase is Phase.BODY)
        view = run.session.view
        assert [gun_ns, None, None] == [view.gun_ns, view.over_ns, view.undo_until_ns]
        await asyncio.sleep(1.5 * 0.8)
        assert not run.done.is_set()
    assert replays_alike(recorded(tmp_path))


async def test_a_run_lasts_as_long_as_its_end_can_be_taken_back() -> None:
    """GIVEN a race that is over THEN the run goes on for longer than an undo counts."""
    assert race_end.LINGER_S > TAKEN_BACK_NS / NS_PER_S


async def test_start_end_and_undo_come_over_the_broker(tmp_path: Path) -> None:
    """GIVEN a helper's phone WHEN it says start, abort, start, finish, undo THEN each is obeyed at
    once.
    """
    async with live(settings(), state=tmp_path) as run:
        assert run.way is not None
        assert run.way.watch is not None
        async with watch(run.way.watch, Topics()) as wrist:
            await until(lambda: run.way is not None and run.way.trouble is None)
            for kind, phase in (
                (CommandKind.START, Phase.BODY),
                (CommandKind.ABORT, Phase.ABORTED),
                (CommandKind.START, Phase.BODY),
                (CommandKind.FINISH, Phase.FINISHED),
                (CommandKind.UNDO_LAP, Phase.BODY),
            ):
                wrist.command(kind)
                await until(partial(_is_in, run, phase))


async def test_a_next_heat_that_was_none_leaves_the_race_before_as_it_was(tmp_path: Path) -> None:
    """GIVEN a race that is over WHEN start is pressed by mistake and taken back.

    THEN it is over since its own end, the run ends, and it has taught once.
    """
    NOW_NS[0] = 0
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as run:
        await lead(run, SHORT.inputs)
        assert run.session is not None
        view = run.session.view
        gun_ns, over_ns = view.gun_ns, view.over_ns
        assert over_ns is not None
        await lead(run, [Command(run.clock.run_ns(), CommandKind.START)])
        assert (Phase.BODY, None) == (view.phase, view.over_ns)
        assert not run.race_end.near
        await lead(run, [Command(run.clock.run_ns(), CommandKind.UNDO_LAP)])
        assert (Phase.FINISHED, gun_ns, over_ns) == (view.phase, view.gun_ns, view.over_ns)
        assert run.race_end.near
    assert 1 == len(Calibrations.below(tmp_path).get("runner", "gym-pod").races)
    assert replays_alike(recorded(tmp_path))


async def test_a_start_that_was_taken_back_is_no_race_to_go_on_with(tmp_path: Path) -> None:
    """GIVEN a start taken back WHEN the run is left.

    THEN the next one waits for its own start, and nothing had ended.
    """
    async with live(settings(), state=tmp_path) as first:
        hear(first)
        order(first, CommandKind.START)
        await until(lambda: first.phase is Phase.BODY)
        order(first, CommandKind.UNDO_LAP)
        await until(lambda: first.phase is Phase.WAITING)
        assert first.session is not None
        assert (None, None) == (first.session.view.gun_ns, first.session.view.over_ns)
        assert not first.race_end.near
    async with live(settings(), state=tmp_path) as second:
        assert not second.resumed


async def test_each_heat_teaches_once_and_a_mistake_teaches_nothing(tmp_path: Path) -> None:
    """GIVEN two heats in one run, the first of them ended once by mistake THEN each has taught the
    scale of its pod once.
    """
    NOW_NS[0] = 0
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as run:
        end_ns = SHORT.inputs[-1].t_ns
        half = [event for event in SHORT.inputs if event.t_ns < end_ns // 2]
        await lead(run, half)
        await lead(
            run,
            [
                Command(half[-1].t_ns, CommandKind.FINISH),
                Command(half[-1].t_ns, CommandKind.UNDO_LAP),
            ],
        )
        await lead(run, SHORT.inputs[len(half) :])
        await until(lambda: run.phase is Phase.FINISHED)
        again_ns = end_ns + 900 * NS_PER_S
        await lead(run, [replace(event, t_ns=event.t_ns + again_ns) for event in SHORT.inputs])
        await until(lambda: run.phase is Phase.FINISHED)
        await until(lambda: any("from one race" in note for note in run.notes))
    assert any("from 2 races" in note for note in run.notes)
    first, second = Calibrations.below(tmp_path).get("runner", "gym-pod").races
    assert first.utc is not None
    assert second.utc is not None
    assert (second.utc - first.utc).total_seconds() > 900.0


async def test_two_heats_teach_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a disk that stands still while the first heat's lesson is kept WHEN the second one is
    over as well THEN its lesson waits for the first: none is lost.
    """
    at_once, most, going = list[int](), list[int](), Event()

    def slowly(*how: Any) -> str:
        at_once.append(1)
        most.append(len(at_once))
        going.wait(PATIENCE_S)
        at_once.pop()
        return learn_from_race(*how)

    monkeypatch.setattr(race_end, "learn_from_race", slowly)
    NOW_NS[0] = 0
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as run:
        again_ns = SHORT.inputs[-1].t_ns + 900 * NS_PER_S
        await lead(run, SHORT.inputs)
        await lead(run, [replace(event, t_ns=event.t_ns + again_ns) for event in SHORT.inputs])
        await until(lambda: bool(at_once))
        asyncio.get_running_loop().call_later(0.3, going.set)  # while the run ends
    assert [1, 1] == most
    assert 2 == len(Calibrations.below(tmp_path).get("runner", "gym-pod").races)
