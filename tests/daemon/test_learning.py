"""What a live race learns of its pod's scale, and what the next one does with it."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kickcue.config.calibration import Calibration, Calibrations, RaceScale
from kickcue.core.events import Command, CommandKind, Input, Notification, Phase
from kickcue.daemon.clock import Clock
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import read
from tests.daemon.test_race_daemon import (
    RACE,
    PlayedClock,
    play_up_to_now,
    recorded,
    replays_alike,
    settings,
    standing_at,
)

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401

NOW_NS = [0]


class Led(Clock):
    """A clock that shows what a test says: no tick runs ahead of an event, however busy the machine
    is.
    """

    __slots__ = ()

    def run_ns(self) -> int:
        return NOW_NS[0]


async def lead(run: RaceDaemon, inputs: Iterable[Input]) -> None:
    """Put events in one after the other, each at its own moment."""
    for event in inputs:
        NOW_NS[0] = event.t_ns
        run.put(event)
        # The run has no word for "all taken in", and one turn of the loop is enough.
        while not run.feed.idle:  # noqa: ASYNC110
            await asyncio.sleep(0)


LAPS = simulate(simulated_document("1500m").course(), SCENARIOS["button"], 1_000_005)
LONG = simulate(simulated_document("3000m").course(), SCENARIOS["button"], 1_000_006)


async def test_a_race_teaches_the_next_one(tmp_path: Path) -> None:
    """GIVEN a race with marks WHEN it is over THEN its pod's scale is kept and told; the next race
    begins with it, and so does its replay.
    """
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as first:
        assert 0.03 == first.document.scale_sd
        await lead(first, LAPS.inputs)
        assert Phase.FINISHED is first.phase
    assert any("expected for the next race" in note for note in first.notes)
    calibration = Calibrations.below(tmp_path).get("runner", "gym-pod")
    header = recorded(tmp_path).header
    assert "gym-pod" == header.pins["pod"], (
        "a recording names the pod, so that it can teach it again"
    )
    (race,) = calibration.races
    assert race.utc is not None
    assert header.utc is not None
    assert datetime.fromisoformat(header.utc) == race.utc
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as second:
        assert calibration.expected() == (second.document.scale, second.document.scale_sd)
        assert "learned from one race" in second.notes[0]
        await lead(second, [event for event in LAPS.inputs if event.t_ns < 20e9])
    newest = max((tmp_path / "races").glob("*.mcap"), key=lambda path: path.stat().st_mtime_ns)
    again = read(newest)
    assert calibration.expected()[0] == (again.header.setup or {})["scale"]
    assert replays_alike(again)


async def test_a_race_that_is_given_up_teaches_nothing(tmp_path: Path) -> None:
    """GIVEN a race with marks WHEN it is aborted THEN nothing is kept of its scale."""
    async with live(settings(race="3000m"), state=tmp_path, clock=Led()) as run:
        await lead(
            run, [event for event in LONG.inputs if event.t_ns < LONG.truth.time_at(2300.0) * 1e9]
        )
        assert run.session is not None
        assert run.session.measured_scale is not None
        run.put(Command(run.clock.run_ns(), CommandKind.ABORT))
        await until(lambda: run.phase is Phase.ABORTED)
    assert [] == list(Calibrations.below(tmp_path).files())


async def test_an_interrupted_race_goes_on_with_the_scale_it_began_with(tmp_path: Path) -> None:
    """GIVEN a race that began with a learned scale WHEN it was cut off and the calibration
    forgotten THEN it goes on with that scale.
    """
    known = Calibrations.below(tmp_path)
    scale = RaceScale(scale=1.02, sd=0.004)
    known.put(Calibration(athlete="runner", pod="gym-pod").with_race(scale))
    async with live(settings(), state=tmp_path, clock=PlayedClock()) as first:
        early = [event for event in RACE.inputs if event.t_ns < 20e9]
        zero_ns = await play_up_to_now(first, early)
        await until(lambda: first.phase is Phase.BODY)
    known.path("runner", "gym-pod").unlink()
    async with live(settings(), state=tmp_path, clock=standing_at(zero_ns, 22.0)) as second:
        assert second.resumed
        assert first.document == second.document
        assert 1.0 != second.document.scale
        second.put(Command(second.clock.run_ns(), CommandKind.FINISH))
        await until(lambda: second.phase is Phase.FINISHED)
    assert replays_alike(recorded(tmp_path))


async def test_a_race_that_is_not_recorded_teaches_all_the_same(tmp_path: Path) -> None:
    """GIVEN a race that is not to be recorded WHEN it is over THEN its pod's scale is kept, with
    its time and no recording's name.
    """
    async with live(settings(race="1500m", record=False), state=tmp_path, clock=Led()) as run:
        await lead(run, LAPS.inputs)
    assert any("expected for the next race" in note for note in run.notes)
    (race,) = Calibrations.below(tmp_path).get("runner", "gym-pod").races
    assert race.recording is None
    assert race.utc is not None
    assert not (tmp_path / "races").exists()


async def test_other_shoes_are_told_and_the_next_race_is_less_sure(tmp_path: Path) -> None:
    """GIVEN four races that agree WHEN the fifth measures 5 % less THEN its runner is asked for the
    shoes, and the sixth begins with more doubt.
    """
    known = Calibrations.below(tmp_path)
    calibration = Calibration(athlete="runner", pod="gym-pod")
    for day in (1, 2, 3, 4):
        calibration = calibration.with_race(
            RaceScale(utc=datetime.fromisoformat(f"2020-06-0{day}T10:00:00Z"), scale=1.07, sd=0.003)
        )
    known.put(calibration)
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as fifth:
        await lead(fifth, LAPS.inputs)
    assert any("other shoes?" in note for note in fifth.notes)
    async with live(settings(race="1500m"), state=tmp_path, clock=Led()) as sixth:
        assert sixth.document.scale_sd > fifth.document.scale_sd
        assert sixth.document.scale < 1.04


TWO_PODS = {
    "foot": {"profile": "generic-rsc", "mqtt": "gym-foot"},
    "spare": {"profile": "generic-rsc", "mqtt": "gym-spare"},
    "strap": {"profile": "generic-hr", "mqtt": "gym-strap"},
}


def worn(inputs: Iterable[Input], foot_until_s: float) -> Iterator[Input]:
    """Yield a race whose pod is called foot at first, and spare from some moment on."""
    for event in inputs:
        if isinstance(event, Notification) and event.sensor == "pod":
            yield replace(event, sensor="foot" if event.t_ns < foot_until_s * 1e9 else "spare")
        else:
            yield event


async def test_of_two_pods_the_one_that_led_learns(tmp_path: Path) -> None:
    """GIVEN two pods of which the first was never heard WHEN the race is over THEN the second one's
    scale is kept, and nothing of the first.
    """
    async with live(settings(race="1500m", sensors=TWO_PODS), state=tmp_path, clock=Led()) as run:
        await lead(run, worn(LAPS.inputs, 0.0))
    assert any("expected for the next race" in note for note in run.notes)
    known = Calibrations.below(tmp_path)
    assert [known.path("runner", "gym-spare")] == list(known.files())


async def test_two_pods_in_turn_teach_nothing_and_that_is_told(tmp_path: Path) -> None:
    """GIVEN two pods of which the first falls silent half-way WHEN the race is over THEN nothing is
    kept of either, and the reason is told.
    """
    async with live(settings(race="3000m", sensors=TWO_PODS), state=tmp_path, clock=Led()) as run:
        await lead(run, worn(LONG.inputs, LONG.truth.time_at(1500.0)))
        await until(lambda: run.phase is Phase.FINISHED)
    assert any("pod scale not learned: the distance came from" in note for note in run.notes)
    assert [] == list(Calibrations.below(tmp_path).files())
