import math

import pytest

from kickcue.core.course import Course, course_for
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind, CueKind
from kickcue.core.plan import CuePoint, Plan, Repeat, Rest, Run, Step, race

REP_200 = Run(course_for("200m"), (CuePoint(CueKind.TURNOVER, 100.0),))
STRIDE = Run(Course("stride", 100.0, None, 100.0, 100.0), (CuePoint(CueKind.RELAX, 50.0),))


@pytest.mark.parametrize(
    ("course", "cues"),
    [
        (course_for("5000m"), [("last_lap", 400.0), ("turnover", 200.0), ("drive", 100.0)]),
        (
            course_for("3000sc", water_jump="outside"),
            [("last_lap", 419.407), ("turnover", 200.0), ("drive", 100.0)],
        ),
        (course_for("mile", indoor=True), [("last_lap", 200.0), ("drive", 100.0)]),
        (course_for("half"), [("last_lap", 1000.0), ("turnover", 200.0), ("drive", 100.0)]),
        (course_for("800m", kick_m=100.0), [("last_lap", 100.0)]),
    ],
)
def test_race_is_one_stretch_with_the_cues_that_lie_inside_its_window(
    course: Course, cues: list[tuple[str, float]]
) -> None:
    """A race is a plan of one stretch: last lap at the bell, then 200 m and 100 m to go where they
    come after it.
    """
    (leg,) = race(course).legs()
    assert isinstance(leg, Run)
    assert course == leg.course
    assert cues == [(cue.kind.value, cue.to_go_m) for cue in leg.cues]


def test_sixteen_times_200_with_jog() -> None:
    """GIVEN 16 x 200 m with a 200 m jog WHEN flattened THEN stretches and rests alternate, 32 in
    all.
    """
    plan = Plan("16 x 200", (Repeat(16, (REP_200, Rest(distance_m=200.0))),))
    assert (REP_200, Rest(distance_m=200.0)) * 16 == plan.legs()


def test_strides_wait_for_the_runner() -> None:
    """GIVEN six strides of 100 m, each begun by a press WHEN flattened THEN a stretch shorter than
    any race is allowed.
    """
    plan = Plan("strides", (Repeat(6, (Rest(until=CommandKind.LAP), STRIDE)),))
    assert (Rest(until=CommandKind.LAP), STRIDE) * 6 == plan.legs()


def test_simulated_finish() -> None:
    """GIVEN a steady 3000 m, a minute's rest and the last 600 m of a race THEN only the last
    stretch carries race cues.
    """
    finish = race(course_for("600m"))
    plan = Plan(
        "simulated finish", (Run(course_for("3000m")), Rest(duration_s=60.0), *finish.steps)
    )
    steady, rest, last = plan.legs()
    assert (Run(course_for("3000m")), Rest(duration_s=60.0)) == (steady, rest)
    assert isinstance(last, Run)
    assert [400.0, 200.0, 100.0] == [cue.to_go_m for cue in last.cues]


def test_repeats_nest() -> None:
    """Sets of repeats come out in the order they are run, the long rest after each set."""
    reps = Repeat(3, (REP_200, Rest(duration_s=30.0)))
    plan = Plan("2 sets of 3", (Repeat(2, (reps, Rest(duration_s=300.0))),))
    one_set = (REP_200, Rest(duration_s=30.0)) * 3 + (Rest(duration_s=300.0),)
    assert one_set * 2 == plan.legs()


@pytest.mark.parametrize(
    "ends",
    [{}, {"duration_s": 60.0, "distance_m": 200.0}, {"duration_s": 60.0, "until": CommandKind.LAP}],
    ids=["none", "two", "mixed"],
)
def test_rest_ends_in_exactly_one_way(ends: dict[str, float]) -> None:
    """A rest with no end, or with two, is refused."""
    with pytest.raises(
        UsageError, match="expected exactly one of duration_s, distance_m and until"
    ):
        Rest(**ends)  # type: ignore[arg-type] # mixed keywords from a table


@pytest.mark.parametrize("length", [0.0, -1.0, math.nan, math.inf])
def test_rest_of_no_length_is_refused(length: float) -> None:
    """A rest lasts or leads somewhere."""
    with pytest.raises(UsageError, match="above 0"):
        Rest(duration_s=length)
    with pytest.raises(UsageError, match="above 0"):
        Rest(distance_m=length)


@pytest.mark.parametrize(
    ("to_go_m", "message"),
    [
        ((1600.0,), "cue drive of 1500m: expected 0 to 1500 m to go, got 1600"),
        ((-1.0,), "expected 0 to 1500 m to go"),
        ((math.nan,), "expected 0 to 1500 m to go"),
        ((200.0, 400.0), "expected less than 200 m to go"),
        ((200.0, 200.0), "expected less than 200 m to go"),
    ],
)
def test_cue_points_lie_on_the_course_in_order(to_go_m: tuple[float, ...], message: str) -> None:
    """Cue points off the course, out of order or on one spot are refused."""
    with pytest.raises(UsageError, match=message):
        Run(course_for("1500m"), tuple(CuePoint(CueKind.DRIVE, metres) for metres in to_go_m))


@pytest.mark.parametrize(
    ("name", "steps", "message"),
    [
        (" ", (REP_200,), "plan: expected a name"),
        ("empty", (), "expected at least one stretch to run"),
        ("lazy", (Rest(duration_s=60.0),), "expected at least one stretch to run"),
        (
            "endless",
            (Repeat(1000, (Repeat(1000, (Repeat(1000, (REP_200,)),)),)),),
            "expected at most 1000 legs, got 1000000000",
        ),
    ],
)
def test_plan_that_is_none_is_refused(name: str, steps: tuple[Step, ...], message: str) -> None:
    """A plan without a name, without a stretch, or longer than a day is refused, and the last
    without writing it out.
    """
    with pytest.raises(UsageError, match=message):
        Plan(name, steps)


@pytest.mark.parametrize("times", [0, -1, 1001])
def test_repeat_times_are_bounded(times: int) -> None:
    """Nothing is repeated less than once or more than a thousand times."""
    with pytest.raises(UsageError, match="expected 1 to 1000 times"):
        Repeat(times, (REP_200,))


def test_repeat_of_nothing_is_refused() -> None:
    """A repeat has something to repeat."""
    with pytest.raises(UsageError, match="at least one step"):
        Repeat(2, ())
