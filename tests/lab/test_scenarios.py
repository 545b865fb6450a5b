"""The scenarios' faults: each is there, as large as the evaluation protocol says, and nothing else
is changed.
"""

import math
from functools import cache
from itertools import pairwise
from random import Random
from statistics import fmean, pstdev

import pytest

from kickcue.core.course import Course, course_for
from kickcue.core.errors import DecodeError
from kickcue.core.events import Link, Mark, MarkSource, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s
from kickcue.lab.athlete import Truth, run, run_race
from kickcue.lab.faults import Air, corrupted, through_air
from kickcue.lab.pacing_profile import ANY_SHAPE, Shape, Style, drawn
from kickcue.lab.previous_races import Earlier, history, mean_drift_sd
from kickcue.lab.scenarios import SCENARIOS, Group
from kickcue.lab.sensors import PodFaults, SimulatedGate, Thumb, marks, pod_samples
from kickcue.lab.simulate import SimulatedRace, simulate, simulated_document
from kickcue.recording.sensor_encoding import strap_notification

COURSE = course_for("5000m")
SENSED = (
    "bare",
    "calibrated",
    "button",
    "button-bad",
    "gate",
    "beacon",
    "wide",
    "surge",
    "dropout",
    "swap",
)
BEFALLEN = (
    "start-late",
    "false-start",
    "slip",
    "scale-step",
    "burst",
    "sleep",
    "cadence-only",
    "no-total",
    "strap-only",
    "last-four",
    "helper-elsewhere",
    "correlated-late",
)
PHYSICAL = ("smooth", "speed-scale", "fatigue", "overtaking", "rolling-start", "physical")
ROAD = ("road", "road-boards", "road-start-late", "road-slip", "road-scale-step")
PROTOCOL = SENSED + BEFALLEN + PHYSICAL + ROAD


@cache
def race(scenario: str, seed: int = 3, course: Course = COURSE) -> SimulatedRace:
    return simulate(course, SCENARIOS[scenario], seed)


def pod_of(run: SimulatedRace) -> list[Notification]:
    return [e for e in run.inputs if isinstance(e, Notification) and e.char == "2a53"]


def decoded(run: SimulatedRace) -> list[RscMeasurement]:
    found = []
    for event in pod_of(run):
        try:
            found.append(RscMeasurement.from_bytes(event.data))
        except DecodeError:
            continue
    return found


def even_run(mps: float = 5.0, distance_m: float = 5000.0) -> Truth:
    return run(distance_m, lambda _t_s, _done_m: mps, Random(1))


def test_the_protocols_scenarios_are_there() -> None:
    """The scenarios are those of the evaluation protocol, in its order and its groups."""
    assert PROTOCOL == tuple(SCENARIOS)
    groups = {
        Group.USUAL: SENSED,
        Group.MISHAP: BEFALLEN,
        Group.PHYSICAL: PHYSICAL,
        Group.ROAD: ROAD,
    }
    for group, names in groups.items():
        assert names == tuple(s.name for s in SCENARIOS.values() if s.group is group)


@pytest.mark.parametrize("event", ["800m", "1500m", "3000m", "10k"])
@pytest.mark.parametrize("name", PROTOCOL)
def test_every_scenario_runs_every_ground(name: str, event: str) -> None:
    """GIVEN any scenario on track or road THEN the race is finished, and nobody runs faster than
    people do.
    """
    course = course_for(event)
    truth = race(name, course=course).truth
    assert course.distance_m <= truth.distance_m[-1]
    assert max(truth.speed_mps) < 9.0


# ---- calibrated


def test_calibrated_knows_the_pod_better() -> None:
    """GIVEN 60 calibrated races THEN the prior is under 1 % wide unless a shoe was changed, its
    mean is the pod's, and a document takes it.
    """
    runs = [race("calibrated", seed, course_for("400m")) for seed in range(60)]
    priors = [r.scale for r in runs if r.scale is not None]
    assert len(runs) == len(priors)
    assert sum(p.sd < 0.01 for p in priors) >= 50
    assert 0.03 == pytest.approx(pstdev([p.mean for p in priors]), abs=0.01)
    document = runs[0].document(simulated_document("400m"))
    assert (priors[0].mean, priors[0].sd) == (document.scale, document.scale_sd)


def test_a_race_without_history_leaves_the_document_alone() -> None:
    """GIVEN a scenario in which nothing was learned THEN the document says nothing of it."""
    document = simulated_document("400m")
    assert document is race("button", course=course_for("400m")).document(document)


