"""Runs as watches of others export them: FIT, GPX and TCX, with as much or as little in them as is
wanted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tests.recording import fit_bytes as fit

BEGAN: Final = datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)
"""The same moment as ``fit_bytes.T0``."""
DEGREE_M: Final = 111_195.08
SEMICIRCLES: Final = 2**31 / 180.0
LAT_DEG, LON_DEG = 47.0, 8.0
WAVE_S: Final = 90
"""Speed, cadence and heart rate go up and down a little, so long each time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: seconds of the watch's clock after the start, and what was measured."""

    t_s: int
    metres: float
    mps: float
    strides: int | None
    bpm: int | None
    at_m: float | None
    """Metres north of the start; None: no position."""


def rows(
    seconds: int,
    mps: float = 4.0,
    *,
    every_s: int = 1,
    heart: bool = True,
    cadence: bool = True,
    position: bool = True,
) -> list[Row]:
    """Return a run at about one speed."""
    found, metres = [], 0.0
    for t_s in range(0, seconds + 1, every_s):
        wave = abs(t_s % WAVE_S / WAVE_S - 0.5) - 0.25
        now_mps = mps * (1.0 + 0.1 * wave) if t_s else 0.0
        metres += now_mps * every_s if t_s else 0.0
        found.append(
            Row(
                t_s,
                metres,
                now_mps,
                round(88 + 8 * wave) if cadence else None,
                round(160 + 20 * wave - 60 * 0.99 ** (t_s / 2)) if heart else None,
                metres if position else None,
            )
        )
    return found


def shifted(given: Sequence[Row], by_s: int, since_s: int) -> list[Row]:
    """Return the rows with the clock set on or back after so many seconds."""
    return [
        Row(each.t_s + by_s, each.metres, each.mps, each.strides, each.bpm, each.at_m)
        if each.t_s > since_s
        else each
        for each in given
    ]


def write_fit(
    path: Path,
    given: Sequence[Row],
    *,
    laps_s: Sequence[int] = (),
    stopped_s: Sequence[tuple[int, int]] = (),
    note: bytes | None = None,
) -> Path:
    """Write a FIT file; ``laps_s`` are the moments of presses, ``stopped_s`` the timer's pauses,
    ``note`` the name of a developer field.
    """
    file = fit.FitFile().define(0, fit.FILE_ID, [(1, "H"), (2, "H")]).add(0, 1, 2697)
    if note is not None:
        file.describe(0, 0, note[:16].ljust(16, b"\0"), 2, 0xFF)
    file.define(2, fit.EVENT, [fit.TIME, *fit.EVENT_KIND]).add(2, fit.T0, fit.TIMER, 0)
    fields = [fit.TIME, fit.LAT, fit.LON, fit.DISTANCE, fit.SPEED, fit.HEART, fit.CADENCE]
    file.define(1, fit.RECORD, fields)
    stops = dict(stopped_s)
    for each in given:
        file.add(1, *_fields(each))
        if each.t_s in stops:
            file.add(2, fit.T0 + each.t_s, fit.TIMER, 4)
            file.add(2, fit.T0 + stops[each.t_s], fit.TIMER, 0)
    file.define(3, fit.LAP, [fit.TIME, fit.START, fit.ELAPSED, fit.LAP_TRIGGER])
    for began_s, ended_s in pairwise([0, *laps_s]):
        file.add(3, fit.T0 + ended_s, fit.T0 + began_s, 1000 * (ended_s - began_s), fit.MANUAL)
    path.write_bytes(bytes(file))
    return path


def _fields(row: Row) -> Iterator[int]:
    yield fit.T0 + row.t_s
    if row.at_m is None:
        yield from (0x7FFFFFFF, 0x7FFFFFFF)
    else:
        yield from (round(_north(row.at_m) * SEMICIRCLES), round(LON_DEG * SEMICIRCLES))
    yield round(100.0 * row.metres)
    yield round(1000.0 * row.mps)
    yield fit.NO_U8 if row.bpm is None else row.bpm
    yield fit.NO_U8 if row.strides is None else row.strides


def write_gpx(path: Path, given: Sequence[Row], *, text: str = "a watch") -> Path:
    """Write a GPX file with this text wherever there may be one."""
    points = "".join(
        f'<trkpt lat="{_north(each.at_m or 0.0):.7f}" lon="{LON_DEG}"><time>{_utc(each.t_s)}</time>'
        f"<name>{escape(text)}</name><extensions><tpx:TrackPointExtension>"
        f"{_tag('tpx:hr', each.bpm)}{_tag('tpx:cad', each.strides)}"
        "</tpx:TrackPointExtension></extensions></trkpt>\n"
        for each in given
    )
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator={quoteattr(text)} '
        'xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:tpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<metadata><name>{escape(text)}</name></metadata><trk><name>{escape(text)}</name>"
        f"<type>running</type><trkseg>{points}</trkseg></trk></gpx>",
        encoding="utf-8",
    )
    return path


def write_tcx(
    path: Path, given: Sequence[Row], *, lap_rows: int = 100, text: str = "a watch"
) -> Path:
    """Write a TCX file with a lap of so many records each, and this text wherever there may be
    one.
    """
    laps = "".join(
        _lap(given[first : first + lap_rows + 1], text)
        for first in range(0, max(len(given) - 1, 1), lap_rows)
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{_utc(0)}</Id>{laps}<Notes>{escape(text)}</Notes>'
        f"<Creator><Name>{escape(text)}</Name></Creator></Activity></Activities>"
        "</TrainingCenterDatabase>",
        encoding="utf-8",
    )
    return path


def _lap(given: Sequence[Row], text: str) -> str:
    points = "".join(
        f"<Trackpoint><Time>{_utc(each.t_s)}</Time>"
        f"<DistanceMeters>{each.metres:.2f}</DistanceMeters>"
        + ("" if each.bpm is None else f"<HeartRateBpm>{_tag('Value', each.bpm)}</HeartRateBpm>")
        + _tag("Cadence", each.strides)
        + "</Trackpoint>"
        for each in given
    )
    return (
        f'<Lap StartTime="{_utc(given[0].t_s)}">'
        f"<TotalTimeSeconds>{given[-1].t_s - given[0].t_s}</TotalTimeSeconds>"
        f"<DistanceMeters>{given[-1].metres - given[0].metres:.2f}</DistanceMeters>"
        f"<TriggerMethod>Manual</TriggerMethod><Track>{points}</Track>"
        f"<Notes>{escape(text)}</Notes></Lap>"
    )


def _north(metres: float) -> float:
    return LAT_DEG + metres / DEGREE_M


def _tag(name: str, value: int | None) -> str:
    return "" if value is None else f"<{name}>{value}</{name}>"


def _utc(t_s: int) -> str:
    return f"{BEGAN + timedelta(seconds=t_s):%Y-%m-%dT%H:%M:%SZ}"
