"""The topics for people and their JSON Schemas; the first two are as Foxglove publishes them."""

from collections.abc import Mapping
from typing import Any, Final

from kickcue.core.events import Mode
from kickcue.recording.mcap_writer import Topic

Schema = dict[str, Any]

LOG_INFO, LOG_WARNING = 2, 3
"""Of ``foxglove.LogLevel``."""
VARIANCE_UNKNOWN, VARIANCE_APPROXIMATED = 0, 1
"""Of ``foxglove.PositionCovarianceType``."""

_NUMBER: Final[Schema] = {"type": "number"}
_TEXT: Final[Schema] = {"type": "string"}
_TIME: Final[Schema] = {
    "type": "object",
    "title": "time",
    "properties": {
        "sec": {"type": "integer", "minimum": 0},
        "nsec": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    },
    "required": ["sec", "nsec"],
}


def _topic(
    name: str, schema_name: str, properties: Mapping[str, Schema], required: tuple[str, ...] = ()
) -> Topic:
    schema = {
        "title": schema_name,
        "type": "object",
        "properties": {"timestamp": _TIME, **properties},
        "required": ["timestamp", *required],
    }
    return Topic(name, schema_name, schema)


def _one_of(**names: int) -> Schema:
    return {"oneOf": [{"title": name, "const": number} for name, number in names.items()]}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


_LOCATION: Final[Mapping[str, Schema]] = {
    "frame_id": _TEXT,
    "latitude": _said(_NUMBER, "degrees, WGS 84"),
    "longitude": _said(_NUMBER, "degrees, WGS 84"),
    "altitude": _said(_NUMBER, "not known: always 0"),
    "position_covariance": {
        "type": "array",
        "items": _NUMBER,
        "minItems": 9,
        "maxItems": 9,
        "description": "m^2, east, north and up, row by row",
    },
    "position_covariance_type": _one_of(UNKNOWN=0, APPROXIMATED=1, DIAGONAL_KNOWN=2, KNOWN=3),
}
_LOG: Final[Mapping[str, Schema]] = {
    "level": _one_of(UNKNOWN=0, DEBUG=1, INFO=2, WARNING=3, ERROR=4, FATAL=5),
    "message": _TEXT,
    "name": _TEXT,
    "file": _TEXT,
    "line": {"type": "integer", "minimum": 0},
}
_SENSOR: Final[Mapping[str, Schema]] = {"sensor": _said(_TEXT, "its name in race.toml")}
_PACE: Final[Mapping[str, Schema]] = {
    "speed_mps": _NUMBER,
    "pace_min_per_km": _said(_NUMBER, "minutes, 3.5 is 3:30"),
}
_CADENCE: Final = _said(_NUMBER, "steps a minute, both feet")

POSITION: Final = _topic("/position", "foxglove.LocationFix", _LOCATION, tuple(_LOCATION))
LOG: Final = _topic("/log", "foxglove.Log", _LOG, tuple(_LOG))
HEART_RATE: Final = _topic(
    "/heart_rate",
    "kickcue.HeartRate",
    {
        **_SENSOR,
        "bpm": _NUMBER,
        "contact": _said({"type": "boolean"}, "with the skin"),
        "rr_ms": {
            "type": "array",
            "items": _NUMBER,
            "description": "between beats, the oldest first",
        },
    },
    ("sensor",),
)
POD: Final = _topic(
    "/pod",
    "kickcue.Pod",
    {
        **_SENSOR,
        **_PACE,
        "cadence_spm": _CADENCE,
        "step_m": _said(_NUMBER, "length of one step"),
        "distance_m": _said(_NUMBER, "the pod's running total"),
        "running": {"type": "boolean"},
    },
    ("sensor",),
)
ESTIMATE: Final = _topic(
    "/estimate",
    "kickcue.Estimate",
    {
        "distance_m": _said(_NUMBER, "run since the gun"),
        "plus_minus_m": _said(_NUMBER, "half of the 95 % interval"),
        "lower_m": _said(_NUMBER, "lower end of the 95 % interval"),
        "upper_m": _said(_NUMBER, "upper end of the 95 % interval"),
        "to_go_m": _NUMBER,
        **_PACE,
        "cadence_spm": _CADENCE,
        "heart_rate_bpm": _NUMBER,
        "lap": {"type": "integer"},
        "mode": {"type": "string", "enum": [mode.value for mode in Mode]},
    },
    ("mode",),
)
TOPICS: Final = (POSITION, LOG, HEART_RATE, POD, ESTIMATE)
