"""What is exported as FIT is read back by Garmin's SDK, by fitdecode and by kickcue."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fitdecode  # type: ignore[import-untyped]
import pytest
from fit_tool.fit_file import FitFile  # type: ignore[import-untyped]
from fit_tool.validation import validate_fit_file  # type: ignore[import-untyped]
from hypothesis import given

from kickcue.core.units import NS_PER_S
from kickcue.export.activity import ExportActivity
from kickcue.export.fit import fit_bytes
from kickcue.export.fit_records import MOST_CUE_BYTES
from kickcue.recording import read
from tests.analysis.review.made_up import race_recording, session_recording
from tests.examples import rarer
from tests.export.made_up_activities import EPOCH_NS, activities
from tests.export.whole_way import activity_of
from tests.workouts.sdk import judged

Frame = fitdecode.FitDataMessage


def _decoded(data: bytes, name: str) -> list[dict[str, Any]]:
    """Return the messages of a kind as fitdecode reads them."""
    with fitdecode.FitReader(io.BytesIO(data)) as reader:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in reader
            if isinstance(frame, Frame) and frame.name == name
        ]


def _moment(t_ns: int) -> datetime:
    return datetime.fromtimestamp((EPOCH_NS + t_ns) // NS_PER_S, UTC)


@rarer(2)
@given(activities())
def test_two_readers_find_each_record(activity: ExportActivity) -> None:
    """GIVEN any activity WHEN exported THEN Garmin's SDK finds nothing wrong, and it and fitdecode
    read each second's distance to the centimetre, heart rate and cadence exactly, how far is left,
    and of a cue's words as many as there is room for.
    """
    data = fit_bytes(activity)
    sdk, decoded = judged(data)["record_mesgs"], _decoded(data, "record")
    assert len(activity.rows) == len(sdk) == len(decoded)
    for row, theirs, ours in zip(activity.rows, sdk, decoded, strict=True):
        assert _moment(row.t_ns) == theirs["timestamp"] == ours["timestamp"]
        assert row.distance_m == pytest.approx(theirs["distance"], abs=1e-6)
        assert row.heart_rate_bpm == theirs.get("heart_rate") == ours.get("heart_rate")
        assert row.mps == theirs.get("enhanced_speed") == ours.get("enhanced_speed")
        if row.cadence_spm is None:
            assert theirs.get("cadence") is None
        else:
            strides = theirs["cadence"] + theirs["fractional_cadence"]
            assert row.cadence_spm / 2 == strides
        own = theirs.get("developer_fields", {})
        assert (row.to_go_m is None, row.cue is None) == (0 not in own, 1 not in own)
        assert (row.to_go_m or 0.0) == pytest.approx(own.get(0, 0.0), abs=1e-3)
        words = own.get(1, "")
        assert " ".join((row.cue or "").split()).startswith(words)
        assert len(words.encode()) <= MOST_CUE_BYTES


@rarer(2)
@given(activities())
def test_laps_add_up_to_the_session(activity: ExportActivity) -> None:
    """GIVEN any laps WHEN exported THEN both readers find them with their times, lengths and
    triggers, and they add up to the session.
    """
    data = fit_bytes(activity)
    messages = judged(data)
    laps, (session,) = messages["lap_mesgs"], messages["session_mesgs"]
    assert [lap.trigger.value for lap in activity.laps] == [
        "position" if lap["lap_trigger"].startswith("position") else lap["lap_trigger"]
        for lap in laps
    ]
    assert [lap.timer_ms for lap in activity.laps] == [
        round(lap["total_timer_time"] * 1000) for lap in laps
    ]
    lengths = [round(lap["total_distance"] * 100) for lap in laps if "total_distance" in lap]
    assert [each.length_cm for each in activity.laps if each.length_cm is not None] == lengths
    assert (len(laps), round(sum(lap["total_elapsed_time"] for lap in laps), 3)) == (
        session["num_laps"],
        session["total_elapsed_time"],
    )
    if lengths:
        assert sum(lengths) == round(session["total_distance"] * 100)
    decoded = _decoded(data, "lap")
    assert [lap["total_timer_time"] for lap in laps] == [lap["total_timer_time"] for lap in decoded]


def test_a_race_on_a_track(tmp_path: Path) -> None:
    """GIVEN a 1500 m as recorded live WHEN exported THEN it is a run on a track of 1500.00 m, whose
    first lap is the 300 m to the line, whose last ends the session, and whose cues stand at their
    seconds; kickcue reads it as the same run.
    """
    data = fit_bytes(activity_of(race_recording()))
    assert [] == validate_fit_file(FitFile.from_bytes(data)).errors
    messages = judged(data)
    (session,) = messages["session_mesgs"]
    assert ("running", "track", 1500.0) == (
        session["sport"],
        session["sub_sport"],
        session["total_distance"],
    )
    laps = messages["lap_mesgs"]
    assert [300.0, 400.0, 400.0, 400.0] == [lap["total_distance"] for lap in laps]
    assert "session_end" == laps[-1]["lap_trigger"]
    assert {"manual", "distance"} >= {lap["lap_trigger"] for lap in laps[:-1]}
    cues = [each for each in messages["record_mesgs"] if 1 in each.get("developer_fields", {})]
    assert cues[0]["developer_fields"][1].startswith("Last lap")
    assert messages["record_mesgs"][-1]["distance"] == 1500.0
    assert ["start", "stop_all"] == [each["event_type"] for each in messages["event_mesgs"]]

    path = tmp_path / "race.fit"
    path.write_bytes(data)
    again = read(path)
    assert ((), "2026-05-30") == (again.problems, (again.header.utc or "")[:10])
    assert again.watch is not None
    assert [300.0, 400.0, 400.0, 400.0] == [lap.distance_m for lap in again.watch.laps]


def test_a_session_is_repetitions_and_rests() -> None:
    """GIVEN four times 200 m WHEN exported THEN repetitions are active laps of 200 m, with rests
    between them.
    """
    laps = judged(fit_bytes(activity_of(session_recording())))["lap_mesgs"]
    found = [lap["intensity"] for lap in laps if lap["intensity"] in ("active", "rest")]
    assert ["active", "rest"] * 3 + ["active"] == found
    assert [200.0] * 4 == [lap["total_distance"] for lap in laps if lap["intensity"] == "active"]