def test_scales_from_day_to_day() -> None:
    """GIVEN 2,000 athletes who never change shoes THEN what a race measured differs from today's
    truth by two days and one drift.
    """
    earlier = Earlier(races=1, shoe_changed=0.0)
    found = [history(Random(seed), earlier, PodFaults(), 5000.0) for seed in range(2000)]
    off = [h.measured[0].scale * h.scale_today - 1.0 for h in found]
    assert math.hypot(math.sqrt(2.0) * 0.005, found[0].measured[0].sd) == pytest.approx(
        pstdev(off), rel=0.06
    )


def test_shoes_are_changed_as_told() -> None:
    """GIVEN a shoe changed before each race THEN the scale moves by some 3 % each time, else by
    half a per cent.
    """
    changed = [
        history(Random(seed), Earlier(races=1, shoe_changed=1.0), PodFaults(), 5000.0)
        for seed in range(500)
    ]
    assert 0.031 == pytest.approx(
        pstdev(h.measured[0].scale * h.scale_today for h in changed), abs=0.004
    )


@pytest.mark.parametrize("distance_m", [2000.0, pytest.param(5000.0, marks=pytest.mark.long)])
def test_the_mean_of_the_drift(distance_m: float) -> None:
    """GIVEN 300 runs of a pod that only drifts THEN its total is off by what the formula for the
    drift's mean says.
    """
    truth = even_run(distance_m=distance_m)
    pod = PodFaults(count_noise_m=0.0)
    ratios = [
        list(pod_samples(Random(seed), truth, pod, 1.0))[-1].distance_m / truth.distance_m[-1]
        for seed in range(300)
    ]
    assert mean_drift_sd(pod, truth.duration_s) == pytest.approx(pstdev(ratios), rel=0.12)


# ---- gate


def test_a_gate_is_early_as_often_as_late() -> None:
    """GIVEN 2,000 line crossings by position THEN 5 % are missed, and the others lie 2 m around the
    line, both signs, sorted.
    """
    truth = even_run(distance_m=20_000.0)
    lines = tuple(float(m) for m in range(100, 20_000, 10))
    found = marks(Random(1), truth, lines, SimulatedGate())
    off = [truth.distance_at(mark.t_s) - mark.line_m for mark in found if mark.line_m is not None]
    assert 0.95 == pytest.approx(len(found) / len(lines), abs=0.02)
    assert 0.0 == pytest.approx(fmean(off), abs=0.15)
    assert 2.0 == pytest.approx(pstdev(off), abs=0.1)
    assert sorted(mark.t_s for mark in found) == [mark.t_s for mark in found]


def test_gate_marks_are_called_so() -> None:
    """The scenario "gate" marks lines by gate, the others by button."""
    sources = {
        name: {e.source for e in race(name).inputs if isinstance(e, Mark)}
        for name in ("gate", "wide")
    }
    assert {"gate": {MarkSource.GATE}, "wide": {MarkSource.BUTTON}} == sources


# ---- wide


@pytest.mark.parametrize("races", [8, pytest.param(20, marks=pytest.mark.long)])
def test_wide_is_a_longer_way_in_the_bends_only(races: int) -> None:
    """GIVEN wide races THEN each lap is 1 to 16 m longer on the ground, and straights are as
    long as they are.
    """
    for seed in range(races):
        truth = race("wide", seed).truth
        extra = [truth.path_at(truth.time_at(m)) - m for m in COURSE.crossings_m]
        assert all(1.0 < after - before < 16.0 for before, after in pairwise(extra))
        home_straight = [
            truth.path_at(truth.time_at(COURSE.crossings_m[3] - back_m)) for back_m in (80.0, 10.0)
        ]
        assert 70.0 == pytest.approx(home_straight[1] - home_straight[0], abs=0.01)


def test_on_the_road_wide_is_a_little_everywhere() -> None:
    """GIVEN wide road races THEN the way is up to 1.1 % longer, evenly."""
    for seed in range(10):
        truth = race("wide", seed, course_for("5k")).truth
        longer = truth.path_m[-1] / truth.distance_m[-1]
        assert 1.0 <= longer <= 1.0111
        assert longer == pytest.approx(truth.path_at(300.0) / truth.distance_at(300.0))


def test_others_run_on_the_line() -> None:
    """GIVEN a scenario without running wide THEN metres of the race are metres on the ground."""
    for name in PROTOCOL:
        truth = race(name).truth
        wide = name in {"wide", "overtaking", "physical"}
        assert (truth.distance_m == truth.path_m) != wide


