"""From the engine to the wrist and back, through real brokers."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiomqtt import Client

from kickcue.core.errors import UsageError
from kickcue.core.events import (
    Ack,
    Arm,
    Command,
    CommandKind,
    Disarm,
    Estimate,
    Level,
    Mode,
    Notice,
    Notification,
    Phase,
    PhaseChange,
)
from kickcue.core.units import NS_PER_S
from kickcue.core.watch.state_machine import CueAck, Play
from kickcue.edges.mqtt import watch_client
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.messages import (
    ArmMessage,
    CommandMessage,
    DisarmMessage,
    SensorMessage,
    StateMessage,
    StatusMessage,
)
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.watch_client import _now_ms as real_now_ms, watch
from kickcue.supervision.tasks import end
from tests.edges.mqtt.conftest import (
    TOPICS,
    WORTH_MS,
    Broker,
    Mosquitto,
    Nats,
    Run,
    engine_clock,
    running,
    start_sender,
    until,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("quick")


def estimate(run: Run, distance_m: float) -> Estimate:
    return Estimate(
        run.clock(), distance_m, 3.0, 5.5, 182.0, 171.0, 11, 5000 - distance_m, None, Mode.MARKS
    )


async def test_a_cue_is_felt_and_the_answer_reaches_the_engine(broker: Broker) -> None:
    """GIVEN a sender and a watch WHEN a cue is sent THEN it is felt once and the engine gets an Ack
    that says so.
    """
    async with running(broker) as run:
        run.delivery.send(run.cue("c1"))
        await until(lambda: bool(run.inputs))
        ack = run.inputs[0]  # a cue whose answer is slow is said, and answered, once more
        assert isinstance(ack, Ack)
        assert (ack.cue_id, ack.felt, ack.why) == ("c1", True, None)
        assert ["c1"] == [play.touch.id for play in run.of(Play)]
        report = run.delivery.report()
        assert (report["cues"], report["felt"], report["link_connections"]) == (1, 1, 1)


async def test_an_armed_cue_fires_and_the_cue_after_it_is_not_felt_again(broker: Broker) -> None:
    """GIVEN an armed cue WHEN its time comes and the cue is sent a moment later THEN there is one
    buzz, from the timer.
    """
    async with running(broker) as run:
        cue = run.cue("c1")
        run.delivery.send(Arm(run.clock(), cue, due_in_ms=300))
        await until(lambda: bool(run.of(Play)))
        run.delivery.send(run.cue("c1"))
        await until(lambda: len(run.of(CueAck)) >= 2)
        assert [True] == [play.from_timer for play in run.of(Play)]
        assert {True} == {answer.felt for answer in run.of(CueAck)}


async def test_a_disarmed_cue_stays_silent(nats: Nats, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN an armed cue WHEN it is disarmed before its time and another cue follows THEN only the
    other one is felt.
    """
    later_ms = 0
    monkeypatch.setattr(watch_client, "_now_ms", lambda: real_now_ms() + later_ms)
    async with running(nats) as run:
        run.delivery.send(Arm(run.clock(), run.cue("c1"), due_in_ms=600_000))
        run.delivery.send(Disarm(run.clock(), "c1", "the runner stopped"))
        run.delivery.send(Arm(run.clock(), run.cue("c2"), due_in_ms=600_100))
        await until(lambda: bool(run.of(DisarmMessage)))
        await until(lambda: {"c1", "c2"} == {arm.id for arm in run.of(ArmMessage)})
        later_ms = 601_000  # their time comes once all of it has been heard
        await until(lambda: bool(run.of(Play)))
        assert ["c2"] == [play.touch.id for play in run.of(Play)]


