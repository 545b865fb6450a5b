"""A live run, wired as the command wires it: real broker, real loop, real recording; race time
passes faster.
"""

import asyncio
import errno
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.cli.run import _status as status_line
from kickcue.config.settings import Settings, load_settings
from kickcue.core.errors import UsageError
from kickcue.core.events import Command, CommandKind, Cue, Input, Notification, Phase
from kickcue.core.watch.state_machine import Play
from kickcue.daemon import race_end
from kickcue.daemon.clock import Clock
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.connection import ConnectionPlan
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.messages import SensorMessage, StatusMessage
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.session import Session, connect
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import WatchClient, watch
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Recording, read
from kickcue.recording.locked_file import StraightFile
from kickcue.replay.source import source
from kickcue.supervision.health import Stage
from kickcue.supervision.tasks import end

# The fixture is used by being there.
from tests.edges.mqtt.conftest import own_runtime_folder, until  # noqa: F401
from tests.patience import PATIENCE_S

RATE = 25.0
RACE = simulate(simulated_document("800m").course(), SCENARIOS["button"], 1_000_003)


def settings(**more: Any) -> Settings:
    """Return an 800 m with a strap and a pod that a gateway reads, and without a page."""
    pins = {
        "strap": {"profile": "generic-hr", "mqtt": "gym-strap"},
        "pod": {"profile": "generic-rsc", "mqtt": "gym-pod"},
    }
    options = {"race": "800m", "sensors": pins, "page": {"on": False}, **more}
    return load_settings(None, options=options, environ={})


NO_EVENT_NS = 2**62


@dataclass(frozen=True, slots=True)
class PlayedClock(Clock):
    """A clock that goes no farther than the next event that is played.

    ``RATE`` times as fast, a tenth of a second in which a busy machine does not run the test is
    seconds of the race: without this its ticks would overtake what was to come before them.
    """

    rate: float = RATE
    next_ns: list[int] = field(default_factory=lambda: [NO_EVENT_NS])
    lost_ns: list[int] = field(default_factory=lambda: [0])

    def run_ns(self) -> int:
        return min(self.free_ns(), self.next_ns[0])

    def free_ns(self) -> int:
        """Return what it would show if nothing held it."""
        return Clock.run_ns(self) - self.lost_ns[0]

    def go_on(self) -> None:
        """Go on from where it stands, as if it had not stood."""
        self.lost_ns[0] += max(self.free_ns() - self.next_ns[0], 0)
        self.next_ns[0] = NO_EVENT_NS


async def play(run: RaceDaemon, inputs: Iterable[Input], until: Phase = Phase.FINISHED) -> None:
    """Put the events of a race in at their moments, ``RATE`` times as fast, as the radio would."""
    await _put(run, _timed(inputs, run.clock.run_ns()), until)
    _hold(run, NO_EVENT_NS)


async def play_up_to_now(
    run: RaceDaemon, inputs: Iterable[Input], until: Phase = Phase.FINISHED
) -> int:
    """Do the same with the beginning of a race; return the run time of its zero.

    The run's clock stands at the last of them: how long it takes to end the run, and to begin the
    next one, is this machine's affair.
    """
    zero_ns = run.clock.run_ns()
    await _put(run, _timed(inputs, zero_ns), until)
    return zero_ns


def _free_ns(run: RaceDaemon) -> int:
    clock = run.clock
    return clock.free_ns() if isinstance(clock, PlayedClock) else clock.run_ns()


def standing_at(zero_ns: int, race_s: float) -> PlayedClock:
    """Return a clock that stands so long after the zero of its race until it is to ``go_on``."""
    return PlayedClock(next_ns=[zero_ns + round(race_s * 1e9 / RATE)])


def go_on(run: RaceDaemon) -> None:
    """Let such a clock go on."""
    assert isinstance(run.clock, PlayedClock)
    run.clock.go_on()


def _hold(run: RaceDaemon, at_ns: int) -> None:
    """Let the run's clock go to a moment and no farther."""
    if isinstance(run.clock, PlayedClock):
        run.clock.next_ns[0] = at_ns


