import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given

from kickcue.core.errors import DataError
from kickcue.core.events import (
    Arm,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Fix,
    Link,
    Mark,
    MarkSource,
    Notification,
    Tick,
)
from kickcue.recording.codec import (
    BY_CLASS,
    BY_OUT,
    BY_TAG,
    BY_TOPIC,
    SHAPES,
    WATCH_SHAPES,
    shape_of,
)
from kickcue.recording.json_values import LAST_NS, read_t_ns
from kickcue.recording.model import INPUTS, OUTPUTS, Entry
from kickcue.recording.watch_records import WatchLap, WatchRecord
from tests.recording.event_strategies import entries

CUE = Cue(5, "c1", CueKind.LAST_LAP, "last lap", "now", ((200, 100, 1.0),), 2, 3000, 400.0, 1.5)


def test_every_event_has_a_shape() -> None:
    """Whatever the engine takes or gives, and a watch wrote, can be recorded: no class is
    forgotten, and none has the channel of another.
    """
    assert {*INPUTS, *OUTPUTS, WatchRecord, WatchLap} == set(BY_CLASS)
    assert len(SHAPES) + len(WATCH_SHAPES) == len(BY_TOPIC)
    assert (len(INPUTS), len(OUTPUTS)) == (len(BY_TAG), len(BY_OUT))


@given(entries)
def test_json_round_trip(entry: Entry) -> None:
    """Any event survives the way through JSON text and back exactly."""
    shape = shape_of(entry)
    assert entry == shape.read(
        json.loads(json.dumps(shape.write(entry), allow_nan=False)), entry.t_ns
    )


@given(entries)
def test_schema_holds(entry: Entry) -> None:
    """What is written is valid by the JSON Schema that stands in the file."""
    shape = shape_of(entry)
    jsonschema.validate({"t_ns": entry.t_ns, **shape.write(entry)}, shape.schema("any"))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.topic)
def test_schema_is_of_the_kind_that_viewers_read(shape: Any) -> None:
    """Foxglove reads objects, lists of objects and plain types; unions, lists of lists and anyOf
    would hide the whole channel from it.
    """

    def check(schema: dict[str, Any]) -> None:
        assert schema["type"] in ("object", "array", "string", "number", "integer", "boolean")
        assert not {"anyOf", "oneOf", "allOf", "$ref", "contentEncoding"} & schema.keys()
        for inner in schema.get("properties", {}).values():
            check(inner)
        if schema["type"] == "array":
            assert schema["items"]["type"] == "object"
            check(schema["items"])

    check(shape.schema("any"))


def test_an_estimate_from_before_laps_could_be_doubtful() -> None:
    """GIVEN a recording whose estimates do not tell which laps it may be WHEN read THEN that is
    unknown, and written it is left out.
    """
    shape = BY_OUT["estimate"]
    old = {
        "mode": "pod",
        "distance_m": 4000.0,
        "distance_sd_m": 3.0,
        "lap": 11,
        "to_go_m": 1000.0,
        "eta_bell_s": 120.0,
    }
    found = shape.read(old, 7)
    assert isinstance(found, Estimate)
    assert (11, None, None, None) == (found.lap, found.lap_min, found.lap_max, found.eta_bell_sd_s)
    assert old == shape.write(found)


def test_keys_read_by_themselves() -> None:
    """The objects have the keys of the exchange form, units included, and leave out what is
    unknown.
    """
    assert {"sensor": "pod", "char": "2a53", "hex": "0780"} == _written(
        Notification(0, "pod", "2a53", b"\x07\x80")
    )
    assert {"sensor": "pod", "link": "down"} == _written(Link(0, "pod", up=False))
    assert {"mark": "button"} == _written(Mark(0, MarkSource.BUTTON))
    assert {"command": "start"} == _written(Command(0, CommandKind.START))
    assert {"lat_deg": 51.5, "lon_deg": -0.1} == _written(Fix(0, 51.5, -0.1))
    assert {"tick": True} == _written(Tick(0))
    arm = _written(Arm(4, CUE, 1500))
    assert (1500, 5, [{"on_ms": 200, "off_ms": 100, "intensity": 1.0}]) == (
        arm["due_in_ms"],
        arm["cue"]["t_ns"],
        arm["cue"]["pulses"],
    )


@pytest.mark.parametrize(
    ("topic", "given", "told"),
    [
        ("/in/notification", {"sensor": "pod", "char": "2a53"}, "hex is missing"),
        (
            "/in/notification",
            {"sensor": "pod", "char": "2a53", "hex": "078"},
            "hex: expected bytes in hex",
        ),
        (
            "/in/notification",
            {"sensor": "pod", "char": "2a53", "hex": 7},
            "hex: expected bytes in hex, two digits each, got 7",
        ),
        (
            "/in/notification",
            {"sensor": 1, "char": "2a53", "hex": ""},
            "sensor: expected a text",
        ),
        (
            "/in/mark",
            {"mark": "btn"},
            "mark: expected one of button, gate, beacon, trackside",
        ),
        ("/in/mark", {"mark": ["button"]}, "got ['button']"),
        ("/in/mark", {"mark": "button", "lap": 3}, "'lap': unknown key of a mark (expected mark)"),
        ("/in/link", {"sensor": "pod", "link": True}, "link: expected up or down"),
        ("/in/tick", {"tick": 1}, "tick: expected True"),
        ("/in/fix", {"lat_deg": "51", "lon_deg": 0}, "lat_deg: expected a number"),
        (
            "/in/fix",
            {"lat_deg": True, "lon_deg": 0},
            "lat_deg: expected a number from -90 to 90, got True",
        ),
        (
            "/in/fix",
            {"lat_deg": 1e999, "lon_deg": 0},
            "lat_deg: expected a number from -90 to 90, got inf",
        ),
        (
            "/in/fix",
            {"lat_deg": 10**400, "lon_deg": 0},
            "lat_deg: expected a number from -90 to 90, got 1000",
        ),
        ("/in/ack", {"ack": "c1", "felt": 1}, "felt: expected true or false"),
        (
            "/out/cue",
            {**shape_of(CUE).write(CUE), "pulses": [[1, 2, 0.5]]},
            "pulses: expected a list of",
        ),
        (
            "/out/cue",
            {**shape_of(CUE).write(CUE), "urgency": 1.5},
            "urgency: expected a whole number",
        ),
        ("/out/arm", {"cue": 3, "due_in_ms": 1}, "cue: expected the cue as an object"),
        (
            "/out/arm",
            {"cue": {**shape_of(CUE).write(CUE), "t_ns": -1}, "due_in_ms": 1},
            "t_ns: expected whole nanoseconds",
        ),
    ],
)
def test_wrong_objects_are_named(topic: str, given: dict[str, Any], told: str) -> None:
    """A key that is missing, unknown or wrong is an error of one line which names it, its value and
    what would be right.
    """
    with pytest.raises(DataError) as caught:
        BY_TOPIC[topic].read(given, 0)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def _written(entry: Entry) -> dict[str, Any]:
    return shape_of(entry).write(entry)


@pytest.mark.parametrize("t_ns", [1.0, True, "1", None, -1, LAST_NS + 1])
def test_what_is_no_time(t_ns: Any) -> None:
    """GIVEN a time that is no whole number of nanoseconds within a year THEN it is refused."""
    with pytest.raises(DataError, match="t_ns: expected whole nanoseconds"):
        read_t_ns(t_ns)
