"""What comes from the wire and reaches the engine, and what does not."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.core.events import Command, CommandKind, Mark, MarkSource, Notification, Orderer
from kickcue.edges.mqtt import schema_docs
from kickcue.edges.mqtt.inbound import (
    BURST_S,
    LATEST_MS,
    MOST_PER_S,
    MOST_PRESSES,
    MOST_TOPICS,
    Inbound,
)
from kickcue.edges.mqtt.messages import AckMessage, CommandMessage, SensorMessage
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.traffic import Received

TOPICS = Topics()
NOW_NS = 7_000_000_000
REPO = Path(__file__).resolve().parents[3]


def press(number: int, *, sent_ms: int = 0, delay_ms: int = 0) -> Received:
    """Return a lap press as it comes ``delay_ms`` after it was sent."""
    payload = CommandMessage(
        run_id="watch", sent_ms=sent_ms, id=f"p{number}", kind=CommandKind.LAP
    ).to_json()
    return Received(
        TOPICS["command"], payload, retained=False, received_s=(sent_ms + delay_ms) / 1000
    )


def inbound() -> Inbound:
    return Inbound(TOPICS, "run", lambda: NOW_NS)


def test_a_press_is_stamped_with_the_engines_time() -> None:
    """GIVEN a lap press WHEN it comes THEN the engine gets it, stamped with its own clock."""
    assert inbound().take(press(1)) == Command(NOW_NS, CommandKind.LAP)


@pytest.mark.parametrize("kind", CommandKind)
def test_who_pressed(kind: CommandKind) -> None:
    """GIVEN a press that names nobody, the runner, or a helper THEN the first two are the runner's;
    a helper's lap is a mark of its own kind.
    """
    metres = 3000.0 if kind is CommandKind.DISTANCE else None
    orders = [
        inbound().take(
            Received(TOPICS["command"], json.dumps(each).encode(), retained=False, received_s=0.0)
        )
        for each in (
            {"run_id": "w", "sent_ms": 0, "id": "p", "kind": kind, "race_distance_m": metres, **by}
            for by in ({}, {"by": "runner"}, {"by": "trackside"})
        )
    ]
    ours, theirs = (Command(NOW_NS, kind, by, metres) for by in (None, Orderer.TRACKSIDE))
    helped = Mark(NOW_NS, MarkSource.TRACKSIDE) if kind is CommandKind.LAP else theirs
    assert [ours, ours, helped] == orders


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "distance"},
        {"kind": "lap", "race_distance_m": 3000},
        {"kind": "distance", "race_distance_m": 199},
        {"kind": "distance", "race_distance_m": 1e9},
    ],
)
def test_a_distance_has_its_metres_and_no_other_press_has(said: dict[str, Any]) -> None:
    """GIVEN a corrected distance without metres or with wrong ones, or a lap with some.

    WHEN it comes THEN it is counted as broken.
    """
    box = inbound()
    payload = json.dumps({"run_id": "w", "sent_ms": 0, "id": "p", **said}).encode()
    assert box.take(Received(TOPICS["command"], payload, retained=False, received_s=0.0)) is None
    assert box.counters.broken == 1


def test_a_press_by_nobody_known_is_refused() -> None:
    """GIVEN a press by somebody that no rule knows THEN it is counted as broken: a newer helper
    must not pass for the runner.
    """
    box = inbound()
    payload = json.dumps(
        {"run_id": "w", "sent_ms": 0, "id": "p", "kind": "lap", "by": "drone"}
    ).encode()
    assert box.take(Received(TOPICS["command"], payload, retained=False, received_s=0.0)) is None
    assert box.counters.broken == 1


def test_a_press_that_was_held_up_is_dropped() -> None:
    """GIVEN a watch whose first press came at once WHEN another is held up for more than 2 s THEN
    it is dropped: it would mark another line.
    """
    box = inbound()
    box.take(press(1))
    assert box.take(press(2, sent_ms=1000, delay_ms=LATEST_MS)) is not None
    assert box.take(press(3, sent_ms=2000, delay_ms=LATEST_MS + 1)) is None
    assert box.counters.late == 1


def test_a_sensor_read_elsewhere_keeps_its_own_time() -> None:
    """GIVEN a gateway's notifications WHEN one is held up for 300 ms more than the fastest THEN the
    engine gets it stamped 300 ms earlier.
    """
    box = inbound()
    topic = TOPICS["sensor"].replace("+/+", "pod/2a53")

    def sent(at_ms: int, delay_ms: int) -> Received:
        payload = SensorMessage(run_id="gateway", sent_ms=at_ms, hex="00000000").to_json()
        return Received(topic, payload, retained=False, received_s=(at_ms + delay_ms) / 1000)

    assert box.take(sent(1000, 40)) == Notification(NOW_NS, "pod", "2a53", bytes(4))
    assert box.take(sent(2000, 340)) == Notification(NOW_NS - 300_000_000, "pod", "2a53", bytes(4))
    assert box.take(sent(3000, 20)) == Notification(NOW_NS, "pod", "2a53", bytes(4))


def test_a_gateway_that_was_started_again_under_its_name_is_heard_again() -> None:
    """GIVEN a gateway that was on for half an hour WHEN its clock begins anew THEN it is mute for
    three seconds, and that is told once.
    """
    box, told = inbound(), list[str]()
    box.warn = told.append
    topic = TOPICS["sensor"].replace("+/+", "pod/2a53")

    def sent(at_ms: int, came_ms: int) -> Received:
        payload = SensorMessage(run_id="gate\x1bway", sent_ms=at_ms, hex="00000000").to_json()
        return Received(topic, payload, retained=False, received_s=came_ms / 1000)

    for s in range(5):
        assert box.take(sent(1_800_000 + s * 1000, s * 1000)) is not None
    heard = [box.take(sent(s * 1000, 60_000 + s * 1000)) is not None for s in range(10)]
    assert [False] * 3 + [True] * 7 == heard
    assert box.counters.clock_back == 1
    (line,) = told
    assert "clock of sender 'gate\\x1bway' went back" in line


def test_memory_of_presses_is_bounded() -> None:
    """GIVEN more presses than any race has WHEN they come THEN the oldest are forgotten, and none
    of the new ones is lost.
    """
    box = inbound()
    assert None not in [
        box.take(press(number, sent_ms=1000 * number)) for number in range(2 * MOST_PRESSES)
    ]
    assert len(box._presses) == MOST_PRESSES


@pytest.mark.parametrize("topic", ["kickcue/other/command", "kickcue/runner/lunch", TOPICS["cue"]])
def test_what_is_not_meant_for_the_engine_is_passed_over(topic: str) -> None:
    """GIVEN a topic of somebody else, an unknown one, or one of our own WHEN something comes there
    THEN the engine does not see it.
    """
    assert (
        inbound().take(
            Received(topic, schema_docs.EXAMPLES["cue"].to_json(), retained=False, received_s=0.0)
        )
        is None
    )


def test_the_reason_of_a_refusal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """GIVEN a broken command WHEN it comes THEN it is counted and the log says why."""
    caplog.set_level("INFO")
    box = inbound()
    assert box.take(Received(TOPICS["command"], b"lap!", retained=False, received_s=0.0)) is None
    assert box.counters.broken == 1
    assert [
        ("kickcue/runner/command refused: command: expected JSON, got b'lap!'")
    ] == caplog.messages


def test_the_documents_are_renewed_by_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a checkout whose generated parts are out of date WHEN the generator runs THEN they are
    what is committed.
    """
    shutil.copytree(REPO / "docs", tmp_path / "docs")
    (tmp_path / "docs" / "asyncapi.json").write_text("old")
    shutil.rmtree(tmp_path / "docs" / "schemas")
    monkeypatch.chdir(tmp_path)
    assert schema_docs.main() == 0
    assert (tmp_path / "docs" / "asyncapi.json").read_text() == (
        REPO / "docs" / "asyncapi.json"
    ).read_text()
    assert sorted(path.name for path in (REPO / "docs" / "schemas").iterdir()) == sorted(
        path.name for path in (tmp_path / "docs" / "schemas").iterdir()
    )


