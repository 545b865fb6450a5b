"""FIT workouts become plans; what cannot be run is refused with its step."""

from pathlib import Path
from typing import Any

import pytest
from fit_tool.fit_file_builder import FitFileBuilder  # type: ignore[import-untyped]
from fit_tool.profile.messages.file_id_message import (  # type: ignore[import-untyped]
    FileIdMessage,
)
from fit_tool.profile.messages.workout_message import (  # type: ignore[import-untyped]
    WorkoutMessage,
)
from fit_tool.profile.messages.workout_step_message import (  # type: ignore[import-untyped]
    WorkoutStepMessage,
)
from fit_tool.profile.profile_type import (  # type: ignore[import-untyped]
    FileType,
    Intensity,
    Sport,
    WorkoutStepDuration,
)

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import CommandKind
from kickcue.core.plan import Effort, Leg, Plan, Repeat, Rest, Run, TimedRun, straight
from kickcue.workouts import read, read_workout
from tests.recording.fit_bytes import simple_run
from tests.workouts.sdk import fit, put, repeat, step

REP = step("distance", 20_000)
PAUSE = step("time", 90_000, intensity="rest")


@pytest.fixture(scope="session")
def eight_two_hundreds() -> bytes:
    """Warm up until lap, 8 x (200 m, 90 s), 10 minutes easy: as Garmin's SDK writes it."""
    return fit(
        [
            step("open", intensity="warmup", notes="Easy, until you are warm"),
            step("distance", 20_000, wkt_step_name="Fast", notes="Push through the line"),
            PAUSE,
            repeat(1, 8),
            step("time", 600_000, intensity="cooldown"),
        ]
    )


def test_a_session_is_read(tmp_path: Path, eight_two_hundreds: bytes) -> None:
    """GIVEN warm-up, repeats and cool-down WHEN read THEN the plan has them with their efforts,
    lengths, words and name, and nothing was understood otherwise.
    """
    found = read(put(tmp_path, eight_two_hundreds))
    assert found.notes == ()
    assert found.plan == Plan(
        "8 x 200 m",
        (
            TimedRun(None, Effort.EASY, "Easy, until you are warm"),
            Repeat(
                8,
                (
                    Run(straight(200.0), imagery="Fast. Push through the line"),
                    Rest(duration_s=90.0),
                ),
            ),
            TimedRun(600.0, Effort.EASY),
        ),
    )


def test_a_file_of_another_library_is_read(tmp_path: Path) -> None:
    """GIVEN a workout that fit-tool made WHEN read THEN the plan is the same as from the SDK."""
    file_id, about = FileIdMessage(), WorkoutMessage()
    file_id.type, file_id.manufacturer = FileType.WORKOUT, 255
    about.workout_name, about.sport, about.num_valid_steps = "200s", Sport.RUNNING, 3
    rep, rest, again = WorkoutStepMessage(), WorkoutStepMessage(), WorkoutStepMessage()
    rep.message_index, rest.message_index, again.message_index = 0, 1, 2
    rep.duration_type, rep.duration_distance = WorkoutStepDuration.DISTANCE, 200.0
    rep.intensity, rest.intensity = Intensity.INTERVAL, Intensity.RECOVERY
    rest.duration_type, rest.duration_distance = WorkoutStepDuration.DISTANCE, 100.0
    again.duration_type = WorkoutStepDuration.REPEAT_UNTIL_STEPS_CMPLT
    again.duration_step, again.target_repeat_steps = 0, 3
    builder = FitFileBuilder(auto_define=True)
    builder.add_all([file_id, about, rep, rest, again])

    plan = read_workout(put(tmp_path, bytes(builder.build().to_bytes())))

    assert plan == Plan("200s", (Repeat(3, (Run(straight(200.0)), Rest(distance_m=100.0))),))


