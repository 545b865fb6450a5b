"""What is exported has the laps that the report shows."""

from pathlib import Path

import pytest

from kickcue.analysis.review.common import timers_of
from kickcue.analysis.review.model import Review
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.units import s_to_ns
from kickcue.export.activity import ExportLap
from kickcue.export.laps import export_laps
from kickcue.recording import read
from kickcue.replay.reviewed import reviewed
from tests.odd.recordings import odd


def both(path: Path) -> tuple[Review, tuple[ExportLap, ...]]:
    recording = read(path)
    review = reviewed(recording)
    clock = RaceTime(s_to_ns(review.start_t_s), timers_of(recording))
    return review, export_laps(recording, review, clock)


def alike(path: Path) -> None:
    review, exported = both(path)
    assert len(exported) == len(review.laps)
    for shown, written in zip(review.laps, exported, strict=True):
        assert 1000.0 * shown.seconds == pytest.approx(written.timer_ms, abs=1.0)
        assert written.length_cm is not None
        assert 100.0 * (shown.to_m - shown.from_m) == pytest.approx(written.length_cm, abs=1.0)


@pytest.mark.parametrize("name", ["1500 m", "FIT", "FIT with pauses", "FIT marathon", "TCX"])
def test_odd_recordings(tmp_path: Path, name: str) -> None:
    """GIVEN a race, and runs with laps of their watch, with pauses and without WHEN they are
    exported THEN each lap is as long and took as long as the report says.
    """
    alike(odd(name, tmp_path))


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("GoldenCheetah_10kUNLP2014-Garmin15.fit", (1000.0, 225.25)),
        ("sports-lib_6281425038.tcx", (1000.0, 327.0)),
        ("python-fitparse_compressed-speed-distance.fit", (1000.0, 669.37)),
    ],
)
def test_real_watches(data_dir: Path, name: str, second: tuple[float, float]) -> None:
    """GIVEN real runs WHEN they are reviewed and exported THEN both have the watch's own laps, to
    the hundredth of a second.
    """
    path = data_dir / "recordings" / name
    alike(path)
    lap = both(path)[0].laps[1]
    assert second == pytest.approx((lap.to_m - lap.from_m, lap.seconds), abs=0.01)
