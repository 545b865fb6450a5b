"""What is exported as TCX keeps to the schema, and is read back."""

from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

import xmlschema
from hypothesis import given

from kickcue.export.activity import ExportActivity, Intensity, Trigger
from kickcue.export.tcx import DATABASE, EXTENSION, tcx_bytes
from kickcue.recording.tcx import read
from tests.analysis.review.made_up import session_recording
from tests.examples import rarer
from tests.export.made_up_activities import activities
from tests.export.whole_way import activity_of

SPACES = {"t": DATABASE, "e": EXTENSION}


@lru_cache
def _rules() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("tcx_rules.xsd")))


@rarer(2)
@given(activities())
def test_it_keeps_to_the_schema_and_is_read_back(activity: ExportActivity) -> None:
    """GIVEN any activity WHEN exported THEN each element is where the schema has it, and kickcue
    reads the same distances, heart rates, whole strides, places and laps.
    """
    data = tcx_bytes(activity)
    _rules().validate(data.decode())

    again = read(data)
    assert (len(activity.rows), ()) == (len(again.points), tuple(again.problems))
    for row, point in zip(activity.rows, again.points, strict=True):
        strides = None if row.cadence_spm is None else round(row.cadence_spm / 2)
        assert (row.distance_m, row.heart_rate_bpm, strides, row.mps) == (
            point.distance_m,
            point.heart_rate_bpm,
            point.cadence_per_min,
            point.speed_mps,
        )
        assert (row.lat_deg, row.lon_deg) == (point.lat_deg, point.lon_deg)
    assert [(lap.length_cm or 0) / 100 for lap in activity.laps] == [
        lap.distance_m for lap in again.laps
    ]
    words = {Trigger.POSITION: "position", Trigger.SESSION_END: "manual"}
    assert [words.get(lap.trigger, lap.trigger.value) for lap in activity.laps] == [
        lap.trigger for lap in again.laps
    ]


def test_a_session_rests() -> None:
    """GIVEN repetitions WHEN exported THEN the rests between them are resting laps."""
    activity = activity_of(session_recording())
    root = ET.fromstring(tcx_bytes(activity))
    found = [lap.findtext("t:Intensity", "", SPACES) for lap in root.iterfind(".//t:Lap", SPACES)]
    assert [
        "Resting" if lap.intensity is Intensity.REST else "Active" for lap in activity.laps
    ] == found
    assert 3 == found.count("Resting")
    assert root.findtext(".//e:RunCadence", "", SPACES).isdecimal()
