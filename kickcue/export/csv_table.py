"""An activity as CSV for a spreadsheet (RFC 4180, UTF-8): a row a second, and its laps.

What is unknown is empty. Units stand in the header.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from kickcue.core.printable import printable
from kickcue.export.activity import ExportActivity, ExportLap, ExportRow

COLUMNS: Final = (
    "race_s",
    "distance_m",
    "speed_mps",
    "cadence_spm",
    "step_m",
    "heart_rate_bpm",
    "error_m",
    "to_go_m",
    "lap",
    "phase",
    "lat_deg",
    "lon_deg",
    "cue",
)
LAP_COLUMNS: Final = (
    "lap",
    "from_race_s",
    "seconds",
    "elapsed_s",
    "distance_m",
    "trigger",
    "intensity",
    "mean_heart_rate_bpm",
    "most_heart_rate_bpm",
    "mean_cadence_spm",
)
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula, and runs it."""

Cell = str | float | int | None


def rows_csv(activity: ExportActivity) -> bytes:
    """Return the rows."""
    return _table(COLUMNS, (_row(row) for row in activity.rows))


def laps_csv(activity: ExportActivity) -> bytes:
    """Return the laps."""
    from_ms = 0
    rows: list[Sequence[Cell]] = []
    for lap in activity.laps:
        rows.append(_lap(lap, from_ms))
        from_ms += lap.timer_ms
    return _table(LAP_COLUMNS, rows)


def _row(row: ExportRow) -> Sequence[Cell]:
    return (
        _rounded(row.race_s, 3),
        _rounded(row.distance_m, 2),
        _rounded(row.mps, 3),
        _rounded(row.cadence_spm, 2),
        _rounded(row.step_m, 3),
        _rounded(row.heart_rate_bpm, 1),
        _rounded(row.error_m, 2),
        _rounded(row.to_go_m, 2),
        row.lap,
        row.phase,
        _rounded(row.lat_deg, 8),
        _rounded(row.lon_deg, 8),
        harmless(row.cue),
    )


def _lap(lap: ExportLap, from_ms: int) -> Sequence[Cell]:
    return (
        lap.number,
        from_ms / 1000,
        lap.timer_ms / 1000,
        lap.elapsed_ms / 1000,
        None if lap.length_cm is None else lap.length_cm / 100,
        lap.trigger.value,
        lap.intensity.value,
        _rounded(lap.mean_heart_rate_bpm, 1),
        _rounded(lap.most_heart_rate_bpm, 1),
        _rounded(lap.mean_cadence_spm, 2),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0  # no -0.0


def harmless(text: str | None) -> str | None:
    """Return a text that no spreadsheet takes for a formula: with a ' before it."""
    if text is None:
        return None
    shown = printable(text)
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown


def _table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # its ends of lines and quotes are those of RFC 4180
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
