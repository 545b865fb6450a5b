import random
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DataError
from kickcue.core.events import Fix, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.recording import read
from kickcue.recording.gpx import read as read_gpx
from kickcue.recording.imported_activity import Activity
from kickcue.recording.model import Recording

HEAD = (
    '<?xml version="1.0"?><gpx version="1.1" creator="a watch" '
    'xmlns="http://www.topografix.com/GPX/1/1" '
    'xmlns:tpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><trk><trkseg>'
)
TAIL = "</trkseg></trk></gpx>"


def point(second: int, lon: float, more: str = "") -> str:
    extension = (
        f"<extensions><tpx:TrackPointExtension>{more}</tpx:TrackPointExtension></extensions>"
        if more
        else ""
    )
    return (
        f'<trkpt lat="0.0" lon="{lon}"><ele>1</ele>'
        f"<time>2021-06-17T18:51:{second:02}Z</time>{extension}</trkpt>\n"
    )


def run(seconds: range) -> str:
    return "".join(
        point(second, second * 4 / 111_195.08, "<tpx:hr>150</tpx:hr><tpx:cad>90</tpx:cad>")
        for second in seconds
    )


def on_disk(tmp_path: Path, text: str) -> Recording:
    path = tmp_path / "run.gpx"
    path.write_text(text, encoding="utf-8")
    return read(path)


def pods(found: Recording) -> list[RscMeasurement]:
    return [
        RscMeasurement.from_bytes(e.data)
        for e in found.inputs
        if isinstance(e, Notification) and e.sensor == "pod"
    ]


def test_a_track(tmp_path: Path) -> None:
    """Positions become fixes and, summed, the pod's distance and speed; Garmin's extension gives
    strides and heart rate.
    """
    found = on_disk(tmp_path, HEAD + run(range(10)) + TAIL)
    assert [4.0 * second for second in range(10)] == [pod.distance_m for pod in pods(found)]
    assert [0.0, *[pytest.approx(4.0, abs=0.01)] * 9] == [pod.speed_mps for pod in pods(found)]
    assert {90} == {pod.cadence_per_min for pod in pods(found)}
    assert (10, 10) == (
        sum(isinstance(event, Fix) for event in found.inputs),
        sum(
            isinstance(event, Notification) and event.data == b"\x00\x96" for event in found.inputs
        ),
    )
    assert ("GPX", "2021-06-17T18:51:00Z", "a watch", {}) == (
        found.kind,
        found.header.utc,
        found.header.made_by,
        found.laps,
    )


def test_between_segments_the_recorder_was_stopped(tmp_path: Path) -> None:
    """GIVEN two segments THEN the way from one to the other adds no distance."""
    found = on_disk(
        tmp_path, HEAD + run(range(5)) + "</trkseg><trkseg>" + run(range(10, 15)) + TAIL
    )
    assert [0.0, 4.0, 8.0, 12.0, 16.0, 16.0, 20.0, 24.0, 28.0, 32.0] == [
        pod.distance_m for pod in pods(found)
    ]


def test_a_recorded_speed_counts(tmp_path: Path) -> None:
    """GIVEN a speed in the extension, of version 2 THEN that is sent, and not what the positions
    give.
    """
    found = on_disk(
        tmp_path,
        HEAD
        + point(0, 0.0, "<tpx:speed>3.5</tpx:speed>")
        + point(1, 0.0, "<tpx:speed>3.75</tpx:speed>")
        + TAIL,
    )
    assert [3.5, 3.75] == [pod.speed_mps for pod in pods(found)]


def test_a_cut_file_gives_everything_before_the_cut() -> None:
    """GIVEN a file cut off at any byte THEN each whole point before the cut is there, and the
    problem says at which second it ends.
    """
    whole = HEAD + run(range(10)) + TAIL
    for cut in range(len(HEAD), len(whole) - 1, 7):
        found = read_gpx(whole[:cut].encode())
        points = whole[:cut].count("</trkpt>")
        assert points == len(found.points)
        (problem,) = found.problems
        assert (f"ends at {points - 1} s" if points else "no record before it") in problem
        assert "\n" not in problem


def test_damage_in_the_middle() -> None:
    """GIVEN a broken tag in the middle THEN the points before it are there."""
    found = read_gpx(
        (HEAD + run(range(10)) + TAIL).replace("18:51:06Z</time>", "18:51:06Z</tim").encode()
    )
    assert (6, 1) == (len(found.points), len(found.problems))


def test_points_without_a_time_are_told() -> None:
    """GIVEN a route that was drawn and not run THEN its points are left out and counted."""
    found = read_gpx((HEAD + run(range(3)) + '<trkpt lat="0" lon="0"/>' + TAIL).encode())
    assert (3, ["skipped track points without a readable time: 1"]) == (
        len(found.points),
        found.problems,
    )


def test_a_time_that_no_clock_has_told() -> None:
    """GIVEN a point of the year 1021 THEN it counts as one without a time."""
    found = read_gpx(
        (HEAD + run(range(3)) + TAIL).replace("2021-06-17T18:51:01", "1021-06-17T18:51:01").encode()
    )
    assert (2, 1) == (len(found.points), len(found.problems))


