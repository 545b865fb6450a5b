import random
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, Fix, Mark, MarkSource, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.recording import read
from kickcue.recording.model import Recording
from kickcue.recording.tcx import read as read_tcx

HEAD = (
    '<?xml version="1.0"?><TrainingCenterDatabase '
    'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
)
TAIL = (
    "<Creator><Name>Forerunner "
    "310XT</Name></Creator></Activity></Activities></TrainingCenterDatabase>"
)
POINT = """<Trackpoint><Time>2013-06-08T08:04:{second:02}Z</Time>
<Position><LatitudeDegrees>51.5</LatitudeDegrees>
<LongitudeDegrees>-0.1</LongitudeDegrees></Position><DistanceMeters>{distance}</DistanceMeters>
<HeartRateBpm><Value> 150 </Value></HeartRateBpm><Cadence>11</Cadence>
<Extensions><ns3:TPX xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">
<ns3:RunCadence>91</ns3:RunCadence><ns3:Speed>4.25</ns3:Speed></ns3:TPX></Extensions>
</Trackpoint>"""


def lap(start: int, seconds: float, trigger: str, points: range) -> str:
    track = "".join(POINT.format(second=second, distance=4.25 * second) for second in points)
    return (
        f'<Lap StartTime="2013-06-08T08:04:{start:02}Z">'
        f"<TotalTimeSeconds>{seconds}</TotalTimeSeconds>"
        f"<TriggerMethod>{trigger}</TriggerMethod><Track>{track}</Track></Lap>"
    )


def activity(*laps: str, sport: str = "Running") -> str:
    return f'{HEAD}<Activity Sport="{sport}"><Id>x</Id>{"".join(laps)}{TAIL}'


def on_disk(tmp_path: Path, text: str, marks: str = "manual") -> Recording:
    path = tmp_path / "run.tcx"
    path.write_text(text, encoding="utf-8")
    return read(path, marks=marks)


def test_a_trackpoint(tmp_path: Path) -> None:
    """RunCadence and Speed of the extension, whatever its prefix, and distance, heart rate and
    position become events.
    """
    found = on_disk(tmp_path, activity(lap(42, 1, "Manual", range(42, 43))))
    assert (
        Command(0, CommandKind.START),
        Notification(
            0, "pod", "2a53", bytes(RscMeasurement(4.25, 91, running=True, distance_m=178.5))
        ),
        Notification(0, "strap", "2a37", b"\x00\x96"),
        Fix(0, 51.5, -0.1),
    ) == found.inputs
    assert ("TCX", "2013-06-08T08:04:42Z", "Forerunner 310XT", ()) == (
        found.kind,
        found.header.utc,
        found.header.made_by,
        found.problems,
    )


@pytest.mark.parametrize(
    ("marks", "at_s"),
    [("manual", [(10, "button")]), ("all", [(10, "button"), (20, "button"), (30, "gate")])],
)
def test_a_lap_ends_where_the_next_starts(
    tmp_path: Path, marks: str, at_s: list[tuple[int, str]]
) -> None:
    """GIVEN laps with a pause, whose seconds leave the pause out THEN each ends at the next one's
    start, and the last is no mark.
    """
    laps = [
        lap(0, 8, "Manual", range(8)),
        lap(10, 9, "Distance", range(10, 19)),
        lap(20, 9, "Location", range(20, 29)),
        lap(30, 9, "Manual", range(30, 40)),
    ]
    found = on_disk(tmp_path, activity(*laps), marks)
    assert [Mark(t * 10**9, MarkSource(source)) for t, source in at_s] == [
        event for event in found.inputs if isinstance(event, Mark)
    ]
    assert {"manual": 2, "distance": 1, "position": 1} == found.laps


def test_a_prolog_that_is_not_at_the_start(tmp_path: Path) -> None:
    """Polar writes blanks before the XML declaration, which XML forbids: such a file is read all
    the same.
    """
    found = on_disk(tmp_path, f"\n          {activity(lap(0, 1, 'Manual', range(2)))}")
    assert ("TCX", 1.0) == (found.kind, found.duration_s)


def test_a_cut_file_gives_everything_before_the_cut() -> None:
    """GIVEN a file cut off at any byte THEN each whole trackpoint before the cut is there, and the
    problem says at which second it ends.
    """
    whole = activity(lap(0, 9, "Manual", range(5)), lap(5, 4, "Manual", range(5, 10)))
    for cut in range(len(HEAD), len(whole), 7):
        found = read_tcx(whole[:cut].encode())
        points = whole[:cut].count("</Trackpoint>")
        assert points == len(found.points)
        (problem,) = found.problems
        assert (f"ends at {points - 1} s" if points else "no record before it") in problem
        assert "\n" not in problem


def test_points_without_a_time_are_told() -> None:
    """GIVEN trackpoints whose time is missing or no time THEN they are left out and counted."""
    text = (
        activity(lap(0, 9, "Manual", range(3)))
        .replace("08:04:01Z", "sometime")
        .replace("<Time>2013-06-08T08:04:02Z</Time>", "")
    )
    found = read_tcx(text.encode())
    assert (1, ["skipped track points without a readable time: 2"]) == (
        len(found.points),
        found.problems,
    )


