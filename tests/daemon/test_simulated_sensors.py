"""A live run with simulated sensors and thumb: the race is the simulated one, a real watch on a
real broker feels its cues once and in time at any rate, and nothing is taken for a runner's.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kickcue.config.calibration import Calibrations
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import Settings, load_settings
from kickcue.core.events import (
    Ack,
    Arm,
    Command,
    CommandKind,
    Cue,
    Input,
    Link,
    Mark,
    Notice,
    Notification,
    Phase,
    PhaseChange,
)
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.core.watch.state_machine import Play
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.simulated_sensors import SimulatedRun, SimulatedSensors
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.messages import ArmMessage
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.lab.standing import gun_moment_s, standing_around
from kickcue.recording.header import is_simulated
from kickcue.supervision.health import Stage
from tests.daemon.test_race_daemon import recorded, replays_alike

# The fixtures are used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, quick, until  # noqa: F401

PINS = {
    "strap": {"profile": "generic-hr", "name": "simulated strap"},
    "pod": {"profile": "generic-rsc", "name": "simulated pod"},
}
QUICK = 300.0
"""Where no watch is worn."""
LEFT_AT = 10.0
"""Where a race is to be left in the middle: no machine is so busy that it is over by then."""
END_S = 120.0


def settings(**more: Any) -> Settings:
    return load_settings(None, options={"race": "1500m", "sensors": PINS, **more}, environ={})


def simulated(
    race: str = "1500m", rate: float = QUICK, *, seed: int = 1, wait_s: float = 0.1
) -> tuple[tuple[Input, ...], SimulatedRun]:
    """Return a race and the run of it."""
    inputs = simulate(simulated_document(race).course(), SCENARIOS["button"], seed).inputs
    gun_s = gun_moment_s(inputs, wait_s * rate)
    return inputs, SimulatedRun(standing_around(inputs, gun_s), rate, gun_s / rate)


@dataclass
class Worn:
    """What a watch has felt, and what it was armed with."""

    felt: list[str] = field(default_factory=list)
    arms: list[ArmMessage] = field(default_factory=list)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have the simulated race begin only once somebody is there to feel it."""
    found, play = asyncio.Event(), SimulatedSensors.play

    async def play_then(sensors: SimulatedSensors, *how: Any) -> None:
        await found.wait()
        await play(sensors, *how)

    monkeypatch.setattr(SimulatedSensors, "play", play_then)
    return found


@asynccontextmanager
async def worn(run: RaceDaemon, there: asyncio.Event) -> AsyncIterator[Worn]:
    """Wear a watch, from before the race on."""
    assert run.way is not None
    assert run.way.watch is not None
    seen = Worn()
    async with watch(run.way.watch, Topics()) as wrist:

        async def wear() -> None:
            while True:
                for each in await wrist.wait(1.0):
                    if isinstance(each, Play):
                        seen.felt.append(each.touch.id)
                    elif isinstance(each, ArmMessage):
                        seen.arms.append(each)

        wearing = asyncio.create_task(wear())
        await until(lambda: wrist.wrist.is_sure(run.feed.run_id))
        there.set()
        yield seen
        wearing.cancel()
        with suppress(asyncio.CancelledError):
            await wearing