async def play_on(run: RaceDaemon, inputs: Iterable[Input], zero_ns: int) -> None:
    """Put in what is still to come of a race that began at ``zero_ns``."""
    now_ns = run.clock.run_ns()
    await _put(run, (event for event in _timed(inputs, zero_ns) if event.t_ns >= now_ns))
    _hold(run, NO_EVENT_NS)


def _timed(inputs: Iterable[Input], zero_ns: int) -> Iterator[Input]:
    return (replace(event, t_ns=zero_ns + round(event.t_ns / RATE)) for event in inputs)


async def _put(run: RaceDaemon, timed: Iterable[Input], until: Phase = Phase.FINISHED) -> None:
    for event in timed:
        _hold(run, event.t_ns)
        await asyncio.sleep(max(event.t_ns - _free_ns(run), 0) / 1e9)
        run.put(event)
        if run.phase is until:
            break


def recorded(state: Path) -> Recording:
    (path,) = (state / "races").glob("*.mcap")
    return read(path)


def replays_alike(recording: Recording) -> bool:
    return (
        tuple(output for _, outputs in source(recording, None).run() for output in outputs)
        == recording.outputs
    )


def cues(recording: Recording) -> list[str]:
    return [output.id for output in recording.outputs if isinstance(output, Cue)]


class Gateway:
    """Somebody else's gateway: publishes what its sensors say."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sent_ms = 0

    def say(self, sensor: str, event: Notification) -> None:
        now_s = asyncio.get_running_loop().time()
        self._sent_ms = max(self._sent_ms + 1, round(now_s * 1000))
        payload = SensorMessage(
            run_id="gateway", sent_ms=self._sent_ms, hex=event.data.hex()
        ).to_json()
        self._session.send(
            Outgoing(
                f"kickcue/runner/sensor/{sensor}/{event.char}",
                payload,
                now_s + PATIENCE_S,
                0,
                retain=False,
            )
        )


async def relay(
    run: RaceDaemon, gateway: Gateway, wrist: WatchClient, inputs: Iterable[Input]
) -> None:
    """Play a race over MQTT alone: sensors through the gateway, start and laps from the watch.

    The run's clock stands at each event until that has come.
    """
    await until(lambda: wrist.wrist.is_sure(run.feed.run_id))
    zero_ns = run.clock.run_ns()
    for count, event in enumerate(inputs, start=1):
        at_ns = zero_ns + round(event.t_ns / run.clock.rate)
        _hold(run, at_ns)
        await asyncio.sleep(max(at_ns - _free_ns(run), 0) / 1e9)
        if isinstance(event, Notification):
            gateway.say(f"gym-{event.sensor}", event)
        else:
            wrist.command(CommandKind.LAP if not isinstance(event, Command) else event.kind)
        async with asyncio.timeout(PATIENCE_S):
            while _heard(run) < count:  # noqa: ASYNC110  it comes from another process
                await asyncio.sleep(0.001)
    _hold(run, NO_EVENT_NS)


def _heard(run: RaceDaemon) -> int:
    """Return how many words of sensors and presses have come over the broker."""
    assert run.way is not None
    assert run.way.delivery is not None
    presses = run.way.delivery._inbound._presses
    return len(presses) + sum(each.notifications for each in run.remote.health.values())


async def paced(run: RaceDaemon, inputs: Iterable[Input]) -> AsyncIterator[Input]:
    """Give the events of a race at their moments, before which the run's clock stands.

    Where this machine is late it is not made up for in leaps: nobody on the way would let such a
    flood pass.
    """
    zero_ns, last_ns = run.clock.run_ns(), 0
    try:
        for event in inputs:
            at_ns = zero_ns + round(event.t_ns / run.clock.rate)
            _hold(run, at_ns)
            gap_ns = round((event.t_ns - last_ns) / run.clock.rate)
            await asyncio.sleep(max(at_ns - _free_ns(run), 0.85 * gap_ns) / 1e9)
            last_ns = event.t_ns
            yield event
    finally:
        _hold(run, NO_EVENT_NS)


async def test_a_run_that_ends_logs_what_was_sent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a run whose broker is there WHEN it ends THEN the log counts what was sent over how
    many connections, and leaves out what was none.
    """
    caplog.set_level(logging.INFO)
    async with live(settings(), state=tmp_path) as run:
        way = run.way
        assert way is not None
        assert way.delivery is not None
        counters = way.delivery.session.counters
        await until(lambda: counters.sent > 0)
    (told,) = [text for text in caplog.messages if text.startswith("delivery ")]
    assert "link_connections=" in told
    assert "link_sent=" in told
    assert "unanswered" not in told


