"""A file of a watch, run on the phone through the race that is set up."""

from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.cli import main
from kickcue.core.errors import DataError
from kickcue.core.events import Cue
from kickcue.recording import Recording
from kickcue.recording.jsonl import read as read_lines
from kickcue.standalone.after_race import as_mcap
from kickcue.standalone.replayed import replayed
from tests.standalone.played import played
from tests.standalone.test_race_setup import HERE, SHIPPED

NOW_NS: Final = 1_900_000_000_000_000_000
GPX: Final = (
    '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{}'
    "</trkseg></trk></gpx>"
)
POINT: Final = '<trkpt lat="{lat:.7f}" lon="-0.4"><time>2026-06-14T10:{m:02}:{s:02}Z</time></trkpt>'


def run(path: Path, document: dict[str, Any], tmp_path: Path) -> Recording:
    """Replay a file, and have a computer verify the recording that comes of it."""
    lines = replayed(path, document, HERE, NOW_NS)
    mcap = tmp_path / "replayed.mcap"
    as_mcap(lines, str(mcap))
    assert 0 == main(["verify", str(mcap)])
    return read_lines(Path("replayed"), lines.encode())


def test_a_recording_under_another_wish(tmp_path: Path) -> None:
    """GIVEN the recording of a race WHEN it is replayed in another language THEN the cues are
    those of that language, and a computer verifies it.
    """
    path = tmp_path / "race.jsonl"
    path.write_text(played({"race": "1500m", "language": "de"}).lines)
    found = run(path, {"race": "1500m", "language": "fr"}, tmp_path)
    said = [each.text for each in found.outputs if isinstance(each, Cue)]
    assert any("tour" in text for text in said)
    assert not any("Runde" in text for text in said)


def test_a_watchs_file_in_a_session(tmp_path: Path) -> None:
    """GIVEN a GPX file without a start WHEN it is replayed as a session THEN it begins with its
    first point.
    """
    path = tmp_path / "run.gpx"
    points = (POINT.format(lat=51.8 + 4e-5 * t, m=t // 60, s=t % 60) for t in range(300))
    path.write_text(GPX.format("".join(points)))
    document = {"race": "5000m", "plan": SHIPPED["plans"]["strides"]["document"]}
    found = run(path, document, tmp_path)
    assert "strides" == found.header.race
    assert "2026-06-14T10:00:00Z" == found.header.utc


def test_a_file_of_nobody_is_refused(tmp_path: Path) -> None:
    """GIVEN a recording in which nothing was sensed WHEN it is replayed THEN it says so."""
    path = tmp_path / "race.jsonl"
    path.write_text('{"kickcue": 1, "race": "1500m"}\n{"t": 1, "command": "start"}\n')
    with pytest.raises(DataError, match="no sensor data"):
        replayed(path, {"race": "1500m"}, HERE, NOW_NS)