# ---- surge


@pytest.mark.parametrize("races", [12, pytest.param(30, marks=pytest.mark.long)])
def test_surges_between_laps_and_a_kick(races: int) -> None:
    """GIVEN surging races THEN laps differ by up to some 10 % from the mean, and kicks by more
    than even races', up to 25 %.
    """
    spread, kicks = [], []
    for seed in range(races):
        truth = race("surge", seed).truth
        laps = [b - a for a, b in pairwise(truth.time_at(m) for m in COURSE.crossings_m)]
        spread.append(pstdev(laps[:-1]) / fmean(laps[:-1]))
        kicks.append(fmean(laps[:-1]) / laps[-1] - 1.0)
    assert 0.04 < fmean(spread) < 0.09
    assert 0.15 < max(kicks) < 0.45
    assert 0.05 < fmean(kicks) < 0.2


@pytest.mark.parametrize(
    ("shape", "low", "high"),
    [
        ("even", -0.01, 0.01),
        ("positive", 0.005, 0.08),
        ("negative", -0.035, -0.002),
        ("u", -0.01, 0.01),
    ],
)
def test_shapes_of_pace(shape: str, low: float, high: float) -> None:
    """GIVEN a shape THEN the second half is slower, faster or as fast as the first, as its name
    says.
    """
    found = []
    for seed in range(20):
        manner = drawn(Random(seed), Style((Shape(shape),), kick=0.0), COURSE)
        truth = run_race(
            Random(seed), COURSE.distance_m, COURSE.kick_m, mean_mps=5.0, manner=manner
        )
        half_s, whole_s = truth.time_at(2500.0), truth.time_at(5000.0)
        found.append((whole_s - half_s) / half_s - 1.0)
    assert low < fmean(found) < high


def test_u_is_quick_at_both_ends() -> None:
    """GIVEN the U shape THEN first and last kilometre are quicker than the middle one."""
    paces = [drawn(Random(seed), Style((Shape.U,)), COURSE).pace for seed in range(20)]
    assert all(pace(0.0) >= pace(2500.0) <= pace(5000.0) for pace in paces)
    assert 1.0 == pytest.approx(fmean(paces[3](m) for m in range(5001)), abs=1e-3)


def test_every_shape_is_drawn() -> None:
    """GIVEN many races of any shape THEN some have a slower second half, some a faster one: a style
    names shapes, not one.
    """
    paces = [drawn(Random(seed), Style(ANY_SHAPE), COURSE).pace for seed in range(40)]
    slopes = {(pace(5000.0) > pace(0.0)) - (pace(5000.0) < pace(0.0)) for pace in paces}
    assert {-1, 0, 1} == slopes


# ---- dropout


def test_dropouts() -> None:
    """GIVEN 20 races with dropouts THEN sensors are silent for 5 to 60 s now and then, and the
    radio tells of long silences.
    """
    longest, links = [], 0
    for seed in range(20):
        dropped = race("dropout", seed)
        moments = [ns_to_s(e.t_ns) for e in pod_of(dropped)]
        longest.append(max(b - a for a, b in pairwise(moments)))
        links += sum(isinstance(e, Link) and not e.up for e in dropped.inputs)
    assert max(longest) <= 75.0
    assert 15 <= sum(gap > 5.0 for gap in longest)
    assert 40 < links < 200


def test_frames_are_lost_and_broken_as_told() -> None:
    """GIVEN 20,000 notifications and no silence THEN 2 % are lost, half a per cent arrive broken,
    the others as they were.
    """
    sent = [strap_notification(second * 1_000_000_000, 150.0) for second in range(20_000)]
    arrived = [
        e
        for e in through_air(Random(1), sent, Air(silent_every_s=1e9))
        if isinstance(e, Notification)
    ]
    assert 0.98 == pytest.approx(len(arrived) / len(sent), abs=0.004)
    whole = {e.t_ns: e.data for e in sent}
    assert 0.005 == pytest.approx(
        sum(e.data != whole[e.t_ns] for e in arrived) / len(arrived), abs=0.002
    )


def test_broken_frames_are_cut_or_flipped() -> None:
    """GIVEN some bytes THEN a broken frame is shorter than they, or as long and different; never
    the same.
    """
    data = bytes(range(10))
    found = [corrupted(Random(seed), data) for seed in range(200)]
    assert {True, False} == {len(broken) < len(data) for broken in found}
    assert all(broken == data[: len(broken)] for broken in found if len(broken) < len(data))
    assert sum(broken == data for broken in found) <= 2  # a bit flipped twice is as it was


