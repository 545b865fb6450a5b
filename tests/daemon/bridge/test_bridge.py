"""From a race's sender over a real broker and an unmodified bleak to a watch: felt once, never
late, and answered as it was.
"""

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest

from kickcue.config.watch_files import load_watch
from kickcue.core.errors import UsageError
from kickcue.core.events import Disarm, Notification, Phase, PhaseChange
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import encode
from kickcue.core.watch.state_machine import CueAck, CueContent
from kickcue.daemon.ack_log import RESTARTED
from kickcue.daemon.bridge import BY_TIMER, LINK, NO_APP, Bridge, bridge
from kickcue.edges.mqtt.broker import PrivateBroker
from kickcue.edges.mqtt.watch_client import watch
from kickcue.edges.radio import WatchPin
from tests.beds.fake_bluez import FakeBluez
from tests.beds.watches import NUS_WRITE, bangle_in, infinitime_in
from tests.daemon.bridge.bench import TTL_MS, Race, race, until, until_ready
from tests.edges.mqtt.conftest import TOPICS
from tests.patience import PATIENCE_S

INFINITIME = WatchPin(load_watch("infinitime"))
BANGLE_JS = WatchPin(load_watch("bangle-js"))
BANGLE_GB = WatchPin(load_watch("bangle-gb"), name="Bangle.js 1a2b")
UNTIL_LOST_MS = 600_000
"""Armed for so long, a cue is not due before its link is lost, however busy the machine is."""
BELL = CueContent(
    "run/bell", "last_lap", "Last lap: relax", None, ((150, 100, 1.0), (150, 0, 1.0)), 3, TTL_MS
)


def bytes_of(pin: WatchPin) -> list[bytes]:
    """Return what the profile says of the bell's cue."""
    return [step.data for step in encode(pin.profile, BELL).steps if isinstance(step, Write)]


async def test_an_infinitime_feels_a_cue(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a PineTime WHEN a cue is sent THEN the profile's bytes are on the air, and the link's
    confirmation is the answer.
    """
    worn, sensor = infinitime_in(bluez)
    async with (
        race(broker) as sender,
        bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.cue())
        await until(lambda: len(worn.felt) == 2)
        await until(lambda: sender.acks)
        assert [("bell", True, None)] == sender.acks
        assert (1, 0) == (running.felt, running.not_felt)
    assert bytes_of(INFINITIME) == [written.data for written in sensor.writes]


@pytest.mark.parametrize("pin", [BANGLE_JS, BANGLE_GB], ids=["js", "gb"])
async def test_a_bangle_feels_a_cue(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path, pin: WatchPin
) -> None:
    """GIVEN a Bangle.js, plain or with kickcue's app WHEN a cue is sent THEN the profile's line is
    run, once, and answered as felt.
    """
    worn, sensor = bangle_in(bluez)
    async with race(broker) as sender, bridge(pin, broker.watch, TOPICS, state=tmp_path) as running:
        await until_ready(running)
        sender.delivery.send(sender.cue())
        await until(lambda: sender.acks)
        assert [("bell", True, None)] == sender.acks
    assert 1 == len(worn.felt)
    assert b"".join([b"\x03", *bytes_of(pin)]) == b"".join(
        written.data for written in sensor.writes if written.char == NUS_WRITE
    )


async def test_a_link_lost_while_armed_costs_nothing(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN an armed cue WHEN the link drops, the sender moves it and dies, and the link comes back
    THEN it is felt at its time, not before, not late.
    """
    worn, sensor = infinitime_in(bluez)
    loop = asyncio.get_running_loop()
    async with bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path) as running:
        async with race(broker) as sender:
            await until_ready(running)
            sender.delivery.send(sender.arm(UNTIL_LOST_MS))
            await until(lambda: running.broker.wrist.armed)
            sensor.advertise(on=False)
            sensor.drop()
            await until(lambda: not running.worn.connected.is_set())
            assert [] == worn.felt
            (was_due_ms,) = due_in(running)
            armed_s = loop.time()
            sender.delivery.send(sender.arm(1500))
            await until(lambda: max(due_in(running), default=0) < was_due_ms - UNTIL_LOST_MS / 2)
        sensor.advertise(on=True)
        await until(lambda: len(worn.felt) == 2)
        lead_s = running.profile.timing.lead_ms / 1000
    assert armed_s + 1.5 - lead_s <= worn.felt[0].at_s <= armed_s + 1.5 + TTL_MS / 1000


def due_in(running: Bridge) -> list[int]:
    """Return when what is armed is due."""
    return [due_ms for _, due_ms in running.broker.wrist.armed.values()]