@pytest.mark.usefixtures("lasting")
async def test_a_race_whose_sensors_are_read_elsewhere(tmp_path: Path) -> None:
    """GIVEN sensors behind a gateway WHEN a race is run over MQTT alone THEN the last lap is felt
    once, and the recording replays alike.
    """
    felt: list[str] = []
    async with live(settings(), state=tmp_path, clock=PlayedClock()) as run:
        assert run.way is not None
        address = run.way.watch
        assert address is not None
        async with (
            watch(address, Topics()) as wrist,
            connect(ConnectionPlan(address, "gateway")) as session,
        ):

            async def wear() -> None:
                while True:
                    felt.extend(
                        each.touch.id for each in await wrist.wait(1.0) if isinstance(each, Play)
                    )

            worn = asyncio.create_task(wear())
            await until(lambda: run.way is not None and run.way.trouble is None)
            await relay(run, Gateway(session), wrist, RACE.inputs)
            await until(lambda: run.phase is Phase.FINISHED)
            await until(lambda: "last_lap-1" in felt)
            await end([worn])
        assert {Stage.CONNECTED} == {health.stage for health in run.health.values()}
    recording = recorded(tmp_path)
    assert 1 == felt.count("last_lap-1")
    assert replays_alike(recording)
    assert {"strap", "pod"} == {
        event.sensor for event in recording.inputs if isinstance(event, Notification)
    }


async def test_nothing_is_recorded_before_anything_is_heard(tmp_path: Path) -> None:
    """GIVEN a run WHEN no sensor, mark or order has come THEN no file is begun: a daemon may wait
    for days.
    """
    async with live(settings(), state=tmp_path) as run:
        assert Phase.WAITING is run.phase
        assert run.race_ns() is None
    assert not (tmp_path / "races").exists()


async def test_a_stranger_on_the_broker_is_not_listened_to(tmp_path: Path) -> None:
    """GIVEN a sensor id that is not pinned, even one called like a sensor of ours WHEN it speaks
    THEN the engine hears nothing.
    """
    async with live(settings(), state=tmp_path) as run:
        assert run.way is not None
        assert run.way.delivery is not None
        for name in ("stranger", "pod"):
            run.way.delivery.incoming.put_nowait(
                Notification(run.clock.run_ns(), name, "2a53", bytes(4))
            )
        run.way.delivery.incoming.put_nowait(
            Notification(run.clock.run_ns(), "gym-pod", "2a53", bytes(4))
        )
        await until(lambda: run.session is not None)
    heard = [event.sensor for event in recorded(tmp_path).inputs if isinstance(event, Notification)]
    assert ["pod"] == heard


async def test_a_second_run_for_the_same_wrist_ends_and_says_why(tmp_path: Path) -> None:
    """GIVEN a run that sends cues WHEN a second one comes to the same broker and topics THEN it
    ends before its race begins, and names the first.
    """
    async with private_broker(Topics()) as broker:
        named = settings(**{"broker.url": broker.address.with_password()})
        async with deliver(broker.address, Topics(), run_id="thefirst", now_ns=time.monotonic_ns):
            with pytest.raises(UsageError, match=r"another kickcue \(run thefirst\).*--alongside"):
                async with (
                    live(named, state=tmp_path / "second") as run,
                    asyncio.timeout(PATIENCE_S),
                ):
                    await run.done.wait()


