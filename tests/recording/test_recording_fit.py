import re
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DataError
from kickcue.core.events import Fix, Mark, MarkSource, Notification
from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.recording import read
from kickcue.recording.fit import read as read_fit
from kickcue.recording.imported_activity import Activity
from kickcue.recording.model import Recording
from tests.recording.fit_bytes import (
    BY_DISTANCE,
    CADENCE,
    COMPRESSED,
    CYCLING,
    DISTANCE,
    ELAPSED,
    ENHANCED_SPEED,
    EVENT,
    EVENT_KIND,
    FRACTION,
    HEART,
    LAP,
    LAP_TRIGGER,
    LAT,
    LON,
    MANUAL,
    NO_U8,
    NO_U16,
    NO_U32,
    POSITION_LAP,
    RECORD,
    RUNNING,
    SESSION,
    SESSION_END,
    SESSION_SPORT,
    SPEED,
    START,
    STEP_LENGTH,
    T0,
    TIME,
    TIMER,
    TIMER_START,
    TRANSITION,
    FitFile,
    simple_run,
)

UINT8, UINT16 = 0x02, 0x84


def on_disk(tmp_path: Path, file: FitFile, marks: str = "manual") -> Recording:
    path = tmp_path / "run.fit"
    path.write_bytes(bytes(file))
    return read(path, marks=marks)


def pods(found: Recording) -> list[RscMeasurement]:
    return [
        RscMeasurement.from_bytes(e.data)
        for e in found.inputs
        if isinstance(e, Notification) and e.char == "2a53"
    ]