@pytest.mark.usefixtures("quick", "lasting")
@pytest.mark.parametrize(
    ("race", "rate"),
    [
        ("800m", 50.0),
        pytest.param("800m", 10.0, marks=pytest.mark.long),
        pytest.param("500m", 1.0, marks=pytest.mark.long),
    ],
)
async def test_each_cue_is_felt_once_whatever_the_rate(
    race: str, rate: float, tmp_path: Path, there: asyncio.Event
) -> None:
    """GIVEN a simulated race at some rate WHEN a watch is worn, which lives in real time THEN it
    feels each cue once, by its own measure in time, its timer is armed for the very moment at which
    the engine expects the bell, and the recording replays alike.
    """
    _, given = simulated(race, rate)
    async with live(settings(race=race), state=tmp_path, simulated=given) as run:
        async with worn(run, there) as seen:
            async with asyncio.timeout(END_S):
                await until_phase(run, Phase.FINISHED)
            assert run.session is not None
            given_cues = run.session.view.cues  # the last of them is still on its way
            await until(
                lambda: (
                    {each.id for each in given_cues if not each.id.startswith("ready")}
                    <= set(seen.felt)
                )
            )
        assert run.feed.time is not None
        zero_ms = run.feed.time.run_ns(0) / NS_PER_MS
    recording = recorded(tmp_path)
    assert replays_alike(recording)
    given_ids = {output.id for output in recording.outputs if isinstance(output, Cue)}
    assert "last_lap-1" in given_ids
    lasting = [cue_id for cue_id in seen.felt if not cue_id.startswith("ready")]
    assert sorted(lasting) == sorted({each for each in given_ids if not each.startswith("ready")})
    assert {True} == {event.felt for event in recording.inputs if isinstance(event, Ack)}
    due_ms = [
        zero_ms + (output.t_ns / NS_PER_MS + output.due_in_ms) / rate
        for output in recording.outputs
        if isinstance(output, Arm)
    ]
    assert seen.arms
    for arm in seen.arms:
        assert min(abs(arm.sent_ms + arm.due_in_ms - each) for each in due_ms) < 5.0


async def until_phase(run: RaceDaemon, phase: Phase) -> None:
    while run.phase is not phase:  # noqa: ASYNC110  the run has no event for it
        await asyncio.sleep(0.01)


async def test_what_comes_in_is_the_simulated_race(tmp_path: Path) -> None:
    """GIVEN a race at 300 times its pace WHEN it is over THEN what was recorded is what was
    simulated, to a thousandth of a second, however busy the machine was; the sensors are shown as
    there, and the run ends by itself.
    """
    inputs, given = simulated("800m")
    async with live(settings(race="800m"), state=tmp_path, simulated=given) as run:
        async with asyncio.timeout(END_S):
            await until_phase(run, Phase.FINISHED)
            assert {Stage.CONNECTED} == {each.stage for each in run.health.values()}
            await run.done.wait()
        assert any("simulated" in note and "300 times" in note for note in run.notes)
    recording = recorded(tmp_path)
    kinds, outputs = (Notification, Mark, Command), recording.outputs
    heard = [event for event in recording.inputs if isinstance(event, kinds)]
    gun = next(n for n, event in enumerate(heard) if isinstance(event, Command))
    sent = [event for event in inputs if isinstance(event, kinds)]
    for there, here in zip(sent, heard[gun:], strict=False):
        assert replace(there, t_ns=0) == replace(here, t_ns=0)
        assert abs(there.t_ns - (here.t_ns - heard[gun].t_ns)) < NS_PER_MS
    assert not any(isinstance(output, Notice) and "stale" in output.text for output in outputs)
    assert is_simulated(recording.header)
    assert (None, {}) == (recording.header.live, dict(recording.header.pins))


async def test_nothing_is_learned_of_a_pod_that_is_none(tmp_path: Path) -> None:
    """GIVEN a race that a real pod would have been calibrated by WHEN it was simulated THEN nothing
    is kept of it and nothing told.
    """
    _, given = simulated(seed=1_000_005)
    async with live(settings(), state=tmp_path, simulated=given) as run:
        async with asyncio.timeout(END_S):
            await run.done.wait()
        assert run.session is not None
        assert run.session.measured_scale is not None  # it would have been
        assert not any("scale" in note for note in run.notes)
    assert [] == list(Calibrations.below(tmp_path).files(None))


async def test_a_simulated_race_is_taken_up_by_nobody(tmp_path: Path) -> None:
    """GIVEN a simulated race that was left in the middle WHEN another run starts, simulated or not
    THEN it begins a race of its own; a real one that was left before is taken up past it.
    """
    _, given = simulated(rate=LEFT_AT)
    async with live(settings(), state=tmp_path, simulated=given) as first:
        async with asyncio.timeout(END_S):
            await until_phase(first, Phase.BODY)
    for again in (simulated()[1], None):
        async with live(over_mqtt(), state=tmp_path, simulated=again) as second:
            assert not second.resumed
            assert Phase.WAITING is second.phase


def over_mqtt() -> Settings:
    pins = {name: {"profile": pin["profile"], "mqtt": name} for name, pin in PINS.items()}
    return load_settings(None, options={"race": "1500m", "sensors": pins}, environ={})