def test_a_track_without_points(tmp_path: Path) -> None:
    """GIVEN a GPX without any point THEN one line says that there is no record of a run."""
    with pytest.raises(DataError, match="this GPX file contains no run"):
        on_disk(tmp_path, HEAD + TAIL)


@given(st.randoms(use_true_random=False), st.integers(1, 10))
def test_any_damage(random_: random.Random, wrong: int) -> None:
    """Whatever bytes are changed, reading ends in an activity, and one that lost points says so."""
    whole = (HEAD + run(range(6)) + TAIL).encode()
    data = bytearray(whole)
    for _ in range(wrong):
        data[random_.randrange(len(data))] = random_.randrange(256)
    found = read_gpx(bytes(data))
    assert found.problems or len(found.points) == len(read_gpx(whole).points)


def values(found: Activity) -> list[tuple[float | None, ...]]:
    return [
        (point.heart_rate_bpm, point.cadence_per_min, point.speed_mps, point.distance_m)
        for point in found.points
    ]


@pytest.mark.parametrize(
    ("version", "held"),
    [
        (
            "1.1",
            (
                "<extensions><hr>150</hr><cad>88</cad><speed>4.5</speed>"
                "<distance>12</distance></extensions>"
            ),
        ),
        (
            "1.0",
            (
                "<speed>4.5</speed><extensions><q:hr>150</q:hr><q:cad>88</q:cad>"
                "<gpxdata:distance>12</gpxdata:distance></extensions>"
            ),
        ),
        (
            "1.0",
            (
                "<q:heartrate>150</q:heartrate><q:cadence>88</q:cadence><q:speed>4.5</q:speed>"
                "<q:distance>12</q:distance>"
            ),
        ),
        (
            "1.1",
            (
                "<extensions><bpm> 150 </bpm><run_cadence>88</run_cadence><Speed>4,5</Speed>"
                "<DistanceMeters>12,0</DistanceMeters></extensions>"
            ),
        ),
        (
            "1.1",
            (
                "<extensions><a:x><a:HeartRateBpm><a:Value>150</a:Value></a:HeartRateBpm>"
                "<a:RunCadence>88</a:RunCadence></a:x>"
                "<b:heart_rate>0</b:heart_rate><speed/><b:speed>4.5</b:speed>"
                "<opentracks:distance>3</opentracks:distance>"
                "<cluetrust:distance>12</cluetrust:distance></extensions>"
            ),
        ),
    ],
)
def test_every_makers_names(version: str, held: str) -> None:
    """GIVEN the names of any maker, declared or not, in any version of GPX THEN heart rate,
    cadence, speed and total are read.
    """
    data = (
        HEAD.replace('version="1.1"', f'version="{version}"')
        + point(0, 0.0).replace("</time>", f"</time>{held}")
        + TAIL
    )
    found = read_gpx(data.encode())
    assert ([(150.0, 88.0, 4.5, 12.0)], []) == (values(found), found.problems)


def test_points_without_a_position_count() -> None:
    """GIVEN points that have a heart rate and no position, or one that is none THEN they are kept,
    and told where others have one.
    """
    blind = point(1, 0.0, "<tpx:hr>140</tpx:hr>").replace(' lat="0.0" lon="0.0"', "")
    broken = point(2, 0.0, "<tpx:hr>141</tpx:hr>").replace('lon="0.0"', 'lon="east"')
    found = read_gpx((HEAD + point(0, 0.0) + blind + broken + TAIL).encode())
    assert ([None, 140.0, 141.0], ["2 of 3 track points have no position"]) == (
        [each.heart_rate_bpm for each in found.points],
        found.notes,
    )
    assert [] == read_gpx((HEAD + blind + TAIL).encode()).notes


@pytest.mark.parametrize(
    "position", ['lat="51,5000000" lon="-0,1"', "lat='51.5' lon='-0.1'", 'lat=" 51.5 " lon="-1e-1"']
)
def test_numbers_of_any_country(position: str) -> None:
    """GIVEN decimal commas THEN they are read as what they mean."""
    found = read_gpx(
        (HEAD + point(0, 0.0).replace('lat="0.0" lon="0.0"', position) + TAIL).encode()
    )
    assert (51.5, -0.1) == (found.points[0].lat_deg, found.points[0].lon_deg)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_any_encoding_on_disk(tmp_path: Path, encoding: str) -> None:
    """GIVEN a file in any form of Unicode THEN it is told to be GPX, and read."""
    path = tmp_path / "run.gpx"
    path.write_bytes((HEAD + run(range(5)) + TAIL).encode(encoding))
    assert 5 == len(pods(read(path)))


def test_a_run_written_as_a_route() -> None:
    """GIVEN route points with times THEN they are a run;
    a planned route beside a track is no loss.
    """
    route = f"<rte>{run(range(5)).replace('trkpt', 'rtept')}</rte>"
    assert (5, []) == (
        len(read_gpx(f"<gpx>{route}</gpx>".encode()).points),
        read_gpx(f"<gpx>{route}</gpx>".encode()).problems,
    )
    planned = '<rte><rtept lat="1" lon="1"/></rte>'
    both = read_gpx((HEAD + run(range(5)) + TAIL).replace("<trk>", f"{planned}<trk>").encode())
    assert (5, []) == (len(both.points), both.problems)