def seconds_of(activity: Activity) -> list[int]:
    first = activity.points[0].time_ns
    return [(point.time_ns - first) // 10**9 for point in activity.points]


def test_a_plain_run(tmp_path: Path) -> None:
    """GIVEN a minute of records THEN each is a 2A53 and a 2A37 at its second, with date and device
    in the header.
    """
    found = on_disk(tmp_path, simple_run())
    assert ("FIT", "2021-09-08T01:46:40Z", "garmin fenix5", ()) == (
        found.kind,
        found.header.utc,
        found.header.made_by,
        found.problems,
    )
    assert (59.0, 1 + 60 + 60) == (found.duration_s, len(found.inputs))
    assert RscMeasurement(4.0, 90, running=True, distance_m=236.0) == pods(found)[-1]
    heart = [
        event for event in found.inputs if isinstance(event, Notification) and event.char == "2a37"
    ]
    assert {b"\x00\x96"} == {event.data for event in heart}


def test_enhanced_speed_fraction_step_length_and_position(tmp_path: Path) -> None:
    """Enhanced speed wins over speed, fractions join the cadence, two steps are a stride,
    semicircles become degrees.
    """
    file = FitFile().define(
        1, RECORD, [TIME, SPEED, ENHANCED_SPEED, CADENCE, FRACTION, STEP_LENGTH, LAT, LON]
    )
    file.add(1, T0, 1000, 4500, 90, 96, 13000, 2**29, -(2**30))
    found = on_disk(tmp_path, file)
    assert [RscMeasurement(4.5, 91, running=True, stride_length_m=2.6, distance_m=0.0)] == pods(
        found
    )
    assert [Fix(0, 45.0, -90.0)] == [event for event in found.inputs if isinstance(event, Fix)]


def test_times_in_the_headers(tmp_path: Path) -> None:
    """GIVEN records with five bits of time each, and a whole time before a long pause THEN every
    record has its second.
    """
    file = FitFile().define(0, 21, [TIME]).define(1, RECORD, [DISTANCE, SPEED]).add(0, T0)
    seconds = [*range(0, 100, 5), *range(200, 260, 5)]
    for second in seconds:
        if second == 200:
            file.add(0, T0 + 200)
        file.add_compressed(1, T0 + second, 400 * second, 4000)
    found = on_disk(tmp_path, file)
    assert seconds == [
        event.t_ns // 10**9 for event in found.inputs if isinstance(event, Notification)
    ]


def test_a_developer_field_that_is_no_number(tmp_path: Path) -> None:
    """GIVEN a developer speed of nan, where there is no native one THEN the speed is unknown."""
    file = (
        FitFile()
        .describe(0, 0, b"Speed", 0x88, native=6)
        .define(1, RECORD, [TIME, CADENCE], [(0, "f", 0)])
    )
    head = bytes((1,)) + struct.pack("<IB", T0, 90)
    file.body += head + struct.pack("<f", float("nan"))
    assert [RscMeasurement(0.0, 90, running=False)] == pods(on_disk(tmp_path, file))


def test_invalid_values_are_unknown(tmp_path: Path) -> None:
    """GIVEN FIT's codes for invalid THEN nothing is sent for them: no strap, no cadence, speed from
    the distance.
    """
    file = FitFile().define(1, RECORD, [TIME, DISTANCE, SPEED, HEART, CADENCE])
    file.add(1, T0, 0, NO_U16, NO_U8, NO_U8).add(1, T0 + 2, 800, NO_U16, NO_U8, NO_U8).add(
        1, T0 + 3, NO_U32, NO_U16, NO_U8, NO_U8
    )
    found = on_disk(tmp_path, file)
    assert [(0.0, 0, 0.0), (4.0, 0, 8.0)] == [
        (pod.speed_mps, pod.cadence_per_min, pod.distance_m) for pod in pods(found)
    ]
    assert {"pod": "generic-rsc"} == found.header.sensors


def test_compressed_speed_and_distance(tmp_path: Path) -> None:
    """GIVEN 12 bits of speed and 12 of distance that roll over THEN both are unpacked and the
    distance goes on.
    """

    def packed(speed_100: int, distance_16: int) -> bytes:
        return (speed_100 & 0xFFF | (distance_16 & 0xFFF) << 12).to_bytes(3, "little")

    file = FitFile().define(1, RECORD, [TIME, COMPRESSED])
    for second in range(0, 150, 5):
        file.add(1, T0 + second, packed(400, 16 * 4 * second))
    found = on_disk(tmp_path, file)
    assert [4.0] * 30 == [pod.speed_mps for pod in pods(found)]
    assert [4.0 * second for second in range(0, 150, 5)] == [pod.distance_m for pod in pods(found)]


def test_developer_fields_stand_in(tmp_path: Path) -> None:
    """GIVEN a developer cadence and a native one THEN the native one counts, the developer's where
    that is missing; a note names another.
    """
    file = (
        FitFile()
        .describe(0, 0, b"Cadence", UINT8, native=4)
        .describe(0, 1, b"Power", UINT16, native=7)
    )
    file.define(1, RECORD, [TIME, SPEED, CADENCE], [(0, "B", 0), (1, "H", 0)])
    file.add(1, T0, 4000, 90, 88, 300).add(1, T0 + 1, 4000, NO_U8, 87, 300)
    found = on_disk(tmp_path, file)
    assert [90, 87] == [pod.cadence_per_min for pod in pods(found)]
    assert ("developer fields ignored: Power",) == found.notes


def test_what_the_watch_says_itself_comes_first(tmp_path: Path) -> None:
    """GIVEN native distance, speed, heart rate and cadence, and a developer's of each THEN the
    native ones count, and the developer's in a record that lacks them.
    """
    file = (
        FitFile()
        .describe(0, 0, b"Cadence", UINT8, native=CADENCE[0])
        .describe(0, 1, b"Heart Rate", UINT8, native=HEART[0])
        .describe(0, 2, b"Distance", UINT16, native=DISTANCE[0])
        .describe(0, 3, b"Speed", UINT16, native=SPEED[0])
    )
    theirs = [(0, "B", 0), (1, "B", 0), (2, "H", 0), (3, "H", 0)]
    file.define(1, RECORD, [TIME, DISTANCE, SPEED, HEART, CADENCE], theirs)
    file.add(1, T0, 1000, 4000, 150, 90, 80, 140, 20, 5)
    file.define(2, RECORD, [TIME], theirs).add(2, T0 + 1, 80, 140, 20, 5)
    found = on_disk(tmp_path, file)

    assert [(10.0, 4.0, 90), (20.0, 5.0, 80)] == [
        (pod.distance_m, pod.speed_mps, pod.cadence_per_min) for pod in pods(found)
    ]
    assert [150, 140] == [
        HeartRateMeasurement.from_bytes(event.data).bpm
        for event in found.inputs
        if isinstance(event, Notification) and event.char == "2a37"
    ]


def test_seconds_since_power_on_are_no_date(tmp_path: Path) -> None:
    """GIVEN a device that did not know the date THEN the recording has none, and its times are
    right.
    """
    found = on_disk(tmp_path, simple_run(start=17_217_864))
    assert (None, 59.0) == (found.header.utc, found.duration_s)


@pytest.mark.parametrize(
    "stop", [1, 4, 8, 9], ids=["stop", "stop_all", "stop_disable", "stop_disable_all"]
)
def test_every_way_to_stop_the_timer_is_a_pause(stop: int) -> None:
    """GIVEN any of the four kinds of stop that the FIT profile has, and a start 8 s later WHEN the
    file is read THEN it tells both: most watches write stop_all, not stop.
    """
    file = FitFile().define(1, RECORD, [TIME, DISTANCE]).define(2, EVENT, [TIME, *EVENT_KIND])
    for second in (0, 10, 20):
        file.add(1, T0 + second, 400 * second)
    file.add(2, T0 + 20, TIMER, stop).add(2, T0 + 28, TIMER, TIMER_START)
    for second in (28, 38):
        file.add(1, T0 + second, 400 * (second - 8))

    found = read_fit(bytes(file))

    first_ns = found.points[0].time_ns
    assert [(20, False), (28, True)] == [
        ((turn.time_ns - first_ns) // 10**9, turn.running) for turn in found.turns
    ]


def legs(*sports: int) -> FitFile:
    """Return one leg of 10 s for each sport, each with a session and one lap."""
    file = (
        FitFile()
        .define(1, RECORD, [TIME, DISTANCE, SPEED])
        .define(2, SESSION, [TIME, START, ELAPSED, SESSION_SPORT])
    )
    file.define(3, LAP, [TIME, START, ELAPSED, LAP_TRIGGER])
    for leg, sport in enumerate(sports):
        start = T0 + 10 * leg
        for second in range(10):
            file.add(1, start + second, 400 * (10 * leg + second), 4000)
        file.add(3, start + 9, start, 5000, MANUAL).add(3, start + 9, start + 5, 5000, SESSION_END)
        file.add(2, start + 9, start, 9500, sport)
    return file


def test_only_running_is_taken_from_several_sessions(tmp_path: Path) -> None:
    """GIVEN a duathlon THEN the recording begins with the run's first record, has the run's laps
    only, and a note lists the sessions.
    """
    found = on_disk(tmp_path, legs(CYCLING, TRANSITION, RUNNING))
    assert (10, 80.0, "2021-09-08T01:47:00Z") == (
        len(pods(found)),
        pods(found)[0].distance_m,
        found.header.utc,
    )
    assert ({"manual": 1, "session_end": 1}, 9.0) == (found.laps, found.duration_s)
    assert [Mark(5_000_000_000, MarkSource.BUTTON)] == [
        event for event in found.inputs if isinstance(event, Mark)
    ]
    assert "3 sessions (cycling, transition, running): only the running is used" in found.notes


def test_two_runs_and_no_run(tmp_path: Path) -> None:
    """Two running sessions are both taken; a file with no running at all is taken as it is, and
    told.
    """
    both = on_disk(tmp_path, legs(RUNNING, CYCLING, RUNNING))
    assert ([10, 10], 2) == (
        [
            sum(
                10 * leg <= event.t_ns // 10**9 < 10 * leg + 10
                for event in both.inputs
                if isinstance(event, Notification)
            )
            for leg in (0, 2)
        ],
        sum(isinstance(event, Mark) for event in both.inputs),
    )
    ride = on_disk(tmp_path, legs(CYCLING))
    assert (10, "the activity is cycling, not running") == (len(pods(ride)), ride.notes[0])


@pytest.mark.parametrize(
    ("marks", "at_s"), [("manual", [20.25]), ("all", [20.25, 30.0, 40.0]), ("none", [])]
)
def test_laps_end_at_start_plus_elapsed(tmp_path: Path, marks: str, at_s: Sequence[float]) -> None:
    """GIVEN laps whose own timestamp is useless THEN each ends at its start plus its seconds; the
    last is no mark though it was pressed.
    """
    file = simple_run().define(3, LAP, [TIME, START, ELAPSED, LAP_TRIGGER])
    for start, elapsed_ms, trigger in (
        (0, 20_250, MANUAL),
        (20, 10_000, BY_DISTANCE),
        (30, 10_000, POSITION_LAP),
        (40, 19_000, MANUAL),
    ):
        file.add(3, T0, T0 + start, elapsed_ms, trigger)
    found = on_disk(tmp_path, file, marks)
    assert [round(t * 10**9) for t in at_s] == [
        event.t_ns for event in found.inputs if isinstance(event, Mark)
    ]
    assert {"manual": 2, "distance": 1, "position_lap": 1} == found.laps


def test_chained_files(tmp_path: Path) -> None:
    """GIVEN two FIT files in one, as FIT allows THEN each is an activity of its own; the longer run
    is taken, and told.
    """
    path = tmp_path / "run.fit"
    path.write_bytes(bytes(simple_run(10)) + bytes(simple_run(20, start=T0 + 3600)))
    found = read(path)
    assert (20, ()) == (len(pods(found)), found.problems)
    assert (
        found.activities_note
        == "2 activities: number 2 is used, the longest run (--activity N chooses another)"
    )
    assert [10, 20] == [len(pods(read(path, activity=number))) for number in (1, 2)]


def test_a_cut_file_gives_everything_before_the_cut() -> None:
    """GIVEN a file cut off at any byte THEN every whole record before the cut is there and the
    problem says at which second it ends.
    """
    whole = bytes(simple_run(20))
    first = whole.index(struct.pack("<BI", 1, T0))
    for cut in range(first, len(whole)):
        found = read_fit(whole[:cut])
        records = min((cut - first) // 13, 20)
        assert records == len(found.points)
        last = f"its last record is at {max(records - 1, 0)} s"
        assert [f"the file is truncated or was never finished: {last}"] == found.problems


def test_a_device_that_died_before_it_wrote_the_size() -> None:
    """GIVEN a header whose size is still 0 THEN all records are there, and the file is called
    unfinished.
    """
    whole = bytearray(bytes(simple_run(20)))
    whole[4:8] = bytes(4)
    found = read_fit(bytes(whole))
    assert (20, 1) == (len(found.points), len(found.problems))


def with_beats(seconds: int) -> FitFile:
    """Return a run with another kind of message between any two records, as watches write them."""
    file = FitFile().define(1, RECORD, [TIME, DISTANCE, SPEED]).define(2, 78, [(0, "H")])
    for second in range(seconds):
        file.add(1, T0 + second, 400 * second, 4000).add(2, 400)
    return file


def test_records_behind_the_damage_are_found_again() -> None:
    """GIVEN 40 bytes missing in the middle THEN only the records in them are lost, and the problem
    says between which seconds.
    """
    whole = bytes(with_beats(100))
    at = whole.index(struct.pack("<BI", 1, T0 + 50)) + 3
    found = read_fit(whole[:at] + whole[at + 40 :])
    assert [*range(50), *range(54, 100)] == [
        second for second in seconds_of(found) if second not in (50, 51, 52, 53)
    ]
    assert any("undecodable data between" in problem for problem in found.problems)


def test_a_broken_definition_does_not_take_the_rest() -> None:
    """GIVEN a second definition of records that is damaged, and later a third THEN decoding goes on
    at the third.
    """
    file = with_beats(20)
    broken_at = len(bytes(file)) - 2
    file.define(1, RECORD, [TIME, DISTANCE, SPEED, HEART])
    for second in range(20, 40):
        file.add(1, T0 + second, 400 * second, 4000, 150)
    file.define(1, RECORD, [TIME, DISTANCE, SPEED, CADENCE])
    for second in range(40, 60):
        file.add(1, T0 + second, 400 * second, 4000, 90)
    whole = bytearray(bytes(file))
    whole[broken_at : broken_at + 6] = b"\xff" * 6
    found = seconds_of(read_fit(bytes(whole)))
    assert {*range(20), *range(40, 60)} <= set(found)


def test_one_impossible_time_is_left_out() -> None:
    """GIVEN a record whose time is an hour late, between good ones THEN that record is left out and
    told, all others stay.
    """
    file = FitFile().define(1, RECORD, [TIME, DISTANCE, SPEED])
    for second in range(20):
        file.add(1, T0 + second + (3600 if second == 7 else 0), 400 * second, 4000)
    found = read_fit(bytes(file))
    assert [*range(7), *range(8, 20)] == seconds_of(found)
    assert ["1 record skipped: time jumps back or far ahead"] == [
        note for note in found.notes if "skipped" in note
    ]


def test_a_clock_that_was_set_during_the_run() -> None:
    """GIVEN a device that learned the date after some records THEN none is lost: nothing shows that
    either part is damage.
    """
    file = FitFile().define(1, RECORD, [TIME, DISTANCE, SPEED])
    for second in range(10):
        file.add(1, (T0 if second >= 5 else T0 - 10**8) + second, 400 * second, 4000)
    assert (10, []) == (len(read_fit(bytes(file)).points), read_fit(bytes(file)).problems)


def test_a_changed_byte_is_told() -> None:
    """GIVEN a value changed without harm to the structure THEN the records are there and the
    checksum gives it away.
    """
    whole = bytes(simple_run(20)).replace(struct.pack("<H", 4000), struct.pack("<H", 4001), 1)
    found = read_fit(whole)
    assert (20, ["the file is damaged (checksum mismatch): values may be wrong"]) == (
        len(found.points),
        found.problems,
    )


def test_rubbish_behind_the_file() -> None:
    """GIVEN bytes behind the end that are no FIT THEN the run is whole and they are told."""
    found = read_fit(bytes(simple_run(20)) + bytes(40))
    assert (20, ["the last 40 bytes of the file are not FIT data and were ignored"]) == (
        len(found.points),
        found.problems,
    )


@given(st.data())
def test_any_damage(data: st.DataObject) -> None:
    """Whatever bytes are changed behind the header, reading ends, and in a recording or in a
    DataError.
    """
    whole = bytearray(bytes(with_beats(30)))
    for _ in range(data.draw(st.integers(1, 30))):
        whole[data.draw(st.integers(12, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = read_fit(bytes(whole))
    assert found.problems or seconds_of(found) == [*range(30)]


@given(st.binary(max_size=200))
def test_any_bytes_after_a_header(body: bytes) -> None:
    """Whatever follows a FIT header, reading ends without an exception."""
    head = struct.pack("<BBHI4s", 12, 0x20, 2160, len(body), b".FIT")
    assert "FIT" == read_fit(head + body + b"\0\0").kind


def test_a_fit_without_a_run(tmp_path: Path) -> None:
    """GIVEN a FIT file of settings THEN one line says that there is no record in it."""
    with pytest.raises(DataError, match="this FIT file contains no run"):
        on_disk(tmp_path, FitFile().define(0, 0, [(1, "H")]).add(0, 1))


@pytest.mark.parametrize("wrong_s", [0, 5, 2**31])
def test_a_wrong_first_time_does_not_count_in_what_is_told(wrong_s: int) -> None:
    """GIVEN a file that was never finished, and whose first record has a wrong time THEN the end is
    told from the second on.
    """
    file = simple_run()
    at = file.body.index(struct.pack("<I", T0))
    body = file.body[:at] + struct.pack("<I", wrong_s) + file.body[at + 4 :]
    problems = read_fit(struct.pack("<BBHI4s", 12, 0x20, 2160, 0, b".FIT") + body).problems
    assert any("its last record is at 58 s" in problem for problem in problems), problems


def test_what_cannot_be_decoded_is_told_in_words_that_read_well() -> None:
    """GIVEN one record with a wrong time, and one that steps back behind a damage THEN one is one,
    and no span runs backwards.
    """
    file = simple_run(60)
    for second in (30, 40):
        file.add(1, T0 + 10**9 if second == 30 else T0 + 58, 400 * second, 4000, 150, 90).add(
            1, T0 + 60 + second, 0, 0, 0, 0
        )
    damaged = file.body.replace(struct.pack("<I", T0 + 50), bytes(4)) + b"\x0f" * 3
    told = " ".join(read_fit(struct.pack("<BBHI4s", 12, 0x20, 2160, 0, b".FIT") + damaged).problems)
    assert "1 records" not in told
    assert all(
        int(low) < int(high) for low, high in re.findall(r"between (-?\d+) s and (-?\d+) s", told)
    ), told
