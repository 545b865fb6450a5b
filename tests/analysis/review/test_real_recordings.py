"""Reviews of real recordings: the watch's own laps, and the truth where it is known."""

import csv
import gzip
import re
from pathlib import Path

import fitdecode  # type: ignore[import-untyped]
import pytest

from kickcue.analysis.review.model import Ending, ReviewKind, TimedBy
from kickcue.config.race_document import RaceDocument
from kickcue.recording import read
from kickcue.replay.reviewed import reviewed
from kickcue.replay.source import sensors_of

pytestmark = pytest.mark.recordings

WITH_LAPS = (
    "GoldenCheetah_10kUNLP2014-Garmin15.fit",
    "GoldenCheetah_Fr955v19.28andStryd.fit",
    "elevate_kaiteriteri.fit",
    "runpandas_run.fit",
    "runpandas_stopped_example.tcx",
    "sports-lib_6281425038.tcx",
    "trackeR_2013-06-08-090442.TCX.gz",
    "trackeR_2013-06-14-100911.TCX.gz",
    "trackeR_2013-06-17-182443.TCX.gz",
    "trackeR_2013-06-19-175630.TCX.gz",
    "trackeR_2013-06-29-064742.TCX.gz",
)


def own_laps_s(path: Path) -> list[float]:
    """Return the seconds of each lap as the file has them, read by others."""
    if path.suffix == ".fit":
        with fitdecode.FitReader(str(path)) as file:
            return [
                frame.get_value("total_timer_time")
                for frame in file
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "lap"
            ]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [float(s) for s in re.findall(rb"<TotalTimeSeconds>([\d.]+)<", data)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long) if name.endswith(".fit") else name
        for name in WITH_LAPS
    ],
)
def test_the_watchs_own_laps(data_dir: Path, name: str) -> None:
    """Each lap but the last, in which the watch was stopped, is the watch's own to 0.3 s."""
    path = data_dir / "recordings" / name
    review, own_s = reviewed(read(path)), own_laps_s(path)
    assert (ReviewKind.RUN, len(own_s)) == (review.kind, len(review.laps))
    assert {TimedBy.WATCH} == {lap.timed_by for lap in review.laps}
    mine_s = [lap.seconds for lap in review.laps]
    assert own_s[:-1] == pytest.approx(mine_s[:-1], abs=0.3)


@pytest.mark.parametrize(
    ("name", "race"),
    [("trackeR_2013-06-08-090442.TCX.gz", "5000m"), ("trackeR_2013-06-14-100911.TCX.gz", "10000m")],
)
def test_where_the_last_lap_begins(data_dir: Path, name: str, race: str) -> None:
    """GIVEN a race that nobody marked, in a watch's file.

    THEN its last 400 m begin when the truth has it to a second, and its finish is found to 3 s.
    """
    with (data_dir / "truth.tsv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["file"] == name]
    bell_s, finish_s = (float(row["t_s_since_first_record"]) for row in rows)
    recording = read(data_dir / "recordings" / name)
    review = reviewed(recording, RaceDocument(race=race, sensors=sensors_of(recording)))
    assert Ending.FINISHED is review.ending
    assert bell_s == pytest.approx(review.laps[-1].race_s, abs=1.0)
    assert finish_s == pytest.approx(review.seconds, abs=3.0)


@pytest.mark.long
def test_every_recording_has_a_review(data_dir: Path) -> None:
    """Each real file is reviewed, and its laps are its whole time."""
    for path in sorted((data_dir / "recordings").iterdir()):
        if path.suffix != ".tsv":
            review = reviewed(read(path))
            assert review.seconds == pytest.approx(sum(lap.seconds for lap in review.laps))