@pytest.mark.parametrize(
    ("intensity", "leg"),
    [
        ("active", TimedRun(60.0)),
        ("interval", TimedRun(60.0)),
        ("other", TimedRun(60.0)),
        ("warmup", TimedRun(60.0, Effort.EASY)),
        ("cooldown", TimedRun(60.0, Effort.EASY)),
        ("rest", Rest(duration_s=60.0)),
        ("recovery", Rest(duration_s=60.0)),
    ],
)
def test_the_intensity_says_what_a_step_is(tmp_path: Path, intensity: str, leg: Leg) -> None:
    """Active steps are repetitions, warm-up and cool-down easy, rest and recovery rests."""
    data = fit([step("time", 60_000, intensity=intensity), REP])
    assert leg == read_workout(put(tmp_path, data)).steps[0]


def test_what_a_step_leaves_open(tmp_path: Path) -> None:
    """GIVEN no sport, and a step with neither an intensity nor an end, as FIT writes "none" WHEN
    read THEN it is run until a lap press, and that is told.
    """
    nothing = {"duration_type": 255, "intensity": 255, "target_type": "open"}
    found = read(put(tmp_path, fit([nothing], sport=255)))
    assert found.plan.steps == (TimedRun(None),)
    (note,) = found.notes
    assert note.startswith("step 1 ends in no way that the file says")


def test_an_open_rest_ends_by_a_press(tmp_path: Path) -> None:
    """GIVEN a rest without an end WHEN read THEN it waits for a lap press."""
    plan = read_workout(put(tmp_path, fit([REP, step(intensity="rest")])))
    assert plan.steps[1] == Rest(until=CommandKind.LAP)


def test_repeats_within_repeats(tmp_path: Path) -> None:
    """GIVEN 3 sets of 4 x 200 m with a longer rest between the sets WHEN read THEN the sets are
    repeats in a repeat, and 3 x (4 x 2 + 1) legs are run.
    """
    plan = read_workout(
        put(tmp_path, fit([REP, PAUSE, repeat(0, 4), step(intensity="rest"), repeat(0, 3)]))
    )
    inner = Repeat(4, (Run(straight(200.0)), Rest(duration_s=90.0)))
    assert plan.steps == (Repeat(3, (inner, Rest(until=CommandKind.LAP))),)
    assert len(plan.legs()) == 27


def test_repeats_until_a_time_or_a_distance(tmp_path: Path) -> None:
    """GIVEN 60 s and 90 s that repeat until 10 minutes are over, and 200 m until 1000 m are WHEN
    read THEN the rounds that begin before that are counted, and told.
    """
    found = read(
        put(
            tmp_path,
            fit(
                [
                    step("time", 60_000),
                    PAUSE,
                    repeat(0, 600_000, "time"),
                    REP,
                    repeat(3, 90_000, "distance"),
                ]
            ),
        )
    )
    assert [each.times for each in found.plan.steps if isinstance(each, Repeat)] == [4, 5]
    assert found.notes == (
        "step 3 repeats until 600 s are over: that is 4 times",
        "step 5 repeats until 900 m are over: that is 5 times",
    )


def test_repeats_within_a_repeat_until_a_time(tmp_path: Path) -> None:
    """GIVEN 3 x 60 s and a rest of 60 s, repeated until 8 minutes are over WHEN read THEN a round
    is 4 minutes, and there are two.
    """
    minute = step("time", 60_000)
    steps = [minute, repeat(0, 3), {**minute, "intensity": "rest"}, repeat(0, 480_000, "time")]
    (outer,) = read_workout(put(tmp_path, fit(steps))).steps
    assert isinstance(outer, Repeat)
    assert outer.times == 2


def test_of_two_workouts_none_is_chosen(tmp_path: Path) -> None:
    """GIVEN two workouts in a row in one file WHEN read THEN neither is run as if it were the only
    one.
    """
    with pytest.raises(DataError, match="expected one workout, got 2: export one of them"):
        read(put(tmp_path, fit([REP]) + fit([REP])))


