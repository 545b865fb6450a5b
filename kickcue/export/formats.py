"""The formats of an export by name, and the files that each of them is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from kickcue.analysis.review.model import Review
from kickcue.core.errors import DataError
from kickcue.core.events import Tick
from kickcue.export.activity import ExportRow
from kickcue.export.make import export_activity
from kickcue.recording.model import Recording

FORMATS: Final[Mapping[str, str]] = {
    "fit": ".fit",
    "tcx": ".tcx",
    "gpx": ".gpx",
    "csv": ".csv",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "mcap": ".mcap",
}
"""With their suffixes."""
DATED: Final = frozenset({"fit", "tcx", "gpx"})
"""These cannot be without a date."""
LAPS_SUFFIX: Final = ".laps.csv"

# Each format's library is loaded where it is asked for.


def exported(recording: Recording, review: Review, to: str) -> dict[str, bytes]:
    """Return the bytes of each file by its suffix; all formats but MCAP, which is a long one.

    UsageError where a library is missing, DataError where the format cannot hold it.
    """
    if to == "jsonl":
        from kickcue.recording import jsonl  # noqa: PLC0415  see above

        entries = recording.entries or recording.inputs
        ticks = recording.header.ticks or any(isinstance(entry, Tick) for entry in entries)
        lines = jsonl.lines(replace(recording.header, ticks=ticks), entries)
        data = "".join(f"{line}\n" for line in lines).encode()
        try:
            jsonl.read(recording.path, data)
        except DataError as error:  # MCAP has longer times, and any name of a sensor
            raise DataError(f"this recording cannot be written as JSON Lines: {error}") from None
        return {".jsonl": data}
    activity = export_activity(recording, review, each_second=to in ("csv", "parquet"))
    if to in DATED and not any(row.measured for row in activity.rows):
        raise DataError(
            f"{recording.path.name} cannot be written as {to.upper()}: it has no distance, speed, "
            "heart rate, cadence or position"
        )
    if to in DATED:
        activity = replace(activity, rows=_told(activity.rows))
    if to == "csv":
        from kickcue.export.csv_table import laps_csv, rows_csv  # noqa: PLC0415  see above

        return {".csv": rows_csv(activity), LAPS_SUFFIX: laps_csv(activity)}
    if to == "fit":
        from kickcue.export.fit import fit_bytes as to_bytes  # noqa: PLC0415  see above
    elif to == "tcx":
        from kickcue.export.tcx import tcx_bytes as to_bytes  # noqa: PLC0415  see above
    elif to == "gpx":
        from kickcue.export.gpx import gpx_bytes as to_bytes  # noqa: PLC0415  see above
    else:
        from kickcue.export.parquet import parquet_bytes as to_bytes  # noqa: PLC0415  see above
    return {FORMATS[to]: to_bytes(activity)}


def _told(rows: Sequence[ExportRow]) -> tuple[ExportRow, ...]:
    """Return the rows at which something was measured or cued, the first and the last.

    In between nobody knows how the way went: a gap stays one for whoever reads the file.
    """
    return tuple(row for at, row in enumerate(rows) if row.told or at in (0, len(rows) - 1))