def test_nothing_sent_is_nothing_lost() -> None:
    """GIVEN a sensor that sent nothing THEN nothing arrives."""
    assert [] == list(through_air(Random(1), [], Air()))


# ---- swap


def test_swapped_fields() -> None:
    """GIVEN 20 races of swapped pods THEN the byte holds steps in some and a tenth of the power in
    others, never strides.
    """
    kinds = set()
    for seed in range(20):
        cadence = fmean(m.cadence_per_min for m in decoded(race("swap", seed))[60:600])
        assert cadence > 140.0 or cadence < 60.0
        kinds.add(cadence > 140.0)
    assert {True, False} == kinds


def test_odometers_begin_anew_once() -> None:
    """GIVEN swapped pods THEN each total falls back to zero exactly once, in mid-race, after at
    most some seconds of nothing.
    """
    for seed in range(20):
        swapped = race("swap", seed)
        readings = [
            (ns_to_s(e.t_ns), RscMeasurement.from_bytes(e.data).distance_m or 0.0)
            for e in pod_of(swapped)
        ]
        (back,) = [(before, after) for before, after in pairwise(readings) if after[1] < before[1]]
        assert back[1][1] < 8.0
        assert back[1][0] - back[0][0] < 8.0
        assert 0.1 * swapped.truth.duration_s - 2.0 < back[0][0] < 0.95 * swapped.truth.duration_s


# ---- what the best filter is told


def test_what_arrived_is_what_is_told() -> None:
    """GIVEN lost and broken frames THEN the readings that are told to have been counted are exactly
    those that arrived whole.
    """
    dropped = race("dropout", 5)
    arrived = {ns_to_s(e.t_ns) for e in pod_of(dropped)}
    told = {round(sample.t_s, 9) for sample in dropped.counted}
    assert told <= {round(t_s, 9) for t_s in arrived}
    assert 0 <= len(arrived) - len(told) <= 0.02 * len(arrived)


def test_marks_tell_their_lines() -> None:
    """GIVEN a bad thumb THEN every mark is told with its line or with none, and there are strays
    and doubles among them.
    """
    lines = [mark.line_m for seed in range(10) for mark in race("button-bad", seed).marks]
    assert set(COURSE.crossings_m) >= {line_m for line_m in lines if line_m is not None}
    assert 0.05 < lines.count(None) / len(lines) < 0.25


# ---- on the road


@pytest.mark.parametrize("races", [15, pytest.param(60, marks=pytest.mark.long)])
def test_some_kilometres_are_pressed(races: int) -> None:
    """GIVEN road races of 10 km THEN seven presses of ten are there, each at its kilometre."""
    course = course_for("10k")
    off, pressed = [], 0
    for seed in range(races):
        run = race("road", seed, course)
        for mark in run.marks:
            if mark.line_m is not None:
                pressed += 1
                off.append(mark.t_s - run.truth.time_at(mark.line_m))
    assert 0.7 == pytest.approx(pressed / (races * 10), abs=0.05)
    assert 0.4 == pytest.approx(fmean(off), abs=0.1)
    assert pstdev(off) < 0.4


def test_boards_stand_some_metres_off_but_not_the_finish() -> None:
    """GIVEN boards on the road THEN presses lie 5 m around their kilometres; the finish is one."""
    truth = even_run(distance_m=20_000.0)
    lines = tuple(float(m) for m in range(100, 20_000, 10))
    boards = Thumb(delay_s=0.0, delay_sd_s=0.0, missed=0.0, doubled=0.0, place_sd_m=5.0)
    found = marks(Random(1), truth, lines, boards)
    off = {m.line_m: truth.distance_at(m.t_s) - m.line_m for m in found if m.line_m is not None}
    assert 5.0 == pytest.approx(pstdev(off.values()), abs=0.3)
    assert 0.0 == pytest.approx(fmean(off.values()), abs=0.4)
    assert 0.0 == pytest.approx(off[lines[-1]], abs=1e-6)


@pytest.mark.parametrize("name", ["start-late", "slip", "scale-step"])
def test_on_the_road_it_goes_wrong_as_it_does_elsewhere(name: str) -> None:
    """GIVEN a mishap on the road THEN it is the same mishap, with fewer presses."""
    road, track = SCENARIOS[f"road-{name}"], SCENARIOS[name]
    assert road.mishap is track.mishap
    assert isinstance(road.marks, Thumb)
    assert 0.30 == road.marks.missed