# ---- floods


@pytest.mark.parametrize("payload", [b"junk", press(0).payload])
def test_a_flood_of_orders_is_cut_at_the_border(
    payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN 60,000 orders in 20 s, junk or not WHEN they come THEN a person's worth is taken or
    logged, the rest is counted, the cut told once; a press after it is taken.
    """
    box = inbound()
    for number in range(60_000):
        box.take(
            Received(
                TOPICS["command"],
                payload.replace(b"p0", b"p%d" % number),
                retained=False,
                received_s=number / 3000,
            )
        )
    looked_at = 60_000 - box.counters.flooded
    assert looked_at <= MOST_PER_S["command"] * (20 + BURST_S) + 1
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1
    after = replace(press(70_000, sent_ms=40_000), received_s=40.0)
    assert box.take(after) is not None


def test_a_flood_on_one_topic_does_not_silence_another() -> None:
    """GIVEN a flood of junk for one sensor, and of topics WHEN the pod speaks four times a second
    THEN every word of it is taken.
    """
    box = inbound()
    pod = SensorMessage(run_id="gateway", sent_ms=0, hex="00")
    for number in range(4000):
        box.take(
            Received(
                TOPICS.sensor("stranger", "2a53"), b"junk", retained=False, received_s=number / 1000
            )
        )
        box.take(
            Received(
                TOPICS.sensor(f"stranger{number}", "2a53"),
                b"junk",
                retained=False,
                received_s=number / 1000,
            )
        )
        if number % 250 == 0:
            said = pod.model_copy(update={"sent_ms": number}).to_json()
            word = Received(
                TOPICS.sensor("pod", "2a53"), said, retained=False, received_s=number / 1000
            )
            assert isinstance(box.take(word), Notification)
    assert box.counters.flooded > 0
    assert len(box._throttles) <= MOST_TOPICS


def test_what_the_broker_retained_is_no_press() -> None:
    """GIVEN a press that the broker had kept from some other day THEN it is counted and not obeyed;
    said live, it is.
    """
    box = inbound()
    assert box.take(replace(press(1), retained=True)) is None
    assert (1, 0) == (box.counters.retained, box.counters.doubled)
    assert box.take(press(1)) is not None


def test_a_press_that_comes_twice_is_one_press() -> None:
    """GIVEN a press that the network brings twice THEN the second is counted and not obeyed."""
    box = inbound()
    assert box.take(press(1)) is not None
    assert box.take(press(1, sent_ms=1)) is None
    assert 1 == box.counters.doubled


@pytest.mark.parametrize(("of_run", "taken"), [("run", True), ("an older run", False)])
def test_an_answer_to_another_run_is_none(of_run: str, taken: bool) -> None:
    """GIVEN a watch that answers a cue of this run, or of one before THEN only the first counts."""
    box = inbound()
    answer = AckMessage(
        run_id="watch",
        sent_ms=0,
        cue_run_id=of_run,
        id="last_lap-1",
        felt=True,
        why=None,
        latency_ms=0,
    )
    found = box.take(Received(TOPICS["ack"], answer.to_json(), retained=False, received_s=0.0))
    assert (taken, not taken) == (found is not None, bool(box.counters.of_another_run))


def test_a_press_among_junk_is_taken() -> None:
    """GIVEN 5,000 a second on the topic of the presses that are none WHEN somebody presses each
    second THEN every press is taken.
    """
    box = inbound()
    for number in range(20_000):
        junk = Received(TOPICS["command"], b"junk", retained=False, received_s=number / 5000)
        assert box.take(junk) is None
        if number % 5000 == 0:
            given = press(number, sent_ms=number // 5)
            assert box.take(replace(given, received_s=number / 5000)) is not None
