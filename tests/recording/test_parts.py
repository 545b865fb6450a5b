"""Several activities in one file: which there are, which is taken, and what becomes of the metres
between them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kickcue.core.errors import UsageError
from kickcue.core.events import Notification, Timer
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import Recording, read
from kickcue.recording.parts import Part, by_day, chosen, joined
from kickcue.recording.points import Point
from tests.recording.fit_bytes import (
    CYCLING,
    DISTANCE,
    ELAPSED,
    FILE_ID,
    RECORD,
    RUNNING,
    SESSION,
    SESSION_SPORT,
    SPEED,
    START,
    T0,
    TIME,
    FitFile,
)

DAY_S = 86400
START_S = 1_714_550_400  # 2024-05-01T08:00:00Z
DEGREE_M = 111_195.08


def leg(sport: str, begin_s: float, seconds: int, mps: float = 4.0, begin_m: float = 0.0) -> Part:
    points = [Point(s_to_ns(START_S + begin_s + n), begin_m + mps * n, mps) for n in range(seconds)]
    return Part(sport, points)


def taken(parts: Sequence[Part], wanted: int | None = None) -> list[int]:
    """Return the numbers of the parts that are taken."""
    return [row.number for row in chosen(parts, wanted, "activities").rows if row.taken]


def test_the_longest_run_is_taken_whatever_the_order() -> None:
    """GIVEN a warm-up, a race and a longer ride, hours apart THEN the race is taken; of equal runs
    the last.
    """
    outings = joined(
        [leg("Running", 0, 100), leg("Running", 7200, 900), leg("Biking", 20_000, 3000)],
        tracks=False,
    )
    assert [2] == taken(outings) == taken(outings[::-1])
    equal = joined([leg("Running", 0, 100), leg("Running", 7200, 100)], tracks=False)
    assert [2] == taken(equal)


def test_the_legs_of_one_outing_are_taken_together() -> None:
    """GIVEN run, ride and run one behind the other THEN both runs are one recording: what was
    ridden is not in its metres.
    """
    whole = joined(
        [
            leg("running", 0, 100),
            leg("cycling", 100, 200, 8.0, 400.0),
            leg("running", 300, 150, 4.0, 2000.0),
        ],
        tracks=False,
    )
    choice = chosen(whole, None, "sessions")
    assert [1, 3] == taken(whole)
    assert "3 sessions (running, cycling, running): only running is taken" == choice.note
    metres = [point.distance_m for point in choice.part.points]
    assert (0.0, 396.0 + 596.0) == (metres[0], metres[-1])
    assert [100] == [at for at, point in enumerate(choice.part.points) if point.after_pause]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_part_can_be_chosen(number: int) -> None:
    """GIVEN three parts THEN each can be had by its number, a ride too; a number that is none is
    refused with those there are.
    """
    whole = joined(
        [leg("running", 0, 100), leg("cycling", 100, 200), leg("running", 300, 150)], tracks=False
    )
    choice = chosen(whole, number, "activities")
    assert ([number], [100, 200, 150][number - 1]) == (
        taken(whole, number),
        len(choice.part.points),
    )
    with pytest.raises(UsageError, match=r"--activity 4: expected 1 to 3"):
        chosen(whole, 4, "activities")


def test_two_runs_of_one_sport_are_two_activities_but_two_tracks_are_one() -> None:
    """GIVEN two runs a minute apart THEN they are two where the file says activity, and one where
    it says track; after an hour two.
    """
    near = [leg("running", 0, 100), leg("running", 160, 100)]
    assert ([2], [1, 2]) == (taken(joined(near, tracks=False)), taken(joined(near, tracks=True)))
    assert [2] == taken(joined([leg("running", 0, 100), leg("running", 3700, 100)], tracks=True))


def test_days_in_one_track_are_activities() -> None:
    """GIVEN a track that goes on next day, or after hours elsewhere THEN it is cut there; after
    hours at the same place it is not.
    """

    def track(gap_s: float, away_m: float) -> Part:
        places = [(n, 4.0 * n) for n in range(50)] + [
            (50 + gap_s + n, 200.0 + away_m + 4.0 * n) for n in range(50)
        ]
        return Part(
            "unknown",
            [Point(s_to_ns(START_S + t_s), lat_deg=m / DEGREE_M, lon_deg=0.0) for t_s, m in places],
        )

    counts = {
        case: len(list(by_day(track(*case))))
        for case in ((DAY_S, 0.0), (4 * 3600.0, 5000.0), (9 * 3600.0, 0.0), (60.0, 5000.0))
    }
    assert {
        (DAY_S, 0.0): 2,
        (4 * 3600.0, 5000.0): 2,
        (9 * 3600.0, 0.0): 1,
        (60.0, 5000.0): 1,
    } == counts


@pytest.mark.parametrize("tracks", [2_000, pytest.param(20_000, marks=pytest.mark.long)])
def test_a_file_of_thousands_of_parts_is_told_in_a_line(tracks: int) -> None:
    """GIVEN thousands of tracks, minutes apart or days apart THEN the sentence on them stays short,
    and the metres are those of all or of one.
    """
    near = [leg("unknown", 60 * n, 5) for n in range(tracks)]
    far = [leg("unknown", 86400 * n, 5) for n in range(tracks)]
    together, one = (
        chosen(joined(parts, tracks=True), None, "activities") for parts in (near, far)
    )
    assert [16.0 * tracks, 16.0] == [
        choice.part.points[-1].distance_m for choice in (together, one)
    ]
    assert all(choice.note is not None and len(choice.note) < 120 for choice in (together, one))


# ---- in the formats


def metres(found: Recording) -> float:
    told = [
        RscMeasurement.from_bytes(event.data).distance_m or 0.0
        for event in found.inputs
        if isinstance(event, Notification) and event.char == "2a53"
    ]
    return told[-1] - told[0]


def clock(t_s: float) -> str:
    hours, rest = divmod(8 * 3600 + int(t_s), 3600)
    return f"T{hours:02}:{rest // 60:02}:{rest % 60:02}Z"


def tcx(*activities: tuple[str, str, int, int]) -> str:
    """Return activities of (sport, date, first second, seconds), 4 m a second."""

    def inner() -> Iterator[str]:
        for sport, date, begin_s, seconds in activities:
            yield (
                f'<Activity Sport="{sport}"><Lap StartTime="{date}{clock(begin_s)}">'
                "<TriggerMethod>Manual</TriggerMethod><Track>"
            )
            for n in range(seconds):
                yield f"<Trackpoint><Time>{date}{clock(begin_s + n)}</Time>"
                yield f"<DistanceMeters>{4 * n}</DistanceMeters></Trackpoint>"
            yield "</Track></Lap></Activity>"

    inside = "".join(inner())
    return f"<TrainingCenterDatabase><Activities>{inside}</Activities></TrainingCenterDatabase>"


def gpx(*tracks: Sequence[tuple[str, int, int]]) -> str:
    """Return tracks of segments of (date, first second, seconds), 4 m a second."""

    def segment(date: str, begin_s: int, seconds: int) -> str:
        points = (
            f'<trkpt lat="{4 * n / DEGREE_M:.7f}" '
            f'lon="0"><time>{date}{clock(begin_s + n)}</time></trkpt>'
            for n in range(seconds)
        )
        return f"<trkseg>{''.join(points)}</trkseg>"

    inner = "".join(f"<trk>{''.join(segment(*each) for each in track)}</trk>" for track in tracks)
    return f'<gpx version="1.1">{inner}</gpx>'


def fit(*sessions: tuple[int, int]) -> bytes:
    """Return sessions of (sport, seconds), 4 m a second by foot and 8 m by bicycle, counted
    through.
    """
    file = (
        FitFile()
        .define(0, FILE_ID, [(1, "H"), (2, "H")])
        .add(0, 1, 2697)
        .define(1, RECORD, [TIME, DISTANCE, SPEED])
    )
    file.define(2, SESSION, [TIME, START, ELAPSED, SESSION_SPORT])
    at_s, at_m = T0, 0
    for sport, seconds in sessions:
        begin_s, mps = at_s, 8 if sport == CYCLING else 4
        for _ in range(seconds):
            file.add(1, at_s, at_m * 100, mps * 1000)
            at_s, at_m = at_s + 1, at_m + mps
        file.add(2, at_s, begin_s, 1000 * seconds, sport)
    return bytes(file)


FILES: dict[str, tuple[str | bytes, int, float]] = {
    "two runs a year apart.tcx": (
        tcx(("Running", "2024-05-01", 0, 50), ("Running", "2025-05-01", 0, 210)),
        2,
        836.0,
    ),
    "run, ride, run.tcx": (
        tcx(
            ("Running", "2024-05-01", 0, 100),
            ("Biking", "2024-05-01", 120, 200),
            ("Running", "2024-05-01", 330, 150),
        ),
        3,
        992.0,
    ),
    "two days in tracks.gpx": (gpx([("2024-05-01", 0, 50)], [("2024-05-02", 0, 210)]), 2, 836.0),
    "two days in one segment.gpx": (
        gpx([("2024-05-01", 0, 50), ("2024-05-02", 0, 210)]).replace("</trkseg><trkseg>", ""),
        2,
        836.0,
    ),
    "run, ride, run.fit": (fit((RUNNING, 100), (CYCLING, 200), (RUNNING, 150)), 3, 996.0),
    "two files.fit": (fit((RUNNING, 50)) + fit((RUNNING, 210)), 2, 836.0),
}


@pytest.mark.parametrize("name", FILES)
def test_each_format_tells_of_all_and_takes_the_longest_run(tmp_path: Path, name: str) -> None:
    """GIVEN several activities in a file THEN all are listed, the longest run is taken and told,
    and its metres are those that were run.
    """
    content, count, run_m = FILES[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read(path)
    assert count == len(found.activities)
    assert found.activities_note
    assert metres(found) == pytest.approx(run_m, abs=2.0)
    assert ns_to_s(found.inputs[0].t_ns) == 0.0
    assert metres(read(path, activity=1)) < run_m
    with pytest.raises(UsageError, match=r"--activity 9"):
        read(path, activity=9)


def test_the_time_of_another_sport_is_a_pause(tmp_path: Path) -> None:
    """GIVEN run, ride, run THEN the timer stops where the first run ends, and goes on where the
    second begins.
    """
    path = tmp_path / "run.fit"
    path.write_bytes(fit((RUNNING, 100), (CYCLING, 200), (RUNNING, 150)))
    assert [(100.0, False), (300.0, True)] == [
        (ns_to_s(e.t_ns), e.running) for e in read(path).inputs if isinstance(e, Timer)
    ]


def test_the_type_of_a_link_is_no_sport(tmp_path: Path) -> None:
    """GIVEN a track that links to a web page THEN its sport is not text/html."""
    path = tmp_path / "run.gpx"
    link = '<trk><link href="https://example.org"><type>text/html</type></link>'
    path.write_text(gpx([("2024-05-01", 0, 50)]).replace("<trk>", link))
    assert ["unknown"] == [each.sport for each in read(path).activities]


def test_one_activity_is_no_choice(tmp_path: Path) -> None:
    """GIVEN a file with one activity THEN nothing is said, 1 may be asked for, and 2 is refused."""
    path = tmp_path / "run.tcx"
    path.write_text(tcx(("Running", "2024-05-01", 0, 50)))
    assert read(path, activity=1).activities_note is None
    with pytest.raises(UsageError, match=r"run\.tcx: --activity 2: expected 1, there is only one"):
        read(path, activity=2)