def test_other_sports() -> None:
    """A file with a ride and a run gives the run; one without a run is taken as it is, and told."""
    ride = f'<Activity Sport="Biking">{lap(0, 9, "Manual", range(5))}</Activity>'
    both = activity(lap(30, 9, "Manual", range(30, 33))).replace(
        "<Activities>", f"<Activities>{ride}"
    )
    assert (3, ["2 activities (Biking, Running): only the running is used"]) == (
        len(read_tcx(both.encode()).points),
        read_tcx(both.encode()).notes,
    )
    assert ["the activity is Other, not running"] == read_tcx(
        activity(lap(0, 9, "Manual", range(2)), sport="Other").encode()
    ).notes


def test_a_time_without_a_zone_is_utc(tmp_path: Path) -> None:
    """The schema knows only UTC: a time that lacks its Z is read so; one with another zone is
    turned into UTC.
    """
    text = activity(lap(0, 1, "Manual", range(1)))
    assert (
        "2013-06-08T08:04:00Z"
        == on_disk(tmp_path, text.replace("04:00Z</Time>", "04:00</Time>")).header.utc
    )
    assert (
        "2013-06-08T06:04:00.500000Z"
        == on_disk(tmp_path, text.replace("04:00Z</Time>", "04:00.5+02:00</Time>")).header.utc
    )


def test_numbers_that_are_none_are_unknown(tmp_path: Path) -> None:
    """GIVEN a distance that is no number THEN it is unknown, and the rest of the point counts."""
    found = on_disk(
        tmp_path,
        activity(lap(0, 1, "Manual", range(1))).replace(
            "<DistanceMeters>0.0<", "<DistanceMeters>n/a<"
        ),
    )
    (pod,) = (
        event for event in found.inputs if isinstance(event, Notification) and event.sensor == "pod"
    )
    assert RscMeasurement(4.25, 91, running=True, distance_m=0.0) == RscMeasurement.from_bytes(
        pod.data
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize(
    "declared", ["", 'encoding="UTF-16"', 'encoding="UPF-8"', "encoding='latin1'"]
)
def test_the_bytes_and_not_the_declaration_tell_the_encoding(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    """GIVEN a declaration that is false, or none THEN the file is read in full."""
    path = tmp_path / "run.tcx"
    path.write_bytes(
        activity(lap(0, 1, "Manual", range(2)))
        .replace('"1.0"', f'"1.0" {declared}')
        .encode(encoding)
    )
    assert (1.0, ()) == (read(path).duration_s, read(path).problems)


def test_numbers_of_any_country_and_names_without_a_prefix() -> None:
    """GIVEN decimal commas, and an extension whose prefix nobody declared
    THEN all values are read.
    """
    text = activity(lap(0, 9, "Manual", range(2))).replace("4.25", "4,25").replace("51.5", "51,5")
    text = text.replace(' xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"', "")
    (_, found) = read_tcx(text.encode()).points
    assert (4.25, 4.25, 51.5, 91.0, 150.0) == (
        found.distance_m,
        found.speed_mps,
        found.lat_deg,
        found.cadence_per_min,
        found.heart_rate_bpm,
    )


@pytest.mark.parametrize(
    "heart",
    [
        "<HeartRateBpm>150</HeartRateBpm>",
        "<HeartRateBpm><Value>150,0</Value></HeartRateBpm>",
        "<x:hr>150</x:hr>",
    ],
)
def test_a_heart_rate_alone(heart: str) -> None:
    """GIVEN a point with a heart rate and nothing else
    THEN it is read, wherever the number stands.
    """
    text = (
        f'{HEAD}<Activity Sport="Running"><Lap><Track><Trackpoint>'
        f"<Time>2013-06-08T08:04:00Z</Time>{heart}</Trackpoint></Track></Lap>{TAIL}"
    )
    assert 150.0 == read_tcx(text.encode()).points[0].heart_rate_bpm


@given(st.randoms(use_true_random=False), st.integers(1, 10))
def test_any_damage(random_: random.Random, wrong: int) -> None:
    """Whatever bytes are changed, reading ends in an activity, and one that lost points says so."""
    whole = (activity(lap(0, 9, "Manual", range(5)), lap(5, 4, "Manual", range(5, 10)))).encode()
    data = bytearray(whole)
    for _ in range(wrong):
        data[random_.randrange(len(data))] = random_.randrange(256)
    found = read_tcx(bytes(data))
    assert found.problems or len(found.points) == len(read_tcx(whole).points)


def test_a_course_is_no_activity(tmp_path: Path) -> None:
    """GIVEN a course to follow THEN the error says that it is one."""
    track = f"<Course><Track>{POINT.format(second=1, distance=1)}</Track></Course>"
    with pytest.raises(DataError, match="expected an activity, got a course to follow"):
        on_disk(
            tmp_path, f"<TrainingCenterDatabase><Courses>{track}</Courses></TrainingCenterDatabase>"
        )