async def test_a_watch_that_joins_late_gets_the_ready_it_has_missed(tmp_path: Path) -> None:
    """GIVEN a run that has given `ready` WHEN a watch joins after it THEN it feels it too, once;
    the run knows that it is there.
    """
    async with live(settings(), state=tmp_path) as run:
        assert run.way is not None
        assert run.way.watch is not None
        now_ns = run.clock.run_ns()
        run.put(Notification(now_ns, "pod", "2a53", bytes.fromhex("0780035ae90039300000")))
        run.put(Notification(now_ns, "strap", "2a37", bytes([0, 160])))
        await until(lambda: run.session is not None and bool(run.session.view.cues))
        assert run.session is not None
        assert run.way.delivery is not None
        counters = run.way.delivery.counters
        await until(lambda: counters.unanswered == 1)
        assert not run.watch_is_there
        cues = run.session.view.cues
        # When it is given again, a busy machine does not make it late.
        cues[:] = [replace(cue, ttl_ms=round(PATIENCE_S * 1000)) for cue in cues]
        async with (
            watch(run.way.watch, Topics(), kind="terminal") as wrist,
            asyncio.timeout(PATIENCE_S),
        ):
            felt: list[str] = []
            while not felt:
                felt += [
                    each.touch.kind for each in await wrist.wait(0.2) if isinstance(each, Play)
                ]
            assert felt == ["ready"]
            await until(lambda: run.watch_is_there and "terminal on the wrist" in run.watch_text)


async def test_without_a_broker_the_race_goes_on(tmp_path: Path) -> None:
    """GIVEN a broker that cannot be reached WHEN a race is run THEN the cues are given and
    recorded, and the reason is told.
    """
    async with live(
        settings(broker={"url": "mqtt://127.0.0.1:9"}), state=tmp_path, clock=PlayedClock()
    ) as run:
        await play(run, RACE.inputs)
        refused = "broker mqtt://127.0.0.1:9: cannot connect: Connection refused"
        await until(lambda: run.way is not None and run.way.trouble == refused)
    recording = recorded(tmp_path)
    assert "last_lap-1" in cues(recording)
    assert replays_alike(recording)


async def test_without_the_private_broker_the_race_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN no broker named and none installed WHEN a race is run THEN it is, for whoever looks at
    the screen.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.broker.WHEEL", "no-such-wheel")
    async with live(settings(), state=tmp_path, clock=PlayedClock()) as run:
        await play(run, RACE.inputs)
        assert run.way is not None
        assert run.way.trouble is not None
        assert run.way.trouble.startswith("no cues to a watch: no broker")
    assert "last_lap-1" in cues(recorded(tmp_path))


