"""Positions of a file that froze while the runner ran on: the way run meanwhile is not lost, and
standing is still standing.
"""

from pathlib import Path
from random import Random

import pytest

from kickcue.config.race_document import RaceDocument
from kickcue.core.events import Cue, CueKind, Fix
from kickcue.core.units import ns_to_s
from kickcue.recording import read
from kickcue.recording.frozen import frozen
from kickcue.recording.points import Point
from kickcue.replay.source import sensors_of, source
from tests.core.track import Venue

MPS = 4.8
HEAD = (
    '<?xml version="1.0"?><gpx version="1.1" creator="t" '
    'xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
)


def point(second: int, metres_north: float) -> Point:
    return Point(second * 10**9, lat_deg=51.5 + metres_north / 111_195, lon_deg=0.0)


def test_the_same_place_and_then_a_step_that_nobody_can_run_was_frozen() -> None:
    """GIVEN a place that is repeated for 20 s WHEN the next one is 100 m off, a second later THEN
    the repeats are frozen, the rest is not.
    """
    places = [*(5.0 * s for s in range(20)), *[95.0] * 20, *(195.0 + 5.0 * s for s in range(20))]
    assert frozen([point(s, m) for s, m in enumerate(places)]) == frozenset(range(20, 40))


@pytest.mark.parametrize("onward_m", [0.5, 5.0, 15.0])
def test_who_stands_goes_on_from_there(onward_m: float) -> None:
    """GIVEN a place that is repeated for 20 s WHEN the next one can be run to from there THEN the
    runner stood: nothing was frozen.
    """
    places = [
        *(5.0 * s for s in range(20)),
        *[95.0] * 20,
        *(95.0 + onward_m * (s + 1) for s in range(20)),
    ]
    assert frozen([point(s, m) for s, m in enumerate(places)]) == frozenset()


def gpx(path: Path, fixes: list[Fix]) -> Path:
    lines = [
        f'<trkpt lat="{fix.lat_deg:.7f}" '
        f'lon="{fix.lon_deg:.7f}"><time>2026-06-14T10:{s // 60:02}:{s % 60:02}Z</time></trkpt>'
        for s, fix in enumerate(fixes)
    ]
    path.write_text("\n".join([HEAD, *lines, "</trkseg></trk></gpx>"]))
    return path


@pytest.mark.parametrize("seed", range(4))
def test_a_race_of_positions_alone_survives_a_minute_without(seed: int, tmp_path: Path) -> None:
    """GIVEN a 5000 m in a file of positions alone, frozen for 60 s in the middle THEN the bell is
    given within 2 s of its time.
    """
    venue = Venue(Random(seed), noise_m=0.5)
    fixes = [fix for fix in venue.fixes(lambda t_s: MPS * t_s, 200.0, 1050) if fix.t_ns > 0]
    begins = 300 + 60 * seed
    fixes[begins : begins + 60] = [fixes[begins]] * 60
    recording = read(gpx(tmp_path / "race.gpx", fixes))
    run = source(recording, RaceDocument(race="5000m", sensors=sensors_of(recording))).run()
    bells = [
        ns_to_s(out.t_ns)
        for _, outs in run
        for out in outs
        if isinstance(out, Cue) and out.kind is CueKind.LAST_LAP
    ]
    assert bells == pytest.approx([4600.0 / MPS], abs=2.0)
