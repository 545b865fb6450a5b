"""An activity as Parquet, with Arrow's own types: durations, moments, words by number.

A row a second. The unit of a column is in its metadata; title and laps are in that of the file,
under ``kickcue``, as JSON.
"""

import io
import json
from typing import TYPE_CHECKING, Any, Final

from kickcue.config.extras import how_to_get
from kickcue.core.errors import UsageError
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.export.activity import ExportActivity, ExportLap

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

METADATA: Final = "kickcue"
UNITS: Final = {
    "distance": "m",
    "speed": "m/s",
    "cadence": "steps/min",
    "step": "m",
    "heart_rate": "beats/min",
    "error": "m",
    "to_go": "m",
    "latitude": "deg",
    "longitude": "deg",
}
_US_PER_S: Final = 1_000_000


def parquet_bytes(activity: ExportActivity) -> bytes:
    """Return the bytes of the file; UsageError where the library is missing."""
    try:
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            f"writing Parquet needs the pyarrow library: {how_to_get('parquet')}"
        ) from None
    file = io.BytesIO()
    pq.write_table(_table(activity), file)
    return file.getvalue()


def _table(activity: ExportActivity) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415  an optional library

    rows = activity.rows
    words = pa.dictionary(pa.int16(), pa.string())
    moment, duration = pa.timestamp("us", tz="UTC"), pa.duration("us")
    small, large = pa.float32(), pa.float64()
    times_us = [activity.utc_ns(row.t_ns) * _US_PER_S // NS_PER_S for row in rows]
    columns = (
        ("time", moment, times_us if activity.dated else [None] * len(rows)),
        ("race", duration, [round(row.race_s * _US_PER_S) for row in rows]),
        ("distance", large, [row.distance_m for row in rows]),
        ("speed", small, [row.mps for row in rows]),
        ("cadence", small, [row.cadence_spm for row in rows]),
        ("step", small, [row.step_m for row in rows]),
        ("heart_rate", small, [row.heart_rate_bpm for row in rows]),
        ("error", small, [row.error_m for row in rows]),
        ("to_go", large, [row.to_go_m for row in rows]),
        ("lap", pa.int32(), [row.lap for row in rows]),
        ("phase", words, [row.phase and row.phase.value for row in rows]),
        ("latitude", large, [row.lat_deg for row in rows]),
        ("longitude", large, [row.lon_deg for row in rows]),
        ("cue", words, [row.cue for row in rows]),
    )
    fields = [
        pa.field(name, kind, metadata={"unit": UNITS[name]} if name in UNITS else None)
        for name, kind, _ in columns
    ]
    about = json.dumps(
        {"title": activity.title, "laps": [_lap(activity, lap) for lap in activity.laps]}
    )
    schema = pa.schema(fields, metadata={METADATA: about})
    arrays = [pa.array(values, kind) for _, kind, values in columns]
    return pa.Table.from_arrays(arrays, schema=schema)


def _lap(activity: ExportActivity, lap: ExportLap) -> dict[str, Any]:
    return {
        "lap": lap.number,
        "from_start_s": (lap.from_ns - activity.start_ns) / NS_PER_MS / 1000,
        "seconds": lap.timer_ms / 1000,
        "elapsed_s": lap.elapsed_ms / 1000,
        "distance_m": None if lap.length_cm is None else lap.length_cm / 100,
        "trigger": lap.trigger.value,
        "intensity": lap.intensity.value,
    }