async def test_a_watch_that_joins_late_gets_the_armed_cue(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a cue armed before the watch came WHEN the sender repeats it (each 4 s, here each
    second) THEN the watch has it; arms are not retained.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.pending_cues.ARM_EACH_NS", NS_PER_S)
    clock = engine_clock()
    async with deliver(nats.address, TOPICS, run_id="run", now_ns=clock) as delivery:
        run = Run(clock, delivery)
        delivery.send(Arm(clock(), run.cue("c1"), due_in_ms=2500))
        async with watch(nats.watch_address, TOPICS) as run.wrist:
            follow = asyncio.create_task(run.follow())
            await until(lambda: bool(run.of(Play)))
            await end([follow])
    assert ["c1"] == [play.touch.id for play in run.of(Play)]


async def test_a_cue_nobody_acknowledges_is_repeated_until_its_deadline(nats: Nats) -> None:
    """GIVEN no watch WHEN a cue worth 1.5 s is sent THEN it is repeated after 0.7 s and 1.4 s, and
    then counted as unanswered.
    """
    clock = unhurried_clock()
    async with deliver(nats.address, TOPICS, run_id="run", now_ns=clock) as delivery:
        run = Run(clock, delivery)
        delivery.send(run.cue("c1", ttl_ms=1500))
        await until(lambda: delivery.report()["unanswered"] == 1)
        assert delivery.report()["cues"] == 1
        assert 1 <= delivery.report()["repeated"] <= 2


def unhurried_clock() -> Callable[[], int]:
    """Return a clock that stands still while this machine does something else for long."""
    clock, then_ns, told_ns = engine_clock(), 0, 0

    def now_ns() -> int:
        nonlocal then_ns, told_ns
        told_ns += min(clock() - then_ns, NS_PER_S // 5)
        then_ns = clock()
        return told_ns

    return now_ns


async def test_a_cue_past_its_deadline_is_not_sent(nats: Nats) -> None:
    """GIVEN an engine that was held up WHEN its cue is older than its ttl THEN it is dropped and
    counted, and the next one is felt.
    """
    async with running(nats) as run:
        old = run.cue("old", ttl_ms=100)
        await until(lambda: run.clock() - old.t_ns > 100e6)
        run.delivery.send(old)
        run.delivery.send(run.cue("new"))
        await until(lambda: bool(run.of(Play)))
        assert ["new"] == [play.touch.id for play in run.of(Play)]
        assert run.delivery.report()["late"] == 1


async def test_state_is_sent_on_change_and_at_most_twice_a_second(nats: Nats) -> None:
    """GIVEN 60 estimates in 1.2 s or longer WHEN they are sent THEN the watch gets two a second at
    most, and in the end the newest.
    """
    async with running(nats) as run:
        start_ns = run.clock()
        for metre in range(60):
            run.delivery.send(estimate(run, 4000 + metre))
            await asyncio.sleep(0.02)
        await until(
            lambda: bool(run.of(StateMessage)) and run.of(StateMessage)[-1].distance_m == 4059
        )
        sent = len(run.of(StateMessage))
        assert 2 <= sent <= 2 + (run.clock() - start_ns) / 0.5e9
        run.delivery.send(estimate(run, 4059))
        run.delivery.send(PhaseChange(run.clock(), Phase.LAST_LAP, Phase.BODY))
        await until(lambda: run.of(StatusMessage)[-1].phase is Phase.LAST_LAP)
        assert len(run.of(StateMessage)) == sent


async def test_a_notice_never_reaches_the_wrist(nats: Nats) -> None:
    """GIVEN a notice WHEN it is sent and a cue after it THEN nothing but the cue was published
    beside status.
    """
    async with running(nats) as run:
        run.delivery.send(
            Notice(run.clock(), "strap_lost", "the strap fell silent", Level.WARNING, "strap")
        )
        run.delivery.send(run.cue("c1"))
        await until(lambda: bool(run.of(Play)))
        assert {StatusMessage, Play, CueAck} == {type(each) for _, each in run.seen}


async def test_commands_and_foreign_sensors_reach_the_engine(broker: Broker) -> None:
    """GIVEN a watch with a lap button and a gateway WHEN they publish THEN the engine gets a
    Command and a Notification.
    """
    async with running(broker) as run:
        run.watch.command(CommandKind.LAP)
        await until(lambda: len(run.inputs) == 1)
        payload = SensorMessage(run_id="gateway", sent_ms=0, hex="1648").to_json()
        deadline_s = asyncio.get_running_loop().time() + PATIENCE_S
        run.watch.session.send(
            Outgoing(f"{TOPICS.prefix}/sensor/strap/2a37", payload, deadline_s, qos=0)
        )
        await until(lambda: len(run.inputs) == 2)
        command, notification = run.inputs
        assert isinstance(command, Command)
        assert command.kind is CommandKind.LAP
        assert isinstance(notification, Notification)
        assert (notification.sensor, notification.char, notification.data) == (
            "strap",
            "2a37",
            b"\x16\x48",
        )


async def test_a_press_that_comes_twice_counts_once(nats: Nats) -> None:
    """GIVEN a lap press whose message is doubled on the way WHEN both come THEN the engine gets one
    lap; the next press is another.
    """
    async with running(nats) as run:
        deadline_s = asyncio.get_running_loop().time() + PATIENCE_S
        for press in ("p1", "p1", "p2"):
            payload = CommandMessage(
                run_id="w", sent_ms=0, id=press, kind=CommandKind.LAP
            ).to_json()
            run.watch.session.send(Outgoing(TOPICS["command"], payload, deadline_s))
        await until(lambda: len(run.inputs) == 2)
        assert run.delivery.report()["in_doubled"] == 1


@pytest.mark.parametrize(
    ("payload", "counter"),
    [
        (b"not json", "in_broken"),
        (
            (
                b'{"run_id":"w","sent_ms":0,"id":"c1","cue_run_id":"another",'
                b'"felt":true,"why":null,"latency_ms":1}'
            ),
            "in_of_another_run",
        ),
    ],
)
async def test_what_is_not_for_the_engine_is_counted(
    nats: Nats, payload: bytes, counter: str
) -> None:
    """GIVEN a broken ack, or one of another run's cue WHEN it comes THEN the engine does not see it
    and a counter tells.
    """
    async with running(nats) as run:
        run.watch.session.send(
            Outgoing(TOPICS["ack"], payload, asyncio.get_running_loop().time() + PATIENCE_S)
        )
        await until(lambda: run.delivery.report()[counter] == 1)
        assert run.inputs == []


async def test_retained_orders_are_not_obeyed(mosquitto: Mosquitto) -> None:
    """GIVEN a lap command and a cue that somebody retained WHEN sender and watch connect THEN
    nobody obeys, for they may be days old.
    """
    press = CommandMessage(run_id="w", sent_ms=0, id="p", kind=CommandKind.LAP).to_json()
    address = mosquitto.address
    async with Client(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        timeout=PATIENCE_S,
    ) as somebody:
        await somebody.publish(TOPICS["command"], press, qos=1, retain=True)
        await somebody.publish(TOPICS["cue"], b"{}", qos=1, retain=True)
    async with running(mosquitto) as run:
        await until(lambda: run.delivery.report()["in_retained"] == 1)
        run.delivery.send(run.cue("c1"))
        await until(lambda: bool(run.inputs))
        # A cue whose answer is slow is said, and answered, once more.
        assert {Ack} == {type(each) for each in run.inputs}
        assert ["c1"] == [play.touch.id for play in run.of(Play)]


async def test_a_sender_that_is_killed_is_offline_by_its_last_will(broker: Broker) -> None:
    """GIVEN a sender in a process of its own WHEN that is killed THEN the watch hears `offline`, of
    that run, without a sending time.
    """
    async with watch(broker.watch_address, TOPICS) as wrist:
        run = Run(engine_clock(), wrist=wrist)
        follow = asyncio.create_task(run.follow())
        sender = await start_sender(broker.address)
        await until(lambda: "online" in {status.status for status in run.of(StatusMessage)})
        sender.kill()
        await sender.wait()
        await until(lambda: run.of(StatusMessage)[-1].status == "offline")
        will = run.of(StatusMessage)[-1]
        assert (will.sent_ms, will.run_id) == (None, "killed")
        await end([follow])


async def test_a_new_watch_sees_at_once_who_is_there(broker: Broker) -> None:
    """GIVEN a sender that left WHEN a watch connects
    THEN the retained status tells it `offline`.
    """
    async with watch(broker.watch_address, TOPICS) as other:
        run = Run(engine_clock(), wrist=other)
        follow = asyncio.create_task(run.follow())
        async with deliver(broker.address, TOPICS, run_id="run", now_ns=run.clock) as delivery:
            await until(lambda: delivery.report()["link_sent"] >= 1)
        # The broker has its farewell.
        await until(lambda: "offline" in {status.status for status in run.of(StatusMessage)})
        await end([follow])
    async with watch(broker.watch_address, TOPICS) as wrist:
        (status,) = await wrist.wait(PATIENCE_S)
        assert isinstance(status, StatusMessage)
        assert status.status == "offline"


async def test_a_cue_that_no_wire_can_carry_is_the_callers_mistake(nats: Nats) -> None:
    """GIVEN a cue whose intensity is 3 WHEN it is sent THEN UsageError names the cue and the
    key.
    """
    async with running(nats) as run:
        with pytest.raises(UsageError, match=r"cannot send cue 'c1': pulses\.0\.2"):
            run.delivery.send(replace(run.cue("c1"), pulses=((200, 100, 3.0),)))


@pytest.mark.mosquitto
async def test_mosquitto_sub_sees_a_cue(
    mosquitto: Mosquitto, real_program: Callable[[str], Path]
) -> None:
    """GIVEN mosquitto_sub on the cue topic WHEN a cue is sent THEN it prints it, with the keys that
    docs/wire.md promises.
    """
    address = mosquitto.watch_address
    assert address.user is not None
    assert address.password is not None
    program = await asyncio.create_subprocess_exec(
        real_program("mosquitto_sub"),
        *("-h", address.host, "-p", str(address.port), "-u", address.user, "-P", address.password),
        *("-t", TOPICS["cue"], "-t", TOPICS["status"], "-q", "1", "-F", "%t %p"),
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    async with running(mosquitto) as run, asyncio.timeout(PATIENCE_S):
        assert (await program.stdout.readline()).startswith(TOPICS["status"].encode())
        run.delivery.send(run.cue("c1"))
        while not (line := await program.stdout.readline()).startswith(TOPICS["cue"].encode()):
            pass
    program.terminate()
    await program.wait()
    found = json.loads(line.partition(b" ")[2])
    expected = {
        "id": "c1",
        "kind": "last_lap",
        "text": "last lap",
        "due_in_ms": 0,
        "pulses": [[200, 100, 1.0]],
        "to_go_m": 400.0,
        "sd_m": 3.2,
    }
    assert expected == {key: found[key] for key in expected}
    assert 0 < found["ttl_ms"] <= WORTH_MS