async def test_a_watch_that_stays_away_feels_nothing_late(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a watch that is gone WHEN a cue's time and its worth are over THEN it is answered as
    not felt; back again, it feels nothing.
    """
    worn, sensor = infinitime_in(bluez)
    async with (
        race(broker) as sender,
        bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sensor.advertise(on=False)
        sensor.drop()
        sender.delivery.send(sender.arm(200, ttl_ms=700))
        await until(lambda: sender.acks)
        assert [("bell", False, LINK)] == sender.acks
        sensor.advertise(on=True)
        await until(lambda: running.worn.health.connections == 2)
        sender.delivery.send(sender.cue("next"))
        await until(lambda: len(sender.acks) == 2)
        assert [("bell", False, LINK), ("next", True, None)] == sender.acks
        await until(lambda: not worn.ringing)
        assert 2 == len(worn.felt)


async def test_a_restarted_bridge_feels_nothing_twice(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a cue that was felt WHEN the bridge is started anew and the cue is sent once more THEN
    the first answer, and nothing is felt.
    """
    worn, _ = infinitime_in(bluez)
    async with race(broker) as sender:
        for _ in range(2):
            async with bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path) as running:
                await until_ready(running)
                before = len(sender.answers)
                sender.delivery.send(sender.cue())
                await until(partial(more_answers_than, sender, before))
                await until(lambda: len(worn.felt) == 2)
        assert [("bell", True, None)] == sender.acks
    assert 2 == len(worn.felt)


def more_answers_than(sender: Race, before: int) -> bool:
    return len(sender.answers) > before


