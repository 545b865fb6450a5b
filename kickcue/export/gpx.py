"""An activity as GPX 1.1, with heart rate and cadence in Garmin's TrackPointExtension v1.

GPX knows where and when, and nothing of distances or laps. A pause ends a segment.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree import ElementTree as ET

from kickcue.config.extras import how_to_get
from kickcue.core.errors import DataError, UsageError
from kickcue.core.printable import printable
from kickcue.core.units import NS_PER_S, STEPS_PER_STRIDE
from kickcue.export.activity import ExportActivity, ExportRow

TRACK_POINT: Final = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
_PREFIX: Final = "gpxtpx"
_MOST_STRIDES: Final = 254
_BPM: Final = (1, 255)


def gpx_bytes(activity: ExportActivity) -> bytes:
    """Return the bytes of the file.

    DataError where no position is known, UsageError where the library is missing.
    """
    try:
        from gpxpy import gpx  # noqa: PLC0415  an optional library
    except ImportError:
        raise UsageError(
            f"writing GPX files needs the gpxpy library: {how_to_get('export')}"
        ) from None
    if not any(_is_placed(row) for row in activity.rows):
        raise DataError(
            "no positions are known, and a GPX holds nothing without them: use --to tcx or fit"
        )
    document = gpx.GPX()
    document.creator = "kickcue"
    document.nsmap[_PREFIX] = TRACK_POINT
    track = gpx.GPXTrack(name=printable(activity.title))
    track.type = "running"  # type: ignore[assignment]  # the library forgot its type
    document.tracks.append(track)
    before: ExportRow | None = None
    for row in activity.rows:
        if not _is_placed(row):
            continue
        if before is None or activity.stood_between(before, row):
            track.segments.append(gpx.GPXTrackSegment())
        track.segments[-1].points.append(_point(activity, row))
        before = row
    return document.to_xml(version="1.1").encode()


def _is_placed(row: ExportRow) -> bool:
    return row.lat_deg is not None and row.lon_deg is not None


def _point(activity: ExportActivity, row: ExportRow) -> Any:
    from gpxpy.gpx import GPXTrackPoint  # noqa: PLC0415  an optional library

    point = GPXTrackPoint(row.lat_deg, row.lon_deg, time=_moment(activity.utc_ns(row.t_ns)))
    values = {
        "hr": _whole(row.heart_rate_bpm, _BPM),
        "cad": _whole(
            None if row.cadence_spm is None else row.cadence_spm / STEPS_PER_STRIDE,
            (0, _MOST_STRIDES),
        ),
    }
    known = {name: value for name, value in values.items() if value is not None}
    if known:
        extension = ET.Element(f"{{{TRACK_POINT}}}TrackPointExtension")
        for name, value in known.items():
            ET.SubElement(extension, f"{{{TRACK_POINT}}}{name}").text = str(value)
        point.extensions.append(extension)
    return point


def _whole(value: float | None, bounds: tuple[int, int]) -> int | None:
    whole = None if value is None else round(value)
    return whole if whole is not None and bounds[0] <= whole <= bounds[1] else None


def _moment(utc_ns: int) -> datetime:
    seconds, rest_ns = divmod(utc_ns, NS_PER_S)
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=rest_ns // 1000)
