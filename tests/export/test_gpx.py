"""What is exported as GPX is read back by gpxpy and by kickcue."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import gpxpy
import pytest
from hypothesis import given

from kickcue.core.errors import DataError
from kickcue.core.units import NS_PER_S
from kickcue.export.activity import ExportActivity
from kickcue.export.gpx import TRACK_POINT, gpx_bytes
from kickcue.recording.gpx import read
from tests.examples import rarer
from tests.export.made_up_activities import activities


@rarer(2)
@given(activities(placed=True))
def test_gpxpy_and_kickcue_read_it_back(activity: ExportActivity) -> None:
    """GIVEN any activity with positions WHEN exported THEN gpxpy reads its name, its points and
    their heart rates, and kickcue reads whole strides, too.
    """
    data = gpx_bytes(activity)
    (track,) = gpxpy.parse(data.decode()).tracks
    assert activity.title == track.name
    points = [point for segment in track.segments for point in segment.points]
    again = read(data)
    for row, theirs, ours in zip(activity.rows, points, again.points, strict=True):
        assert theirs.time is not None
        assert activity.utc_ns(row.t_ns) == round(theirs.time.timestamp()) * NS_PER_S
        assert (row.lat_deg, row.lon_deg) == (theirs.latitude, theirs.longitude)
        assert (row.lat_deg, row.lon_deg) == (ours.lat_deg, ours.lon_deg)
        rates = [each.text for ext in theirs.extensions for each in ext if each.tag.endswith("hr")]
        assert rates == ([] if row.heart_rate_bpm is None else [str(round(row.heart_rate_bpm))])
        strides = None if row.cadence_spm is None else round(row.cadence_spm / 2)
        assert (row.heart_rate_bpm, strides) == (ours.heart_rate_bpm, ours.cadence_per_min)


@rarer(5)
@given(activities(placed=True))
def test_the_extension_is_garmins(activity: ExportActivity) -> None:
    """GIVEN any activity WHEN exported THEN heart rate stands before cadence in an extension of
    Garmin's name, both whole, as its schema has them.
    """
    space = f"{{{TRACK_POINT}}}"
    for each in ET.fromstring(gpx_bytes(activity)).iter(f"{space}TrackPointExtension"):
        assert [child.tag for child in each] in (
            [f"{space}hr"],
            [f"{space}cad"],
            [f"{space}hr", f"{space}cad"],
        )
        assert all(re.fullmatch(r"\d{1,3}", child.text or "") for child in each)


@rarer(5)
@given(activities(placed=True))
def test_a_pause_ends_a_segment(activity: ExportActivity) -> None:
    """GIVEN a recorder that was stopped between two records WHEN exported THEN a segment ends
    there.
    """
    stopped = replace(activity, stops=((0, NS_PER_S),))
    (track,) = gpxpy.parse(gpx_bytes(stopped).decode()).tracks
    assert [1, len(activity.rows) - 1] == [len(segment.points) for segment in track.segments]


@rarer(5)
@given(activities())
def test_without_positions_there_is_none(activity: ExportActivity) -> None:
    """GIVEN a run without positions WHEN exported THEN that is said, and what to use instead."""
    nowhere = [replace(row, lat_deg=None, lon_deg=None) for row in activity.rows]
    with pytest.raises(DataError, match=r"no positions are known.*--to tcx or fit"):
        gpx_bytes(replace(activity, rows=nowhere))
