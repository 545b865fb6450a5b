"""An activity as TCX: Garmin's Training Center Database, version 2, with ActivityExtension 2.

Cadence is in strides, whole ones, as its schema has it. A pause ends a track, and the next begins
behind it.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from kickcue.core.printable import printable
from kickcue.core.units import STEPS_PER_STRIDE
from kickcue.export.activity import ExportActivity, ExportLap, ExportRow, Intensity, Trigger, by_lap
from kickcue.recording.utc import utc_text

DATABASE: Final = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
EXTENSION: Final = "http://www.garmin.com/xmlschemas/ActivityExtension/v2"

_TRIGGERS: Final = {
    Trigger.MANUAL: "Manual",
    Trigger.TIME: "Time",
    Trigger.DISTANCE: "Distance",
    Trigger.POSITION: "Location",
    Trigger.SESSION_END: "Manual",
}
"""Its schema has no word for the end of it all: a person ended that."""
_MOST_BPM: Final = 0xFF
_MOST_STRIDES: Final = 254
_MS_PER_S: Final = 1000
_CM_PER_M: Final = 100


def tcx_bytes(activity: ExportActivity) -> bytes:
    """Return the bytes of the file."""
    root = ET.Element("TrainingCenterDatabase", {"xmlns": DATABASE, "xmlns:ns3": EXTENSION})
    run = ET.SubElement(ET.SubElement(root, "Activities"), "Activity", {"Sport": "Running"})
    _text(run, "Id", _moment(activity, activity.start_ns))
    rows = by_lap(activity.rows)
    for lap in activity.laps:
        _lap(run, activity, lap, rows.get(lap.number, ()))
    _text(run, "Notes", printable(activity.title))
    ET.indent(root, space=" ")
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data


def _lap(
    run: ET.Element, activity: ExportActivity, lap: ExportLap, rows: Sequence[ExportRow]
) -> None:
    element = ET.SubElement(run, "Lap", {"StartTime": _moment(activity, lap.from_ns)})
    seconds, metres = lap.timer_ms / _MS_PER_S, (lap.length_cm or 0) / _CM_PER_M
    _text(element, "TotalTimeSeconds", f"{seconds:.3f}")
    _text(element, "DistanceMeters", f"{metres:.2f}")
    _text(element, "Calories", "0")  # which the schema demands, and nobody counted
    _rate(element, "AverageHeartRateBpm", lap.mean_heart_rate_bpm)
    _rate(element, "MaximumHeartRateBpm", lap.most_heart_rate_bpm)
    resting = lap.intensity is Intensity.REST
    _text(element, "Intensity", "Resting" if resting else "Active")
    _text(element, "TriggerMethod", _TRIGGERS[lap.trigger])
    for between in _tracks(activity, rows):
        track = ET.SubElement(element, "Track")
        for row in between:
            _point(track, activity, row)
    speed = metres / seconds if seconds and lap.length_cm is not None else None
    _extension(element, "LX", AvgSpeed=speed, AvgRunCadence=_strides(lap.mean_cadence_spm))


def _tracks(activity: ExportActivity, rows: Sequence[ExportRow]) -> Iterator[Sequence[ExportRow]]:
    """Yield a lap's rows between its pauses."""
    found: list[ExportRow] = []
    for row in rows:
        if found and activity.stood_between(found[-1], row):
            yield found
            found = []
        found.append(row)
    if found:
        yield found


def _point(track: ET.Element, activity: ExportActivity, row: ExportRow) -> None:
    point = ET.SubElement(track, "Trackpoint")
    _text(point, "Time", _moment(activity, row.t_ns))
    if row.lat_deg is not None and row.lon_deg is not None:
        position = ET.SubElement(point, "Position")
        _text(position, "LatitudeDegrees", f"{row.lat_deg:.8f}")
        _text(position, "LongitudeDegrees", f"{row.lon_deg:.8f}")
    if row.distance_m is not None:
        _text(point, "DistanceMeters", f"{row.distance_m:.2f}")
    _rate(point, "HeartRateBpm", row.heart_rate_bpm)
    _extension(point, "TPX", Speed=row.mps, RunCadence=_strides(row.cadence_spm))


def _extension(parent: ET.Element, name: str, **values: float | None) -> None:
    known = {key: value for key, value in values.items() if value is not None}
    if known:
        element = ET.SubElement(ET.SubElement(parent, "Extensions"), f"ns3:{name}")
        for key, value in known.items():
            _text(element, f"ns3:{key}", str(value) if type(value) is int else f"{value:.3f}")


def _strides(spm: float | None) -> int | None:
    strides = None if spm is None else round(spm / STEPS_PER_STRIDE)
    return strides if strides is not None and strides <= _MOST_STRIDES else None


def _rate(parent: ET.Element, name: str, bpm: float | None) -> None:
    if bpm is not None and 1 <= round(bpm) <= _MOST_BPM:
        _text(ET.SubElement(parent, name), "Value", str(round(bpm)))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _moment(activity: ExportActivity, t_ns: int) -> str:
    return utc_text(activity.utc_ns(t_ns))