async def test_a_bridge_killed_while_it_played_does_not_play_again(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN the memory of a bridge that died after it began to play WHEN the cue comes once more
    THEN it is answered as not felt for sure.
    """
    worn, _ = infinitime_in(bluez)
    (tmp_path / "bridge").mkdir()
    noted = {"run_id": "run", "cue_id": "bell", "felt": False, "why": RESTARTED, "latency_ms": 0}
    (tmp_path / "bridge" / "infinitime.jsonl").write_text(
        f'{{"cut off": \n{json.dumps(noted)}\n{{"run_id"'
    )
    async with (
        race(broker) as sender,
        bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.cue())
        await until(lambda: sender.acks)
        assert [("bell", False, RESTARTED)] == sender.acks
    assert [] == worn.felt


async def test_a_bangle_with_the_app_keeps_the_timer_itself(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a cue that was armed on the watch WHEN the link is lost for good THEN the watch feels
    it; without a loss it feels it once.
    """
    worn, sensor = bangle_in(bluez)
    async with (
        race(broker) as sender,
        bridge(BANGLE_GB, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.arm(600, "held"))
        await until(lambda: len(sender.acks) == 1)
        await until(lambda: not worn.armed)
        assert ["run/held"] == [felt.id for felt in worn.felt]
        sender.delivery.send(sender.arm(UNTIL_LOST_MS, "lost"))
        await until(lambda: worn.armed)
        sensor.advertise(on=False)
        sensor.drop()
        await until(lambda: not running.worn.connected.is_set())
        sender.delivery.send(sender.arm(200, "lost", ttl_ms=700))
        timer = worn.armed["run/lost"]
        timer._run()  # its time has come
        timer.cancel()
        await until(lambda: len(sender.acks) == 2)
        assert [("held", True, None), ("lost", False, BY_TIMER)] == sender.acks
        assert ["run/held", "run/lost"] == [felt.id for felt in worn.felt]


async def test_a_bangle_without_the_app_is_found_out(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a Bangle.js that takes the message and has no app to play it WHEN a cue is sent THEN it
    is answered as not felt, and why.
    """
    monkeypatch.setattr("kickcue.daemon.bridge.ANSWER_S", 1.0)
    worn, _ = bangle_in(bluez)
    worn.has_app = False
    async with (
        race(broker) as sender,
        bridge(BANGLE_GB, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.cue())
        await until(lambda: sender.acks)
        assert [("bell", False, NO_APP)] == sender.acks
    assert [] == worn.felt


async def test_a_disarmed_cue_is_disarmed_on_the_watch(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a cue that was armed on the watch WHEN it is disarmed THEN the watch's own timer is
    cancelled as well.
    """
    worn, _ = bangle_in(bluez)
    async with (
        race(broker) as sender,
        bridge(BANGLE_GB, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.arm(60_000))
        await until(lambda: worn.armed)
        sender.delivery.send(Disarm(sender.clock(), "bell", "the race is over"))
        await until(lambda: not worn.armed)
    assert [] == worn.felt


async def test_a_cue_disarmed_without_a_link_is_disarmed_when_it_is_back(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a cue that was armed on the watch WHEN it is disarmed while the link is lost THEN the
    watch's own timer is cancelled as soon as there is a link.
    """
    worn, sensor = bangle_in(bluez)
    async with (
        race(broker) as sender,
        bridge(BANGLE_GB, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.arm(UNTIL_LOST_MS))
        await until(lambda: worn.armed)
        sensor.advertise(on=False)
        sensor.drop()
        await until(lambda: not running.worn.connected.is_set())
        sender.delivery.send(Disarm(sender.clock(), "bell", "the race is over"))
        await until(lambda: not running.broker.wrist.armed)
        sensor.advertise(on=True)
        await until(lambda: not worn.armed)
    assert [] == worn.felt


async def test_an_order_to_disarm_that_came_too_late_is_given_again(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a machine that is too busy to write the order in time WHEN a cue is disarmed THEN the
    watch is told once there is time for it.
    """
    worn, _ = bangle_in(bluez)
    async with (
        race(broker) as sender,
        bridge(BANGLE_GB, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(sender.arm(UNTIL_LOST_MS))
        await until(lambda: worn.armed)
        with monkeypatch.context() as busy:
            busy.setattr("kickcue.daemon.watch_timers.ARM_S", 0.0)
            sender.delivery.send(Disarm(sender.clock(), "bell", "the race is over"))
            await until(lambda: not running.broker.wrist.armed)
            await asyncio.sleep(0.3)  # it has tried by now
            assert worn.armed
        await until(lambda: not worn.armed)
    assert [] == worn.felt


async def test_the_link_is_kept_awake_while_a_race_is_on(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a Bangle.js WHEN the phase is of a race THEN it is told so; when the race is over it is
    told that.
    """
    worn, _ = bangle_in(bluez)
    async with (
        race(broker) as sender,
        bridge(BANGLE_JS, broker.watch, TOPICS, state=tmp_path) as running,
    ):
        await until_ready(running)
        sender.delivery.send(PhaseChange(sender.clock(), Phase.BODY, Phase.WAITING))
        await until(lambda: worn.lines[-1:] == ["\x10NRF.setConnectionInterval(100)"])
        sender.delivery.send(PhaseChange(sender.clock(), Phase.FINISHED, Phase.BODY))
        await until(lambda: worn.lines[-1:] == ['\x10NRF.setConnectionInterval("auto")'])


async def test_the_watch_can_be_a_sensor(
    bluez: FakeBluez, broker: PrivateBroker, tmp_path: Path
) -> None:
    """GIVEN a watch whose heart rate is wanted WHEN it notifies THEN the race hears it as a sensor
    that is read elsewhere.
    """
    _, sensor = infinitime_in(bluez)
    async with (
        race(broker) as sender,
        bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path, sensor=True) as running,
    ):
        await until_ready(running)
        await until(lambda: bluez.subscribed(sensor, "2a37"))
        sensor.notify("2a37", b"\x00\x48")
        await until(
            lambda: [e for e in sender.heard if isinstance(e, Notification) and e.char == "2a37"]
        )
        (heard,) = [
            each for each in sender.heard if isinstance(each, Notification) and each.char == "2a37"
        ]
        assert ("watch", b"\x00\x48") == (heard.sensor, heard.data)


@pytest.mark.parametrize("answered", [True, False])
async def test_a_second_watch_waits_for_the_first(
    bluez: FakeBluez,
    broker: PrivateBroker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answered: bool,
) -> None:
    """GIVEN a bridge for a second watch WHEN another watch answers as felt THEN nothing is played;
    when none does, it is.
    """
    if answered:
        monkeypatch.setattr("kickcue.daemon.bridge.SECOND_AFTER_S", PATIENCE_S)
    worn, _ = infinitime_in(bluez)
    async with (
        race(broker) as sender,
        watch(broker.watch, TOPICS, subscribes=["status"]) as first,
        bridge(INFINITIME, broker.watch, TOPICS, state=tmp_path, second=True) as running,
    ):
        await until_ready(running)
        await until(lambda: first.session.connected)
        sender.delivery.send(sender.cue())
        if answered:
            await until(lambda: sender.delivery.counters.cues)
            first.acknowledge(CueAck("run", "bell", felt=True, why=None, latency_ms=0))
            await until(
                lambda: (
                    (running._answered.of(("run", "bell")) or noted()).why
                    == "felt on another watch"
                )
            )
            assert [] == worn.felt
        else:
            await until(lambda: len(worn.felt) == 2)
        await until(lambda: sender.acks)
        assert [("bell", True, None)] == sender.acks


def noted() -> CueAck:
    return CueAck("", "", felt=False, why=None, latency_ms=0)


async def test_a_watch_of_another_kind_is_refused(broker: PrivateBroker, tmp_path: Path) -> None:
    """GIVEN a profile of a watch that listens to MQTT itself WHEN bridged THEN it says that it
    needs none.
    """
    with pytest.raises(UsageError, match="reached by Bluetooth, got"):
        async with bridge(
            WatchPin(load_watch("esp32-mqtt"), name="x"), broker.watch, TOPICS, state=tmp_path
        ):
            pass
