"""The messages: what we send is exact, what we receive may be anything."""

import contextlib
import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import Ack, Command, CommandKind, Estimate, Mode, Notification, Phase
from kickcue.core.watch.state_machine import CueContent
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.messages import (
    MODELS,
    AckMessage,
    CommandMessage,
    CueMessage,
    SensorMessage,
    StateMessage,
    StatusMessage,
    parse,
)
from kickcue.edges.mqtt.schema_docs import EXAMPLES, asyncapi, documents, schema
from kickcue.edges.mqtt.topics import RULES

REPO = Path(__file__).resolve().parents[3]
NAMES = tuple(MODELS)
OPTIONAL = {"command": ("by", "race_distance_m"), "presence": ("kind", "why")}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_sent_is_understood(name: str) -> None:
    """For each topic: the message that comes out of parsing is the one that was sent."""
    assert parse(name, EXAMPLES[name].to_json()) == EXAMPLES[name]


@pytest.mark.parametrize("name", NAMES)
def test_unknown_keys_are_let_pass(name: str) -> None:
    """GIVEN a later kickcue that sends one more key WHEN its message comes THEN it is understood as
    if the key were not there.
    """
    payload = json.dumps({**json.loads(EXAMPLES[name].to_json()), "colour": "green"}).encode()
    assert parse(name, payload) == EXAMPLES[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_message_without_its_version_is_of_version_1(name: str) -> None:
    """GIVEN small firmware that leaves `wire` out WHEN its message comes THEN it is understood."""
    values = json.loads(EXAMPLES[name].to_json())
    del values["wire"]
    assert parse(name, json.dumps(values).encode()) == EXAMPLES[name]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe", "expected JSON"),
        (b"[1]", "expected a JSON object"),
        (b'{"wire": 2}', "expected wire version 1, got 2"),
        (b'{"run_id": "w", "sent_ms": 0, "id": "p"}', "kind: is missing"),
        (
            b'{"run_id": "w", "sent_ms": 2147483648, "id": "p", "kind": "lap"}',
            "sent_ms: expected at most 2147483647, got 2147483648",
        ),
        (
            b'{"run_id": "w", "sent_ms": 0, "id": "p", "kind": "jump"}',
            "kind: expected one of start, lap, undo_lap, finish, abort, distance, got 'jump'",
        ),
        (b" " * 9000, "expected at most 8192 bytes, got 9000"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(payload: bytes, says: str) -> None:
    """GIVEN a broken command WHEN it is parsed THEN WireError says which topic and what is wrong,
    in one line.
    """
    with pytest.raises(WireError) as caught:
        parse("command", payload)
    assert str(caught.value).startswith(f"command: {says}")
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(NAMES),
    st.binary(max_size=80) | st.builds(lambda value: json.dumps(value).encode(), JSON),
)
def test_no_bytes_raise_anything_else(name: str, payload: bytes) -> None:
    """For any bytes on any topic: a message, or WireError and nothing else."""
    with contextlib.suppress(WireError):
        parse(name, payload)


@given(st.sampled_from(NAMES), st.data())
def test_no_wrong_value_raises_anything_else(name: str, data: st.DataObject) -> None:
    """For any JSON value in the place of any key: a message, or WireError and nothing else."""
    values = json.loads(EXAMPLES[name].to_json())
    values[data.draw(st.sampled_from(sorted(values)))] = data.draw(JSON)
    with contextlib.suppress(WireError):
        parse(name, json.dumps(values).encode())


@pytest.mark.parametrize("name", NAMES)
def test_payloads_are_small(name: str) -> None:
    """For each topic: the example is below 1,000 bytes, and no number in it is above 2^31."""
    payload = EXAMPLES[name].to_json()
    assert len(payload) < 1000
    assert all(
        value < 2**31 for value in json.loads(payload).values() if isinstance(value, int | float)
    )


def test_messages_become_the_cores_events() -> None:
    """GIVEN what a watch and a gateway send WHEN converted THEN the engine's inputs hold the same,
    stamped with the engine's time.
    """
    ack, command, sensor = EXAMPLES["ack"], EXAMPLES["command"], EXAMPLES["sensor"]
    assert isinstance(ack, AckMessage)
    assert isinstance(command, CommandMessage)
    assert isinstance(sensor, SensorMessage)
    assert ack.to_event(7) == Ack(7, "last_lap-1", felt=True, why=None, latency_ms=4.0)
    assert command.to_event(7) == Command(7, CommandKind.LAP)
    assert sensor.to_event(7, "pod", "2a53") == Notification(
        7, "pod", "2a53", bytes.fromhex("0780035ae90039300000")
    )


def test_a_cue_of_a_kind_not_known_here_is_played_all_the_same() -> None:
    """GIVEN a later kickcue with a new kind of cue WHEN it comes THEN the watch's logic gets it."""
    values = {**json.loads(EXAMPLES["cue"].to_json()), "kind": "through_the_line"}
    cue = parse("cue", json.dumps(values).encode())
    assert isinstance(cue, CueMessage)
    pulses = ((500, 150, 1.0), (150, 150, 1.0), (150, 0, 1.0))
    text, say = "Last lap: turnover up, stay relaxed", "Last lap. Turnover up, stay relaxed."
    assert cue.to_touch() == CueContent(
        "last_lap-1", "through_the_line", text, say, pulses, 3, 1998
    )


def test_an_estimate_survives_the_wire_as_far_as_people_can_tell() -> None:
    """GIVEN an estimate with many digits and one unknown WHEN it is sent and read THEN it is
    rounded, and unknown is still None.
    """
    estimate = Estimate(
        5, 4000.04, 2.96, 5.5049, None, 171.4, 10, 999.96, 103.25, Mode.POD, 10, 11, 4.04
    )
    message = StateMessage.of(estimate, "r", 5)
    expected = {
        "distance_m": 4000.0,
        "distance_sd_m": 3.0,
        "to_go_m": 1000.0,
        "speed_mps": 5.5,
        "cadence_spm": None,
        "heart_rate_bpm": 171.0,
    }
    known_to = {"lap_min": 10, "lap_max": 11, "eta_bell_sd_s": 4.0}
    assert {
        **expected,
        "lap": 10,
        "eta_bell_s": 103.2,
        "mode": "pod",
        **known_to,
    } == message.model_dump(mode="json", exclude={"wire", "run_id", "sent_ms"})
    assert parse("state", message.to_json()) == message


def test_a_state_from_before_laps_could_be_doubtful() -> None:
    """GIVEN a sender that does not tell which laps it may be THEN its state is read, and that is
    unknown.
    """
    values = {
        key: value
        for key, value in json.loads(EXAMPLES["state"].to_json()).items()
        if key not in {"lap_min", "lap_max", "eta_bell_sd_s"}
    }
    state = parse("state", json.dumps(values).encode())
    assert isinstance(state, StateMessage)
    assert (12, None, None, None) == (state.lap, state.lap_min, state.lap_max, state.eta_bell_sd_s)


# ---- documents


def test_the_documents_have_not_drifted() -> None:
    """GIVEN the models WHEN the documents are generated THEN they are what lies in docs/ (`python
    -m kickcue.edges.mqtt.schema_docs` renews them).
    """
    drifted = [
        str(path)
        for path, text in documents(REPO).items()
        if (REPO / path).read_text(encoding="utf-8") != text
    ]
    assert drifted == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_fits_its_schema(name: str) -> None:
    """For each topic: the JSON Schema is a valid one, and both the example and one with an unknown
    key fit it.
    """
    jsonschema.Draft202012Validator.check_schema(schema(name))
    example = json.loads(EXAMPLES[name].to_json())
    for value in (example, {**example, "colour": "green"}):
        jsonschema.validate(value, schema(name), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_demands_every_key_but_the_version(name: str) -> None:
    """For each topic: a message with any key missing does not fit its schema, but for those that
    have a meaning when left out.
    """
    example = json.loads(EXAMPLES[name].to_json())
    for key in example.keys() - {"wire", *OPTIONAL.get(name, ())}:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(
                {each: example[each] for each in example if each != key}, schema(name)
            )


def test_the_asyncapi_document_hangs_together() -> None:
    """GIVEN the AsyncAPI document WHEN its references are followed THEN each one leads somewhere,
    and each topic has one operation.
    """
    document = asyncapi()
    references = [value for value in _walk(document) if value.startswith(("#/", "schemas/"))]
    for reference in references:
        if reference.startswith("schemas/"):
            assert (REPO / "docs" / reference).is_file()
            continue
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    assert sorted(RULES) == sorted(
        operation["channel"]["$ref"].rpartition("/")[2]
        for operation in document["operations"].values()
    )


def _walk(value: object) -> list[str]:
    """Return all `$ref`s below a value."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [each for inner in value.values() for each in _walk(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in _walk(inner)]
    return []


def test_the_last_will_is_a_status() -> None:
    """GIVEN a last will, whose sending time nobody knows WHEN it comes THEN it is a status with
    sent_ms None.
    """
    will = StatusMessage(run_id="r", sent_ms=None, status="offline", phase=Phase.BODY)
    assert parse("status", will.to_json()) == will