def no_wheel(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("kickcue.edges.mqtt.broker.WHEEL", "no-such-wheel")
    return "pip install '.[embedded]'"


def no_start(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("kickcue.edges.mqtt.broker._server", lambda: Path("/bin/false"))
    monkeypatch.setattr("kickcue.edges.mqtt.broker.START_S", 0.2)
    return "the private broker did not start"


@pytest.mark.parametrize("breaks", [no_wheel, no_start])
async def test_that_no_wrist_is_reached_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    breaks: Callable[[pytest.MonkeyPatch], str],
) -> None:
    """GIVEN a private broker that cannot be had WHEN a race waits THEN a warning and systemd's
    status say that, and why or what to do.
    """
    says = breaks(monkeypatch)
    async with live(settings(), state=tmp_path) as run:
        assert "no cues to the wrist: " in status_line(run)
        assert says in status_line(run)
    (told,) = [text for text in caplog.messages if text.startswith("no_wrist ")]
    assert logging.WARNING in {
        record.levelno for record in caplog.records if record.getMessage() == told
    }
    assert says.replace('"', '\\"') in told


async def test_without_a_disk_the_race_goes_on(tmp_path: Path) -> None:
    """GIVEN a state folder that cannot be made WHEN a race is run THEN the cues are given, and a
    note says that nothing is recorded.
    """
    (tmp_path / "state").write_text("a file where a folder should be")
    async with live(settings(), state=tmp_path / "state", clock=PlayedClock()) as run:
        await play(run, RACE.inputs)
        assert run.session is not None
        assert "last_lap-1" in [cue.id for cue in run.session.view.cues]
        await until(lambda: ["recording stopped"] == [note.partition(":")[0] for note in run.notes])


async def test_an_end_that_the_disk_did_not_take_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a disk that is full at the very end WHEN the run has ended THEN a note says so, and who
    runs it knows for the exit status.
    """
    async with live(settings(), state=tmp_path) as run:
        run.put(Command(run.clock.run_ns(), CommandKind.START))
        await until(lambda: run.recorder is not None and run.recorder.path is not None)
        monkeypatch.setattr(StraightFile, "write", _full)
    assert run.recorder is not None
    assert "No space left on device" in (run.recorder.trouble or "")
    assert ["recording stopped"] == [note.partition(":")[0] for note in run.notes]


def _full(_self: StraightFile, _data: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_race_that_was_recorded_in_part_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording that ended early WHEN the run has ended THEN exit status 1, and a line that
    says why.
    """

    async def run_until_over(_settings: Settings, _how: Any) -> str:
        return "cannot write race.mcap: No space left on device"

    monkeypatch.setattr("kickcue.cli.run._headless", run_until_over)
    race = tmp_path / "race.toml"
    race.write_text('race = "800m"\n[sensors.pod]\nprofile = "generic-rsc"\nmqtt = "gym-pod"\n')
    assert 1 == main(["run", "--headless", str(race), "--state", str(tmp_path)])
    assert (
        "only part of the race was recorded: cannot write race.mcap: No space left"
        in capsys.readouterr().err
    )


async def test_nothing_is_recorded_where_nothing_shall_be(tmp_path: Path) -> None:
    """GIVEN record = false WHEN a race is run THEN there is no file and no complaint."""
    async with live(settings(record=False), state=tmp_path, clock=PlayedClock()) as run:
        await play(run, RACE.inputs, Phase.LAST_LAP)
        assert [] == list(run.notes)
    assert not (tmp_path / "races").exists()


async def test_the_run_ends_after_the_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a race WHEN it is over THEN the run goes on for a while, for the last word of heart and
    watch, and then is done.
    """
    monkeypatch.setattr(race_end, "LINGER_S", 1.0)
    async with live(settings(), state=tmp_path, clock=PlayedClock()) as run:
        run.put(Command(run.clock.run_ns(), CommandKind.START))
        await until(lambda: run.phase is Phase.BODY)
        assert not run.done.is_set()
        run.put(Command(run.clock.run_ns(), CommandKind.ABORT))
        async with asyncio.timeout(PATIENCE_S):
            await run.done.wait()
        assert Phase.ABORTED is run.phase


async def test_a_race_goes_on_where_a_run_was_stopped(tmp_path: Path) -> None:
    """GIVEN a run that was stopped in mid-race WHEN the next one starts THEN it is the same race,
    run and file, and the bell comes once.
    """
    half = [event for event in RACE.inputs if event.t_ns < RACE.inputs[-1].t_ns // 3]
    rest = [event for event in RACE.inputs if event.t_ns >= RACE.inputs[-1].t_ns // 3]
    async with live(settings(), state=tmp_path, clock=PlayedClock()) as first:
        zero_ns = await play_up_to_now(first, half)
        await until(lambda: first.feed.idle)
        assert Phase.BODY is first.phase
    clock = standing_at(zero_ns, half[-1].t_ns / 1e9 + 2.0)
    async with live(settings(), state=tmp_path, clock=clock) as second:
        go_on(second)
        assert second.resumed
        assert first.feed.run_id == second.feed.run_id
        assert Phase.BODY is second.phase
        await play_on(second, rest, zero_ns)
        await until(second.done.is_set)
    recording = recorded(tmp_path)
    assert 1 == cues(recording).count("last_lap-1")
    assert replays_alike(recording)


async def test_after_a_reboot_it_is_another_run_of_the_same_race(tmp_path: Path) -> None:
    """GIVEN a race in which the bell was armed WHEN the machine reboots and the bell is due
    meanwhile THEN the watch's timer has rung it.
    """
    until_armed = [event for event in RACE.inputs if event.t_ns < RACE.truth.time_at(350.0) * 1e9]
    async with live(settings(), state=tmp_path, clock=PlayedClock(boot="first")) as first:
        await play_up_to_now(first, until_armed)
        await until(lambda: first.feed.idle)
        assert first.session is not None
        armed = first.session.view.armed
        assert armed is not None
        due_ns = armed.t_ns + armed.due_in_ms * 1_000_000
        assert first.feed.time is not None
        _hold(first, first.feed.time.run_ns(due_ns - 500_000_000))
        await until(lambda: (first.race_ns() or 0) > due_ns - 1_000_000_000)
        first_run = first.feed.run_id
    await asyncio.sleep(2.0 / RATE + 0.1)  # the gap in which the bell was due
    async with live(settings(), state=tmp_path, clock=PlayedClock(boot="second")) as second:
        assert second.resumed
        assert first_run != second.feed.run_id
        assert armed.cue.id in second.outlets.felt
        second.put(Command(second.clock.run_ns(), CommandKind.FINISH))
        await until(lambda: second.phase is Phase.FINISHED)
    assert replays_alike(recorded(tmp_path))


async def test_a_second_run_is_kept_out(tmp_path: Path) -> None:
    """GIVEN a run WHEN another one is started in the same state folder THEN it is refused and told
    which process to end; later it may.
    """
    async with live(settings(), state=tmp_path):
        with pytest.raises(
            UsageError, match=f"is already running in .* \\(process {os.getpid()}\\)"
        ):
            async with live(settings(), state=tmp_path):
                pass
    async with live(settings(), state=tmp_path) as run:
        assert Phase.WAITING is run.phase


async def test_a_watch_hears_that_the_race_waits(tmp_path: Path) -> None:
    """GIVEN a run before the start WHEN a watch listens THEN its status has the phase ``waiting``,
    not null.
    """
    async with live(settings(), state=tmp_path) as run:
        assert run.way is not None
        assert run.way.watch is not None
        async with (
            asyncio.timeout(PATIENCE_S),
            watch(run.way.watch, Topics(), subscribes=("status",)) as worn,
        ):
            heard: list[StatusMessage] = []
            while not any(each.phase is Phase.WAITING for each in heard):
                heard += [each for each in await worn.wait(1.0) if isinstance(each, StatusMessage)]


async def test_a_fresh_start_can_be_asked_for(tmp_path: Path) -> None:
    """GIVEN a race that was cut off WHEN a run is started afresh THEN it waits for a new race, and
    the old recording stays.
    """
    async with live(settings(), state=tmp_path) as first:
        first.put(Command(first.clock.run_ns(), CommandKind.START))
        await until(lambda: first.phase is Phase.BODY)
    async with live(settings(), state=tmp_path, fresh=True) as second:
        assert not second.resumed
        assert Phase.WAITING is second.phase
    assert 1 == len(list((tmp_path / "races").glob("*.mcap")))


async def test_a_failure_inside_ends_the_run_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN an engine that fails, which must not happen WHEN it does THEN the run is done and
    raises, so that a service manager restarts it.
    """

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):  # noqa: PT012  the failure comes in the middle of a run
        async with live(settings(), state=tmp_path) as run:
            monkeypatch.setattr(run.feed, "_feed", fail)
            run.put(Command(run.clock.run_ns(), CommandKind.START))
            async with asyncio.timeout(PATIENCE_S):
                await run.done.wait()


async def test_a_race_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    """GIVEN a kick that no race allows WHEN a run is started THEN it is refused before anything is
    opened.
    """
    with pytest.raises(UsageError, match="kick: expected more than 50 m"):
        async with live(settings(kick_m=40.0), state=tmp_path):
            pass
    assert not (tmp_path / "races").exists()
