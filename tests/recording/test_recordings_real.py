"""The importers on real activity files, against figures that another program took from them
(INDEX.tsv).
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kickcue.core.errors import DataError
from kickcue.core.events import Fix, Mark, Notification
from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.recording import read
from kickcue.recording.model import Recording

pytestmark = pytest.mark.recordings

TRIATHLON = "fit_triathlon_summary_last.fit"
GPX = "ParseGPX_track_session.gpx"
SIZES = pytest.mark.parametrize(
    "most_bytes", [100_000, pytest.param(10**6, marks=pytest.mark.long)]
)
RUNNING_LEG = {
    "n_records": "1575",
    "distance_m": "4491.51",
    "timer_s": "1573.613",
    "pct_hr": "100",
    "lap_triggers": "distance:2 session_end:1",
}


@pytest.fixture(scope="module")
def rows(data_dir: Path) -> dict[str, dict[str, str]]:
    with (data_dir / "recordings" / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        found = {row["file"]: row for row in csv.DictReader(file, delimiter="\t")}
    found[TRIATHLON] |= (
        RUNNING_LEG  # the index counts all five sessions; these are the figures of the fifth
    )
    return found


@pytest.fixture(scope="module")
def recordings(data_dir: Path, rows: dict[str, dict[str, str]]) -> dict[str, Recording]:
    return {name: read(data_dir / "recordings" / name) for name in rows}


def notifications(found: Recording, sensor: str) -> Iterator[Notification]:
    return (
        event
        for event in found.inputs
        if isinstance(event, Notification) and event.sensor == sensor
    )


def pods(found: Recording) -> list[RscMeasurement]:
    return [RscMeasurement.from_bytes(event.data) for event in notifications(found, "pod")]


def middle(values: list[Any]) -> Any:
    return sorted(values)[len(values) // 2]


def test_all_read_without_problems(recordings: dict[str, Recording]) -> None:
    """All 19 files are read and nothing in them is lost: also the one that is called broken, whose
    checksum and totals are right.
    """
    assert {} == {name: found.problems for name, found in recordings.items() if found.problems}
    assert 19 == len(recordings)


def test_every_record_becomes_events(
    recordings: dict[str, Recording], rows: dict[str, dict[str, str]]
) -> None:
    """The moments of the events are those of the records, except for the few records that hold a
    time and nothing else.
    """
    for name, found in recordings.items():
        records = int(rows[name]["n_records"])
        notified = len(list(notifications(found, "pod")))
        assert records * 0.992 <= notified <= records, name


def test_distances(recordings: dict[str, Recording], rows: dict[str, dict[str, str]]) -> None:
    """The odometer goes on by as much as the device's own total, within 6 m (what lies before the
    first and after the last record).
    """
    off = {}
    for name, found in recordings.items():
        metres = [pod.distance_m for pod in pods(found) if pod.distance_m is not None]
        # 16 times 200 m on the track, by its README.
        told = 3200.0 if name == GPX else float(rows[name]["distance_m"])
        off[name] = metres[-1] - metres[0] - told
    assert {} == {
        name: metres for name, metres in off.items() if abs(metres) > (10 if name == GPX else 6)
    }


def test_durations(recordings: dict[str, Recording], rows: dict[str, dict[str, str]]) -> None:
    """A recording lasts as long as the device's timer, plus the pauses: never more than 7 s less,
    and as much without a pause.
    """
    for name, found in recordings.items():
        timer_s = float(rows[name]["timer_s"])
        assert found.duration_s >= timer_s - 7, name
        if rows[name]["gaps_gt3s"] == "0":
            assert found.duration_s == pytest.approx(timer_s, abs=7), name


def test_heart_rates(recordings: dict[str, Recording], rows: dict[str, dict[str, str]]) -> None:
    """As many notifications of a strap as records with a heart rate, with the same largest value;
    none where there was none.
    """
    for name, found in recordings.items():
        rates = [
            HeartRateMeasurement.from_bytes(event.data).bpm
            for event in notifications(found, "strap")
        ]
        share = 100 * len(rates) / int(rows[name]["n_records"])
        assert float(rows[name]["pct_hr"]) == pytest.approx(share, abs=1), name
        assert bool(rates) == ("strap" in found.header.sensors), name
        if rates and name != TRIATHLON:
            assert float(rows[name]["hr_max"]) == max(rates), name


def test_cadences_are_strides_as_recorded(
    recordings: dict[str, Recording], rows: dict[str, dict[str, str]]
) -> None:
    """The median of the bytes is the median of the file, within one, and no file needs the warning
    about steps.
    """
    for name, found in recordings.items():
        told = rows[name]["cadence_median_raw"]
        if told and name != TRIATHLON:
            assert float(told) == pytest.approx(
                middle([pod.cadence_per_min for pod in pods(found)]), abs=1
            ), name
        assert not any("steps" in note for note in found.notes), name


def test_laps_and_marks(recordings: dict[str, Recording], rows: dict[str, dict[str, str]]) -> None:
    """Laps are counted by what ended them as in the index; those pressed by hand are marks, except
    where a lap is the last.
    """
    for name, found in recordings.items():
        told = {
            key.lower().replace("none", "unknown"): int(count)
            for key, count in re.findall(r"(\w+):(\d+)", rows[name]["lap_triggers"])
        }
        assert told == dict(found.laps), name
        last_was_pressed = found.kind == "TCX" and "manual" in told
        marks = [event for event in found.inputs if isinstance(event, Mark)]
        assert told.get("manual", 0) - last_was_pressed == len(marks), name


def test_marks_of_all_laps(data_dir: Path, recordings: dict[str, Recording]) -> None:
    """GIVEN a 10 km with ten laps by distance THEN the default makes no mark of them, ``all`` makes
    ten, within 0.5 % of the odometer.
    """
    name = "trackeR_2013-06-14-100911.TCX.gz"
    assert not any(isinstance(event, Mark) for event in recordings[name].inputs)
    found = read(data_dir / "recordings" / name, marks="all")
    metres = {
        event.t_ns: RscMeasurement.from_bytes(event.data).distance_m
        for event in notifications(found, "pod")
    }
    at = [
        metres[max(t_ns for t_ns in metres if t_ns <= event.t_ns)]
        for event in found.inputs
        if isinstance(event, Mark)
    ]
    assert [pytest.approx(1000.0 * km, rel=0.005) for km in range(1, 11)] == at


def test_truth_fits_the_imported_times(data_dir: Path, recordings: dict[str, Recording]) -> None:
    """Time 0 is the first record: at the moments of truth.tsv the odometer has the distances that
    were read there.
    """
    found = recordings["trackeR_2013-06-08-090442.TCX.gz"]
    metres = {
        event.t_ns // 10**9: RscMeasurement.from_bytes(event.data).distance_m
        for event in notifications(found, "pod")
    }
    assert (data_dir / "truth.tsv").read_text(encoding="utf-8").count(
        "trackeR_2013-06-08-090442.TCX.gz\t1140\tfinish (watch 5025.0 m)"
    ) == 1
    assert 5025.0 == pytest.approx(metres[1140] or 0.0, abs=0.1)


def test_positions_become_fixes(recordings: dict[str, Recording]) -> None:
    """A track session has a fix at every record; a treadmill has none."""
    assert 691 == sum(isinstance(event, Fix) for event in recordings[GPX].inputs)
    assert not any(
        isinstance(event, Fix) for event in recordings["sports-lib_6860622783.fit"].inputs
    )


@SIZES
def test_real_files_cut_off(
    tmp_path: Path,
    data_dir: Path,
    rows: dict[str, dict[str, str]],
    recordings: dict[str, Recording],
    most_bytes: int,
) -> None:
    """GIVEN each (small) real file cut off somewhere THEN about that share of it is there and at
    which second it ends is told.
    """
    share = 0.6
    for name in rows:
        data = (data_dir / "recordings" / name).read_bytes()
        if len(data) > most_bytes:
            continue
        path = tmp_path / name
        path.write_bytes(data[: round(len(data) * share)])
        found = read(path)
        assert found.problems, name
        assert any(re.search(r" at \d+ s", problem) for problem in found.problems), name
        whole = len(recordings[name].inputs)
        if name != TRIATHLON:  # its run comes last
            assert share - 0.2 <= len(found.inputs) / whole <= share + 0.2, name


@SIZES
def test_real_files_with_a_hole(
    tmp_path: Path,
    data_dir: Path,
    rows: dict[str, dict[str, str]],
    recordings: dict[str, Recording],
    most_bytes: int,
) -> None:
    """GIVEN each (small) real FIT file with 200 bytes overwritten in the middle THEN all but what
    was in them and 2 % around are there, and the damage is told.
    """
    for name in rows:
        data = bytearray((data_dir / "recordings" / name).read_bytes())
        if not name.endswith(".fit") or len(data) > most_bytes:
            continue
        half = len(data) // 2
        data[half : half + 200] = bytes(200)
        path = tmp_path / name
        path.write_bytes(data)
        found = read(path)
        assert any("damaged" in problem for problem in found.problems), name
        lost = 1 - len(found.inputs) / len(recordings[name].inputs)
        assert lost <= 0.02 + 200 / len(data), name
        assert recordings[name].laps == found.laps, name


def test_a_real_file_with_another_name_inside(tmp_path: Path) -> None:
    """GIVEN a FIT header and nothing sensible behind it THEN one line, no traceback."""
    path = tmp_path / "run.fit"
    path.write_bytes(b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT" + bytes(range(256)) * 4)
    with pytest.raises(DataError, match="without a single record"):
        read(path)
