"""What is exported as CSV and as Parquet is read back."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import given

from kickcue.export.activity import ExportActivity
from kickcue.export.csv_table import COLUMNS, FORMULA_STARTS, harmless, laps_csv, rows_csv
from kickcue.export.parquet import parquet_bytes
from tests.examples import rarer
from tests.export.made_up_activities import activities


def _number(text: str) -> float | None:
    return float(text) if text else None


@given(activities())
def test_csv_is_read_back(activity: ExportActivity) -> None:
    """GIVEN any activity WHEN exported THEN a reader of CSV finds each value in the column of its
    name and unit, nothing where it is unknown, and every line ends as RFC 4180 has it.
    """
    data = rows_csv(activity)
    assert data.count(b"\r\n") == len(activity.rows) + 1 == data.count(b"\n")
    header, *lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert list(COLUMNS) == header
    for row, line in zip(activity.rows, lines, strict=True):
        found = dict(zip(header, line, strict=True))
        assert row.race_s == _number(found["race_s"])
        assert row.distance_m == _number(found["distance_m"])
        assert row.mps == _number(found["speed_mps"])
        assert row.heart_rate_bpm == _number(found["heart_rate_bpm"])
        assert (row.lat_deg, row.lon_deg) == (_number(found["lat_deg"]), _number(found["lon_deg"]))
        assert (row.cue or "") == found["cue"].removeprefix("'" if row.cue else "") or (
            row.cue or ""
        ) == found["cue"]
        assert (row.phase or "") == found["phase"]


@given(activities())
def test_laps_are_a_table_of_their_own(activity: ExportActivity) -> None:
    """GIVEN any laps WHEN exported THEN each begins where the one before ended."""
    lines = list(csv.DictReader(io.StringIO(laps_csv(activity).decode(), newline="")))
    at_s = 0.0
    for lap, line in zip(activity.laps, lines, strict=True):
        assert (str(lap.number), at_s) == (line["lap"], float(line["from_race_s"]))
        assert lap.trigger.value == line["trigger"]
        at_s += float(line["seconds"])


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_is_a_formula(start: str) -> None:
    """GIVEN a cue that a spreadsheet would run WHEN exported THEN it does not begin so any more."""
    shown = harmless(f'{start}HYPERLINK("http://x")')
    assert shown is not None
    assert not shown.startswith(FORMULA_STARTS)
    assert "HYPERLINK" in shown


@rarer(2)
@given(activities())
def test_parquet_has_arrows_types(activity: ExportActivity) -> None:
    """GIVEN any activity WHEN exported THEN times are moments and durations, words are numbered,
    units stand beside the columns, and every value is as it was.
    """
    table = pq.read_table(io.BytesIO(parquet_bytes(activity)))
    schema = table.schema
    assert (pa.timestamp("us", tz="UTC"), pa.duration("us")) == (
        schema.field("time").type,
        schema.field("race").type,
    )
    assert pa.types.is_dictionary(schema.field("phase").type)
    assert b"m/s" == schema.field("speed").metadata[b"unit"]
    rows = table.to_pylist()
    for row, found in zip(activity.rows, rows, strict=True):
        assert timedelta(seconds=row.race_s) == found["race"]
        assert (row.distance_m, row.lap, row.cue) == (
            found["distance"],
            found["lap"],
            found["cue"],
        )
        assert row.heart_rate_bpm == found["heart_rate"]
    about = json.loads(schema.metadata[b"kickcue"])
    assert (activity.title, len(activity.laps)) == (about["title"], len(about["laps"]))


@rarer(10)
@given(activities())
def test_parquet_knows_no_date(activity: ExportActivity) -> None:
    """GIVEN a run of an unknown date WHEN exported THEN its moments are unknown."""
    table = pq.read_table(io.BytesIO(parquet_bytes(replace(activity, dated=False))))
    assert {None} == set(table.column("time").to_pylist())