async def test_a_real_race_is_taken_up_past_a_simulated_one(tmp_path: Path) -> None:
    """GIVEN a race that was cut off, and after it a simulated one WHEN kickcue starts again THEN
    the real one goes on.
    """
    async with live(over_mqtt(), state=tmp_path) as real:
        real.put(Command(real.clock.run_ns(), CommandKind.START))
        await until(lambda: real.phase is Phase.BODY)
    _, given = simulated(rate=LEFT_AT)
    async with live(settings(), state=tmp_path, simulated=given) as shown:
        async with asyncio.timeout(END_S):
            await until_phase(shown, Phase.BODY)
    async with live(over_mqtt(), state=tmp_path) as again:
        assert (again.resumed, again.phase) == (True, Phase.BODY)


async def test_a_person_may_press_as_well(tmp_path: Path) -> None:
    """GIVEN a simulated race WHEN a person finishes it and takes that back THEN it goes on, to its
    own end.
    """
    rate = 40.0
    _, given = simulated("800m", rate)
    pressed_ns = round((given.gun_in_s * rate + 30.0) * NS_PER_S)

    def with_a_person() -> Iterator[Input]:
        """Yield the race; in its course somebody presses, and has no time to lose."""
        presses = [CommandKind.FINISH, CommandKind.UNDO_LAP]
        for event in given.inputs:
            yield event
            if event.t_ns >= pressed_ns:
                for kind in presses:
                    run.put(Command(sensors.next_ns or 0, kind))
                presses.clear()

    shown = replace(given, inputs=with_a_person())
    async with live(settings(race="800m"), state=tmp_path, simulated=shown) as run:
        assert run.simulated is not None
        sensors = run.simulated
        async with asyncio.timeout(END_S):
            await until_phase(run, Phase.FINISHED)
        assert run.session is not None
        assert any(cue.id == "last_lap-1" for cue in run.session.view.cues)
    phases = [out.phase for out in recorded(tmp_path).outputs if isinstance(out, PhaseChange)]
    taken_back = phases.index(Phase.FINISHED)
    assert Phase.BODY is phases[taken_back + 1]
    assert Phase.FINISHED is phases[-1]


async def test_the_thumb_finishes_only_what_is_on() -> None:
    """GIVEN a finish for a race that may be over WHEN it is due THEN it comes in only while the
    race is on.
    """
    for phase, comes in ((Phase.LAST_50, 1), (Phase.FINISHED, 0), (Phase.WAITING, 0)):
        found: list[Input] = []
        played = SimulatedSensors(SimulatedRun([Command(0, CommandKind.FINISH)]), ())
        await played.play(found.append, lambda: 7, partial(Phase, phase))
        assert comes == len(found)


async def test_health_follows_what_the_sensors_send() -> None:
    """GIVEN a sensor WHEN it sends, loses its link and sends again THEN its health says so, and
    events keep their places on the run's clock.
    """
    word = Notification(0, "pod", "2a53", bytes(4))
    found: list[Input] = []
    sensors = SimulatedSensors(
        SimulatedRun(
            [word, Link(NS_PER_S, "pod", up=False), replace(word, t_ns=2 * NS_PER_S)], rate=100.0
        ),
        ["pod", "strap"],
    )
    stages = []

    def put(event: Input) -> None:
        found.append(event)
        stages.append(sensors.health["pod"].stage)

    await sensors.play(put, lambda: 5 * NS_PER_S, lambda: Phase.BODY)
    assert [Stage.CONNECTED, Stage.WAITING, Stage.CONNECTED] == stages
    assert 2 == sensors.health["pod"].notifications
    assert sensors.next_ns is None  # nothing is awaited: time goes on
    assert Stage.LOOKING is sensors.health["strap"].stage
    for event, at_s in zip(found, (5.0, 5.01, 5.02), strict=True):
        assert abs(event.t_ns / NS_PER_S - at_s) < 1e-6


def test_a_document_knows_no_simulated_device() -> None:
    """What is recorded of a simulated race names its sensors and profiles, and no device."""
    document = settings().document()
    assert isinstance(document, RaceDocument)
    assert {"pod", "strap"} == set(document.sensors)
    assert "simulated" not in str(document.as_json())
