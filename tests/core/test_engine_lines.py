"""At the lines of the body: off even pace is told in seconds, laps where they are wanted, and never
in the way of the bell.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import pytest

from kickcue.config.race_document import RaceDocument
from kickcue.core.course import Course
from kickcue.core.cueing.even_pace import EvenSchedule, PaceWatch
from kickcue.core.engine import Engine
from kickcue.core.events import Arm, CommandKind, Cue, CueKind, Disarm, Output
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.lab.athlete import Truth
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate
from kickcue.replay.run_engine import drive
from tests.core.scenario import Race

SENSORS = {"pod": {"profile": "generic-rsc"}, "strap": {"profile": "generic-hr"}}
EARLY_M = 20.0
LATE_S = 2.0
"""How far a hand or a receiver may be off the truth, in the simulated races."""


def of(said: tuple[Output, ...] | list[Output], kind: CueKind) -> list[Cue]:
    return [cue for cue in said if isinstance(cue, Cue) and cue.kind is kind]


# ---- simulated races


@dataclass(frozen=True)
class Told:
    """A simulated race, and what was said in it."""

    course: Course
    truth: Truth
    goal_s: float
    said: tuple[Output, ...]

    def lap(self, cue: Cue) -> int:
        """Return how many lines the runner had truly passed by then, or is about to pass: a thumb
        or a receiver may be early.
        """
        run_m = self.truth.distance_at(ns_to_s(cue.t_ns - self.gun_ns))
        return sum(line_m <= run_m + EARLY_M for line_m in self.course.crossings_m)

    @property
    def gun_ns(self) -> int:
        return next(each.t_ns for each in self.said if getattr(each, "phase", None) == "body")

    def off_s(self, cue: Cue) -> float:
        """Return how far behind the schedule the runner truly was at the line before."""
        line_m = self.course.crossings_m[self.lap(cue) - 1]
        due_s = EvenSchedule(self.course.distance_m, self.goal_s).at(line_m)
        return self.truth.time_at(line_m) - due_s


@cache
def told(scenario: str, event: str, seed: int, share: float, splits: str) -> Told:
    """Return a race whose goal is ``share`` of what the runner really takes."""
    course = RaceDocument.parse({"race": event}, "test").course()
    race = simulate(course, SCENARIOS[scenario], seed)
    goal_s = round(share * race.truth.time_at(course.distance_m), 1)
    wishes = {"race": event, "sensors": SENSORS, "target_s": goal_s, "splits": splits}
    engine = Engine(RaceDocument.parse(wishes, "test").engine_config())
    said = [
        output
        for _, outputs in drive(engine, race.inputs, ticks_recorded=False)
        for output in outputs
    ]
    return Told(course, race.truth, goal_s, tuple(said))


RACES = [
    (scenario, event, seed, share, splits)
    for scenario, event, splits in (
        ("button", "5000m", "both"),
        ("surge", "5000m", "off"),
        ("surge", "3000m", "both"),
        ("gate", "5000m", "sound"),
        ("bare", "5000m", "both"),
        ("fatigue", "5000m", "off"),
        ("overtaking", "1500m", "haptic"),
        ("road", "10k", "both"),
    )
    for seed, share in ((1, 0.97), (2, 1.0), (3, 1.04))
]
over_races = pytest.mark.parametrize(("scenario", "event", "seed", "share", "splits"), RACES)


@over_races
def test_at_most_one_word_a_lap_and_none_in_the_last(
    scenario: str, event: str, seed: int, share: float, splits: str
) -> None:
    """GIVEN surges, GPS, hands, roads WHEN the goal is too fast, right or too slow THEN off pace
    and split together are at most one cue a line; no off pace in the last lap, nothing within
    60 m and 12 s of the bell.
    """
    race = told(scenario, event, seed, share, splits)
    evens, laps = of(race.said, CueKind.EVEN), of(race.said, CueKind.SPLIT)
    body = sorted([*evens, *laps], key=lambda cue: cue.t_ns)
    assert all(b.t_ns - a.t_ns >= 12 * NS_PER_S for a, b in pairwise(body))
    numbers = [cue.text.partition(":")[0] for cue in laps]
    assert len(numbers) == len(set(numbers))
    assert all(b.t_ns - a.t_ns >= 60 * NS_PER_S for a, b in pairwise(evens))
    for cue in evens:
        assert cue.to_go_m is not None
        assert cue.to_go_m > race.course.marker_m
    for cue in body:
        assert cue.to_go_m is not None
        assert cue.to_go_m - race.course.kick_m >= 60.0
    for bell in of(race.said, CueKind.LAST_LAP):
        assert all(bell.t_ns - cue.t_ns > 10 * NS_PER_S for cue in body)


@over_races
def test_the_seconds_are_true(
    scenario: str, event: str, seed: int, share: float, splits: str
) -> None:
    """GIVEN any such race THEN whoever is told to be fast or slow is, by those seconds, as well as
    hands, receivers and pods know it.
    """
    race = told(scenario, event, seed, share, splits)
    for cue in of(race.said, CueKind.EVEN):
        seconds, _, rest = cue.text.partition(" s ")
        side = -1 if rest.startswith("fast") else 1
        off_s = race.off_s(cue)
        assert side * int(seconds) == pytest.approx(off_s, abs=max(LATE_S, 0.6 * int(seconds)))


@over_races
def test_hysteresis_holds_in_a_race(
    scenario: str, event: str, seed: int, share: float, splits: str
) -> None:
    """GIVEN any such race THEN between two cues of the same side it got worse by a step, or the
    runner had been back at the schedule in between.
    """
    race = told(scenario, event, seed, share, splits)
    schedule = EvenSchedule(race.course.distance_m, race.goal_s)
    step_s = PaceWatch(schedule.flying_s_per_m * race.course.marker_m).worth_s
    evens = of(race.said, CueKind.EVEN)
    assert all(int(cue.text.partition(" ")[0]) >= int(step_s) for cue in evens)
    for before, after in pairwise(evens):
        (first, _, side), (second, _, other) = (c.text.partition(" s ") for c in (before, after))
        between = race.course.crossings_m[race.lap(before) - 1 : race.lap(after)]
        back = any(
            abs(race.truth.time_at(line_m) - schedule.at(line_m)) < step_s / 2 + LATE_S
            for line_m in between
        )
        assert back or side != other or int(second) - int(first) >= step_s - 1.0


def test_such_races_have_such_cues() -> None:
    """The promises above are not kept by silence."""
    races = [told(*race) for race in RACES]
    assert sum(len(of(race.said, CueKind.EVEN)) for race in races) > 20
    assert sum(len(of(race.said, CueKind.SPLIT)) for race in races) > 40


@over_races
def test_the_last_window_is_what_it_is_without(
    scenario: str, event: str, seed: int, share: float, splits: str
) -> None:
    """GIVEN splits WHEN the last window comes THEN it has the same cues at the same moments as
    without: nothing is pushed out.
    """
    with_splits = told(scenario, event, seed, share, splits)
    without = told(scenario, event, seed, share, "off")
    kinds = (CueKind.LAST_LAP, CueKind.TURNOVER, CueKind.DRIVE, CueKind.RELAX)
    assert [
        [(cue.t_ns, cue.text) for cue in of(race.said, kind)]
        for race in (with_splits, without)
        for kind in kinds
    ] == [[(cue.t_ns, cue.text) for cue in of(without.said, kind)] for kind in kinds] * 2


@over_races
def test_splits_are_right(scenario: str, event: str, seed: int, share: float, splits: str) -> None:
    """GIVEN any such race WHEN a lap is told THEN its number is right, and its time as right as a
    hand or a receiver is.
    """
    race = told(scenario, event, seed, share, splits)
    lines_s = [0.0, *(race.truth.time_at(line_m) for line_m in race.course.crossings_m)]
    for cue in of(race.said, CueKind.SPLIT):
        name, _, time = cue.text.partition(": ")
        number = int(name.split()[-1])
        minutes, _, seconds = time.rpartition(":")
        told_s = 60.0 * int(minutes or 0) + float(seconds)
        assert lines_s[number] - lines_s[number - 1] == pytest.approx(told_s, abs=LATE_S)
        assert (splits in ("haptic", "both")) == bool(cue.pulses)
        assert (splits in ("sound", "both")) == (cue.say is not None)


# ---- one race at a time


def test_too_fast_in_the_first_lap() -> None:
    """GIVEN 16:40 over 5000 m WHEN the first 200 m are run in 37 s instead of 41 THEN the first
    line says so, more urgently than later cues.
    """
    race = Race("5000m", wishes={"target_s": 1000.0})
    race.gun()
    race.runs_and_presses(5.4, upto_m=300.0)
    (first,) = of(race.said, CueKind.EVEN)
    assert "4 s fast: even pace" == first.text
    assert "4 seconds fast. Even pace." == first.say
    assert first.urgency == 2


def test_a_schedule_that_was_lost_once_is_told_once() -> None:
    """GIVEN a slow first kilometre and even laps after it THEN the runner is told while it gets
    worse, and not again.
    """
    race = Race("5000m", wishes={"target_s": 1000.0})
    race.gun()
    race.runs_and_presses(4.8, upto_m=1002.0)
    for line_m in race.course.crossings_m[3:]:
        race.runs_to(line_m + 2.0, 5.005)
        race.marks_line()
    evens = of(race.said, CueKind.EVEN)
    assert ["5 s slow: lift a little", "8 s slow: lift a little"] == [cue.text for cue in evens]


def test_the_last_lap_is_free_of_it() -> None:
    """GIVEN a kick of 200 m and even laps WHEN the lap before the last is 6 s too fast THEN the
    line of the last lap says nothing of it, though the bell is far.
    """
    race = Race("5000m", wishes={"target_s": 1000.0, "kick_m": 200.0})
    race.gun()
    race.runs_and_presses(5.0, upto_m=4202.0)
    race.runs_to(4602.0, 5.4)
    race.marks_line()
    race.runs_to(4700.0, 5.4)
    assert [] == race.cues()


@pytest.mark.parametrize(("scale_sd", "knows"), [(0.002, True), (0.03, False)])
def test_by_the_pod_alone(scale_sd: float, knows: bool) -> None:
    """GIVEN no presses and laps 8 % too fast WHEN the pod's scale is known to 0.2 % THEN the
    seconds are told, right to one; WHEN to 3 % THEN nothing is, for they may be half or double.
    """
    race = Race("5000m", wishes={"target_s": 1000.0, "scale": 1.0, "scale_sd": scale_sd})
    race.gun()
    race.runs_to(2000.0, 5.4)
    evens = of(race.said, CueKind.EVEN)
    assert knows == bool(evens)
    for cue in evens:
        line_m = max(line_m for line_m in race.course.crossings_m if line_m <= race.true_m(cue))
        off_s = line_m / 5.4 - EvenSchedule(5000.0, 1000.0).at(line_m)
        assert -float(cue.text.partition(" ")[0]) == pytest.approx(off_s, abs=1.0)


def test_laps_felt_and_said() -> None:
    """GIVEN splits and presses WHEN the runner runs even laps of 80 s THEN each line of the body
    says number and time, the bell is the bell, and after it there are no laps.
    """
    race = Race("3000m", wishes={"splits": "both"})
    race.gun()
    race.runs_and_presses(5.0)
    laps = of(race.said, CueKind.SPLIT)
    assert [f"Lap {lap}: 80.0" for lap in range(2, 7)] == [cue.text for cue in laps[1:]]
    assert "Lap 1: 40.4" == laps[0].text
    assert "Lap 3, 80.0." == laps[2].say
    assert {((250, 0, 0.8),)} == {cue.pulses for cue in laps}
    assert [CueKind.SPLIT] * 6 + [CueKind.LAST_LAP] == race.cues()[:7]
    assert CueKind.SPLIT not in race.cues()[7:]


def test_a_lap_that_is_off_pace_is_said_in_one_breath() -> None:
    """GIVEN splits and a target WHEN a lap is too fast THEN one cue shows the seconds, and says the
    lap before them.
    """
    race = Race("5000m", wishes={"target_s": 1000.0, "splits": "both"})
    race.gun()
    race.runs_and_presses(5.4, upto_m=700.0)
    assert [CueKind.EVEN, CueKind.EVEN] == race.cues()
    assert "Lap 2, 74.1. 9 seconds fast. Even pace." == of(race.said, CueKind.EVEN)[1].say


@pytest.mark.parametrize(("splits", "count"), [("sound", 0), ("both", 6), ("haptic", 6)])
def test_rules_without_a_voice(splits: str, count: int) -> None:
    """GIVEN rules that allow no voice WHEN splits are wanted THEN none is said, and one that would
    be neither felt nor heard is not sent.
    """
    race = Race("3000m", wishes={"splits": splits, "rules": "road"})
    race.gun()
    race.runs_and_presses(5.0)
    laps = of(race.said, CueKind.SPLIT)
    assert count == len(laps)
    assert {cue.say for cue in laps} <= {None}
    assert all(cue.pulses for cue in laps)


def test_a_second_start_times_its_own_laps() -> None:
    """GIVEN a false start WHEN the gun is fired again THEN laps count from the second one."""
    race = Race("3000m", wishes={"splits": "both"})
    race.gun()
    race.runs_to(60.0, 5.0)
    race.stands(45.0)
    race.gun()
    race.runs_and_presses(5.0, upto_m=700.0)
    assert ["Lap 1: 40.4", "Lap 2: 80.0"] == [c.text for c in of(race.said, CueKind.SPLIT)]


def test_an_armed_bell_is_called_off_after_a_split() -> None:
    """GIVEN a bell that is armed and a split felt in between WHEN the race is aborted in that very
    moment THEN the watch is told that no bell comes, and it was not armed anew for the split.
    """
    race = Race("3000m", wishes={"splits": "both"})
    race.gun()
    race.runs_and_presses(5.0, upto_m=2202.0)
    last = of(race.said, CueKind.SPLIT)[-1]
    assert race.all(Arm)[0].t_ns < last.t_ns
    race.orders(CommandKind.ABORT)
    assert ["last_lap-1"] == [each.cue_id for each in race.all(Disarm)]


def test_splits_change_nothing_else() -> None:
    """GIVEN splits WHEN they are left out of what was said THEN the rest is the same to the bit."""
    said = []
    for splits in ("off", "both"):
        race = Race("3000m", wishes={"splits": splits})
        race.gun()
        race.runs_and_presses(5.0)
        said.append([o for o in race.said if getattr(o, "kind", None) is not CueKind.SPLIT])
    assert said[0] == said[1]
