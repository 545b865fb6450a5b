"""FIT to MCAP and back to FIT: nothing that the watch wrote is lost on the way."""

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from kickcue.export.fit import fit_bytes
from kickcue.recording import read
from tests.examples import rarer, some_of
from tests.export.whole_way import START_S, activity_of, as_mcap, watch_fit
from tests.workouts.sdk import judged

REAL = (
    "GoldenCheetah_10kUNLP2014-Garmin15.fit",
    "runpandas_run.fit",
    "GoldenCheetah_Fr955v19.28andStryd.fit",
    "elevate_kaiteriteri.fit",
    "fit_triathlon_summary_last.fit",
    "python-fitparse_activity-small-fenix2-run.fit",
    "python-fitparse_developer-types-sample.fit",
    "sports-lib_6860622783.fit",
)
SOME = {
    "heart_rate": st.integers(60, 220),
    "enhanced_speed": st.integers(2000, 7000).map(lambda mm: mm / 1000),
}


def _record(metres: float, others: dict[str, float], quarters: int) -> dict[str, float]:
    cadence, quarter = divmod(quarters, 4)
    return {
        "distance": metres,
        **others,
        "cadence": cadence,
        "fractional_cadence": quarter / 4,
    }


@st.composite
def runs(draw: st.DrawFn) -> list[dict[str, float]]:
    """Return the records of a minute's run, to the centimetre and a quarter of a stride."""
    steps_cm = draw(st.lists(st.integers(250, 620), min_size=8, max_size=20))
    found, way_cm = [], draw(st.integers(0, 99))
    for step_cm in steps_cm:
        way_cm += step_cm
        others = draw(st.fixed_dictionaries({}, optional=SOME))
        found.append(_record(way_cm / 100, others, draw(st.integers(300, 430))))
    return found


@settings(
    rarer(2), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(runs())
def test_each_second_is_as_the_watch_wrote_it(
    tmp_path: Path, records: list[dict[str, float]]
) -> None:
    """GIVEN a run by a watch, to the centimetre WHEN it goes to MCAP and back to FIT THEN each
    second has its distance, heart rate, cadence and speed, and the file is the one that is made of
    the watch's own.
    """
    for name in ("run.fit", "run.mcap"):
        (tmp_path / name).unlink(missing_ok=True)
    source = read(watch_fit(tmp_path / "run.fit", records))

    data = fit_bytes(activity_of(read(as_mcap(source, tmp_path / "run.mcap"))))

    assert data == fit_bytes(activity_of(source))
    found = judged(data)["record_mesgs"]
    for second, (record, theirs) in enumerate(zip(records, found, strict=True)):
        assert record == {key: theirs[key] for key in record}, second


def test_a_run_keeps_the_laps_of_its_watch(tmp_path: Path) -> None:
    """GIVEN a run with a pressed lap, one by distance and a rest WHEN it goes to MCAP and back to
    FIT THEN its laps are those, with what ended them, and they add up to it.
    """
    records = [_record(4.0 * second, {}, 360) for second in range(31)]
    laps = [
        {
            "timestamp": START_S + end_s,
            "start_time": START_S + from_s,
            "total_elapsed_time": end_s - from_s,
            "total_distance": metres,
            "lap_trigger": trigger,
        }
        for from_s, end_s, metres, trigger in (
            (0, 9, 36.31, "manual"),
            (9, 20, 44.02, "distance"),
            (20, 30, 39.67, "session_end"),
        )
    ]
    source = read(watch_fit(tmp_path / "run.fit", records, laps))

    messages = judged(fit_bytes(activity_of(read(as_mcap(source, tmp_path / "run.mcap")))))

    assert [("manual", 9.0, 36.31), ("distance", 11.0, 44.02), ("session_end", 10.0, 39.67)] == [
        (lap["lap_trigger"], lap["total_timer_time"], lap["total_distance"])
        for lap in messages["lap_mesgs"]
    ]
    (session,) = messages["session_mesgs"]
    assert (30.0, 120.0) == (session["total_timer_time"], session["total_distance"])


def test_cadence_of_both_feet_becomes_strides(tmp_path: Path) -> None:
    """GIVEN a file whose cadence counts steps WHEN exported THEN it is in strides, as FIT is."""
    records = [_record(3.5 * second, {}, 4 * 176) for second in range(20)]
    messages = judged(fit_bytes(activity_of(read(watch_fit(tmp_path / "run.fit", records)))))
    assert {88} == {each["cadence"] for each in messages["record_mesgs"]}


@pytest.mark.recordings
@pytest.mark.parametrize("name", some_of(REAL, REAL[:1]))
def test_files_of_real_watches_come_back(name: str, data_dir: Path, tmp_path: Path) -> None:
    """GIVEN a file of a real watch WHEN it goes to MCAP and back to FIT THEN that is the file which
    is made of its own, each record has the watch's own distance, heart rate and strides, and the
    laps add up.
    """
    source = read(data_dir / "recordings" / name)
    data = fit_bytes(activity_of(source))

    assert data == fit_bytes(activity_of(read(as_mcap(source, tmp_path / "run.mcap"))))
    found, watch = judged(data), source.watch
    assert watch is not None
    assert len(watch.records) == len(found["record_mesgs"])
    for record, theirs in zip(watch.records, found["record_mesgs"], strict=True):
        assert record.distance_m == theirs.get("distance")
        assert record.heart_rate_bpm == theirs.get("heart_rate")
        if record.cadence_per_min is not None:
            strides = theirs["cadence"] + theirs["fractional_cadence"]
            assert record.cadence_per_min == strides
    (session,) = found["session_mesgs"]
    for key in ("total_timer_time", "total_elapsed_time", "total_distance"):
        assert math.isclose(session[key], math.fsum(lap[key] for lap in found["lap_mesgs"]))
