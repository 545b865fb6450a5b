"""What kickcue writes, Garmin's SDK reads without an error, and it is the plan that it was."""

import sys
from pathlib import Path

import pytest
from hypothesis import example, given, reject, strategies as st

from kickcue.core.course import course_for
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind, CueKind
from kickcue.core.plan import (
    CuePoint,
    Effort,
    Plan,
    Repeat,
    Rest,
    Run,
    Step,
    TimedRun,
    race,
    straight,
)
from kickcue.workouts import fit_reader, read
from kickcue.workouts.fit_writer import NAME_BYTES, NOTE_BYTES, fit_workout, write_fit_workout
from tests.workouts.sdk import judged

MADE_S = 1_795_000_000
SIGNS = st.characters(exclude_categories=["C", "Z"])
TEXTS = st.text(SIGNS, min_size=1, max_size=40)
NAMES = st.text(SIGNS, min_size=1, max_size=NAME_BYTES // 4)
SECONDS = st.integers(1, 86_400_000).map(lambda ms: ms / 1000)
METRES = st.integers(1, 50_000_000).map(lambda cm: cm / 100)
EFFORTS = st.sampled_from(Effort)
RUNS: st.SearchStrategy[Step] = st.builds(
    lambda metres, effort, text: Run(straight(metres), effort=effort, imagery=text),
    METRES,
    EFFORTS,
    st.none() | TEXTS,
)
TIMED: st.SearchStrategy[Step] = st.builds(
    TimedRun, st.none() | SECONDS, EFFORTS, st.none() | TEXTS
)
RESTS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Rest, duration_s=SECONDS),
    st.builds(Rest, distance_m=METRES),
    st.just(Rest(until=CommandKind.LAP)),
)
STEPS = st.recursive(
    RUNS | TIMED | RESTS,
    lambda inner: st.builds(
        Repeat, st.integers(2, 5), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan that a FIT file can hold as it is, and of which something is run."""
    steps = draw(st.lists(STEPS, max_size=5))
    steps.insert(draw(st.integers(0, len(steps))), draw(RUNS | TIMED))
    try:
        return Plan(draw(NAMES), tuple(steps))
    except UsageError:  # more legs than a plan may have
        reject()


@given(plans())
def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    """GIVEN any plan WHEN written THEN Garmin's SDK finds nothing wrong with the file, and read
    back it is the same plan.
    """
    data, lost = fit_workout(plan, MADE_S)
    assert lost == ()
    judged(data)
    found = fit_reader.read(data, "file")
    assert found.plan == plan
    assert found.notes == ()


@given(st.text(max_size=300), st.text(max_size=300))
@example("ü" * 40, "€" * 150)
@example("x" * 40, "x" * 250)
def test_any_text_is_written_and_cut_between_characters(name: str, imagery: str) -> None:
    """GIVEN a name and words of any length in any script WHEN written THEN the SDK reads them,
    whole or cut between two characters, within what a watch's fields hold.
    """
    plan = Plan(f"x{name}", (TimedRun(60.0, imagery=f"x{imagery}"),))
    messages = judged(fit_workout(plan, MADE_S)[0])
    for found, text, most in (
        (messages["workout_mesgs"][0]["wkt_name"], name, NAME_BYTES),
        (messages["workout_step_mesgs"][0]["notes"], imagery, NOTE_BYTES),
    ):
        whole = " ".join(f"x{text}".replace("\0", " ").split())
        whole = whole.encode(errors="replace").decode()
        assert len(found.encode()) <= most
        assert found == whole or whole.startswith(found.removesuffix("..."))
        assert (found == whole) == (len(whole.encode()) <= most)


def test_the_file_says_what_a_watch_runs(tmp_path: Path) -> None:
    """GIVEN warm-up, 3 x 200 m with a jog back, cool-down WHEN written THEN the SDK reads it as a
    running workout of that, in ms and cm, with rests as rests.
    """
    plan = Plan(
        "two hundreds",
        (
            TimedRun(600.0, Effort.EASY),
            Repeat(3, (Run(straight(200.0), imagery="Durch die Linie!"), Rest(distance_m=200.0))),
            TimedRun(None, Effort.EASY),
        ),
    )
    path = tmp_path / "a.fit"
    assert write_fit_workout(plan, path) == ()

    messages = judged(path.read_bytes())
    assert messages["file_id_mesgs"][0]["type"] == "workout"
    (about,) = messages["workout_mesgs"]
    assert about == {"wkt_name": "two hundreds", "sport": "running", "num_valid_steps": 5}
    told = [
        (
            each["duration_type"],
            each["duration_value"],
            each["target_value"],
            each.get("intensity"),
            each.get("notes"),
        )
        for each in messages["workout_step_mesgs"]
    ]
    assert told == [
        ("time", 600_000, 0, "warmup", None),
        ("distance", 20_000, 0, "active", "Durch die Linie!"),
        ("distance", 20_000, 0, "rest", None),
        ("repeat_until_steps_cmplt", 1, 3, None, None),
        ("open", 0, 0, "cooldown", None),
    ]
    assert read(path).plan == plan


def test_what_a_watch_has_no_word_for_is_told() -> None:
    """GIVEN a race with its cues after a rest that ends when the runner runs off WHEN written THEN
    the distance is there, and what is lost is told once.
    """
    (leg,) = race(course_for("1500m")).steps
    strides = Run(straight(50.0), (CuePoint(CueKind.RELAX, 25.0),))
    plan = Plan("race", (Repeat(4, (Rest(until=CommandKind.START), strides)), leg))

    data, lost = fit_workout(plan, MADE_S)

    assert lost == (
        "a rest that ends when you run off (press lap on the watch)",
        "cues (a watch without kickcue gives none)",
        "the lines of a course (the watch counts metres alone)",
    )
    assert [each["duration_type"] for each in judged(data)["workout_step_mesgs"]] == [
        "open",
        "distance",
        "repeat_until_steps_cmplt",
        "distance",
    ]


def test_steps_once_over_are_no_repeat() -> None:
    """GIVEN a repeat of one time WHEN written THEN its steps are there without it."""
    data, _ = fit_workout(Plan("once", (Repeat(1, (TimedRun(60.0),)),)), MADE_S)
    assert fit_reader.read(data, "file").plan.steps == (TimedRun(60.0),)


def test_two_plans_are_two_workouts_to_a_watch() -> None:
    """GIVEN two plans of one name WHEN written at the same moment THEN their serial numbers differ,
    by which a watch tells them apart; the same plan has the same.
    """
    first, other, again = (
        judged(fit_workout(Plan("a", (TimedRun(length_s),)), MADE_S)[0])["file_id_mesgs"][0]
        for length_s in (60.0, 61.0, 60.0)
    )
    assert first["serial_number"] != other["serial_number"]
    assert first == again


def test_a_machine_that_does_not_know_the_date_writes_too() -> None:
    """GIVEN a clock that stands in 1970, before any date that FIT has WHEN written THEN the SDK
    reads the file all the same.
    """
    assert judged(fit_workout(Plan("a", (TimedRun(60.0),)), 1)[0])["workout_step_mesgs"]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Rest(duration_s=1e7), "step 2: expected 0.001 to 4294967 s, which is what a FIT workout"),
        (Rest(distance_m=0.001), "step 2: expected 0.01 to 42949673 m, which is what a FIT workou"),
    ],
)
def test_what_fit_cannot_hold_is_refused(tmp_path: Path, step: Step, told: str) -> None:
    """GIVEN a rest of four months, or of a millimetre WHEN written THEN its step is named, and no
    file is made.
    """
    with pytest.raises(UsageError) as caught:
        write_fit_workout(Plan("long", (TimedRun(60.0), step)), tmp_path / "a.fit")
    assert told in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_it_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN no fit-tool WHEN a workout is to be written THEN it is told what to install."""
    monkeypatch.setitem(sys.modules, "fit_tool.fit_file_builder", None)
    with pytest.raises(UsageError, match=r"needs the fit-tool library: .*'\.\[workouts\]'"):
        write_fit_workout(Plan("a", (TimedRun(60.0),)), tmp_path / "a.fit")