@pytest.mark.parametrize(
    ("ends_by", "told"),
    [
        ("hr_less_than", "when the heart rate has fallen"),
        ("hr_greater_than", "when the heart rate has risen"),
        ("power_less_than", "at a power"),
        ("power_30s_greater_than", "at a power"),
        ("calories", "after some calories"),
        ("reps", "after some movements"),
    ],
)
def test_what_kickcue_does_not_measure_ends_by_a_press(
    tmp_path: Path, ends_by: str, told: str
) -> None:
    """GIVEN a rest until the heart rate has fallen, or the like WHEN read THEN it waits for a lap
    press, and the runner is told by the step's number.
    """
    found = read(put(tmp_path, fit([REP, step(ends_by, 120, intensity="rest")])))
    assert found.plan.steps[1] == Rest(until=CommandKind.LAP)
    (note,) = found.notes
    assert note == f"step 2 ends {told}, which kickcue does not follow: press lap instead"


def test_steps_stand_in_any_order(tmp_path: Path) -> None:
    """GIVEN steps whose numbers are not in the order of the file WHEN read THEN the numbers count;
    where there are none, the order of the file does.
    """
    mixed = [{"message_index": 1, **PAUSE}, {"message_index": 0, **REP}]
    for steps in (mixed, [REP, PAUSE]):
        plan = read_workout(put(tmp_path, fit(steps, number=False)))
        assert plan.steps == (Run(straight(200.0)), Rest(duration_s=90.0))


def test_a_workout_without_a_name_has_that_of_its_file(tmp_path: Path) -> None:
    """GIVEN no name inside WHEN read THEN the plan is called as the file is."""
    assert read_workout(put(tmp_path, fit([REP], name=None), "tuesday.fit")).name == "tuesday"


def test_words_in_a_rest_are_told(tmp_path: Path) -> None:
    """GIVEN a note on a rest, where a plan has no place for it WHEN read THEN it is told."""
    found = read(put(tmp_path, fit([REP, {**PAUSE, "notes": "Walk"}])))
    assert found.notes == ("step 2 is a rest: its words are not shown (Walk)",)


def test_more_steps_than_the_header_tells(tmp_path: Path) -> None:
    """GIVEN a header that counts fewer steps than there are WHEN read THEN all count, and that is
    told.
    """
    found = read(put(tmp_path, fit([REP, PAUSE, REP], told=2)))
    assert len(found.plan.steps) == 3
    assert "says 2 steps, but there are 3" in found.notes[0]


BAD: list[tuple[str, list[dict[str, Any]], dict[str, Any], str]] = [
    ("no time", [REP, step("time", 0)], {}, "step 2: expected a time above 0, got 0"),
    ("no length", [step("distance", None)], {}, "step 1: expected a distance above 0, got none"),
    ("too long", [step("time", 90_000_000)], {}, "step 1: run: expected duration_s above 0 and at"),
    ("too far", [step("distance", 60_000_000)], {}, "step 1: distance: expected more than 0"),
    ("forward", [REP, repeat(5, 3), PAUSE], {}, "step 2: repeat: expected to go back to a step be"),
    (
        "itself",
        [REP, repeat(1, 3)],
        {},
        "step 2: repeat: expected to go back to a step before it, ",
    ),
    (
        "first",
        [repeat(0, 3), REP],
        {},
        "step 1: repeat: expected to go back to a step before it, g",
    ),
    ("no times", [REP, repeat(0, 0)], {}, "step 2: expected a number of times above 0, got 0"),
    (
        "many times",
        [REP, repeat(0, 5000)],
        {},
        "step 2: repeat: expected 1 to 1000 times, got 5000",
    ),
    (
        "crossing",
        [REP, PAUSE, repeat(0, 2), repeat(1, 2)],
        {},
        "step 4: goes back to step 2, into the middle of another repeat",
    ),
    (
        "until a heart rate",
        [REP, repeat(0, 120, "hr_less_than")],
        {},
        "step 2: repeats until 'hr_less_than': expected a number of times, a time or a distance",
    ),
    (
        "time of metres",
        [REP, repeat(0, 60_000, "time")],
        {},
        "step 2: repeats until a total is reached: expected that every step in it ends after a tim",
    ),
    (
        "legs",
        [REP, repeat(0, 100), repeat(0, 100)],
        {},
        "expected at most 1000 legs, got 10000",
    ),
    ("deep", [REP, *([repeat(0, 1)] * 11)], {}, "step 12: expected at most 10 repeats within each"),
    ("ten thousand", [REP] * 10_000, {}, "expected at most 1000 steps, got more"),
    ("cut", [REP, PAUSE], {"told": 7}, "expected 7 steps, as its header says, got 2"),
    ("none", [], {}, "expected at least one step, got none"),
    ("rests", [PAUSE], {}, "expected at least one stretch to run"),
    ("bike", [REP], {"sport": "cycling"}, "expected a workout for running, got one for cycling"),
    ("course", [REP], {"file_type": "course"}, "got a FIT file of type course (it is a route)"),
    (
        "twice",
        [{"message_index": 0, **REP}, {"message_index": 0, **REP}],
        {"number": False},
        "step 1 is there twice: expected steps numbered without gaps from 1 on",
    ),
    (
        "gap",
        [{"message_index": 0, **REP}, {"message_index": 2, **REP}],
        {"number": False},
        "step 3 comes after a gap",
    ),
]


