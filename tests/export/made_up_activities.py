"""Made-up activities to export: small random ones, and files of watches for the whole way."""

from typing import Final

from hypothesis import strategies as st

from kickcue.core.events import Phase
from kickcue.core.units import NS_PER_S
from kickcue.export.activity import (
    ExportActivity,
    ExportLap,
    ExportRow,
    Intensity,
    Trigger,
)

EPOCH_NS: Final = 1_781_431_751 * NS_PER_S
"""2026-06-14T10:09:11Z."""

words = st.text("aZ é€😀=-@,;\"'<&", min_size=1, max_size=30).map(lambda text: f"{text}!")


def _some(low: float, high: float, digits: int) -> st.SearchStrategy[float | None]:
    scale = 10**digits
    return st.none() | st.integers(round(low * scale), round(high * scale)).map(
        lambda whole: whole / scale
    )


@st.composite
def activities(draw: st.DrawFn, *, placed: bool = False) -> ExportActivity:
    """Return an activity of a few seconds and laps, with anything known or not."""
    seconds = draw(st.integers(1, 5))
    ends = sorted(draw(st.sets(st.integers(1, seconds), min_size=1, max_size=3)) | {seconds})
    laps, from_s = [], 0
    for number, to_s in enumerate(ends, 1):
        laps.append(_lap(draw, number, from_s, to_s))
        from_s = to_s
    rows, way_m = [], 0.0
    for second in range(seconds + 1):
        way_m = round(way_m + draw(st.integers(0, 1200)) / 100, 2)
        lap = next(each.number for each in laps if second * NS_PER_S <= each.to_ns)
        rows.append(_row(draw, second, lap, way_m, placed=placed))
    return ExportActivity(
        title=draw(words),
        epoch_ns=EPOCH_NS,
        dated=True,
        start_ns=0,
        end_ns=seconds * NS_PER_S,
        track=draw(st.booleans()),
        rows=rows,
        laps=laps,
        stops=(),
    )


def _lap(draw: st.DrawFn, number: int, from_s: int, to_s: int) -> ExportLap:
    rate, cadence = draw(_some(40, 220, 0)), draw(_some(120, 250, 1))
    return ExportLap(
        number,
        from_s * NS_PER_S,
        to_s * NS_PER_S,
        timer_ms=(to_s - from_s) * 1000,
        elapsed_ms=(to_s - from_s) * 1000,
        length_cm=draw(st.none() | st.integers(0, 100_000)),
        trigger=draw(st.sampled_from(Trigger)),
        intensity=draw(st.sampled_from(Intensity)),
        mean_heart_rate_bpm=rate,
        most_heart_rate_bpm=rate,
        mean_cadence_spm=cadence,
    )


def _row(draw: st.DrawFn, second: int, lap: int, way_m: float, *, placed: bool) -> ExportRow:
    lat_deg, lon_deg = draw(_some(-80, 80, 6)), draw(_some(-179, 179, 6))
    if placed and None in (lat_deg, lon_deg):
        lat_deg, lon_deg = 51.862, -0.423
    return ExportRow(
        second * NS_PER_S,
        float(second),
        distance_m=way_m,
        mps=draw(_some(0, 12, 3)),
        cadence_spm=draw(st.none() | st.integers(0, 250 * 64).map(lambda whole: whole / 64)),
        step_m=draw(_some(0.3, 2.4, 3)),
        heart_rate_bpm=draw(_some(30, 230, 0)),
        error_m=draw(_some(0, 50, 2)),
        to_go_m=draw(_some(0, 10_000, 2)),
        lap=lap,
        phase=draw(st.none() | st.sampled_from(Phase)),
        lat_deg=lat_deg if lon_deg is not None else None,
        lon_deg=lon_deg if lat_deg is not None else None,
        cue=draw(st.none() | words),
    )