@pytest.mark.parametrize(
    ("steps", "header", "told"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_what_cannot_be_run_is_refused(
    tmp_path: Path, steps: list[dict[str, Any]], header: dict[str, Any], told: str
) -> None:
    """GIVEN a workout that cannot be run as it stands WHEN read THEN the file, the step and what
    would be right are named.
    """
    path = put(tmp_path, fit(steps, **header))
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)


def test_an_activity_is_no_workout(tmp_path: Path) -> None:
    """GIVEN a recording, with what it takes to be one or larger than any workout WHEN read THEN it
    is told what it is, and what reads it.
    """
    activity = fit([], file_type="activity")
    for data in (activity, activity + bytes(2 * 1024 * 1024)):
        with pytest.raises(DataError, match=r"type activity \(it is a recording: kickcue replay"):
            read(put(tmp_path, data))
    with pytest.raises(DataError, match="expected at least one step, got none"):
        read(put(tmp_path, bytes(simple_run())))


def test_every_truncation_is_refused(tmp_path: Path, eight_two_hundreds: bytes) -> None:
    """GIVEN a workout of which any number of bytes is missing at the end WHEN read THEN it is
    never run as a shorter one.
    """
    for size in range(1, len(eight_two_hundreds)):
        with pytest.raises(DataError, match=r"session\.fit"):
            read(put(tmp_path, eight_two_hundreds[:size]))


def test_every_flipped_bit_is_refused(tmp_path: Path, eight_two_hundreds: bytes) -> None:
    """GIVEN a workout with one wrong bit behind its header WHEN read THEN it is refused: the
    checksum tells.
    """
    for at in range(14, len(eight_two_hundreds)):
        damaged = bytearray(eight_two_hundreds)
        damaged[at] ^= 1 << at % 8
        with pytest.raises(DataError, match=r"damaged|truncated|type"):
            read(put(tmp_path, bytes(damaged)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty: expected a FIT workout"),
        (
            bytes(range(256)) * 40,
            "expected a FIT workout (.fit) or a Zwift workout (.zwo), got som",
        ),
        (b"PK\x03\x04" + bytes(40), "got a packed file: unpack it first"),
        (b"\x0e\x20\x00\x00\x10\x00\x00\x00.FIT" + b"\xff" * 40, "the FIT file is damaged"),
    ],
)
def test_junk_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    """GIVEN bytes that are no workout at all WHEN read THEN what is expected is told."""
    with pytest.raises(DataError) as caught:
        read(put(tmp_path, data))
    assert told in str(caught.value)


def test_a_missing_file_or_a_folder_is_a_wrong_argument(tmp_path: Path) -> None:
    """GIVEN no file, or a folder WHEN read THEN it is the caller who is told."""
    for path, told in ((tmp_path / "none.fit", "no such file"), (tmp_path, "got a folder")):
        with pytest.raises(UsageError, match=told):
            read(path)
