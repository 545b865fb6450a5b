"""The last lap, told as stories: on time, once, never late, whatever evidence there is."""

from itertools import pairwise

import pytest

from kickcue.core.errors import UsageError
from kickcue.core.events import Arm, CommandKind, Cue, CueKind, Disarm, Mode
from kickcue.core.units import NS_PER_S, ns_to_s
from tests.core.scenario import Race

WHOLE_RACE = ["body", "last_lap", "last_200", "last_100", "last_50", "finished"]


def bell_off_s(race: Race, mps: float, gun_s: float = 0.0) -> float:
    """Return by how many seconds the one bell cue came after the true bell."""
    (bell,) = [c for c in race.all(Cue) if c.kind in (CueKind.LAST_LAP, CueKind.HOLD)]
    return ns_to_s(bell.t_ns) - gun_s - race.course.bell_m / mps


@pytest.mark.parametrize(
    ("event", "wishes", "within_s"),
    [
        ("1500m", {}, 0.5),
        ("mile", {}, 0.5),
        ("3000m", {"indoor": True}, 0.5),
        ("3000sc", {"water_jump": "inside"}, 0.5),
        ("800m", {}, 2.5),  # the bell line is the first one: nothing has been learned before it
        ("5k", {}, 0.5),
        ("5k", {"kick_m": 400.0}, 1.5),  # no marker there: the pod interpolates
    ],
)
@pytest.mark.parametrize("scale", [0.97, 1.03])
def test_the_bell_is_on_time(
    event: str, wishes: dict[str, object], within_s: float, scale: float
) -> None:
    """GIVEN any event, marks at its lines and a pod 3 % off THEN the bell is felt once, this near
    the true one, and the phases in order.
    """
    race = Race(event, wishes=wishes)
    race.pod.scale = scale
    race.stands(5)
    race.gun()
    race.runs_and_presses(5.0)
    assert abs(bell_off_s(race, 5.0, gun_s=5.0)) < within_s
    assert WHOLE_RACE == race.phases()


def test_a_race_that_is_all_last_lap() -> None:
    """GIVEN 400 m on a 400 m lap THEN the bell is the gun: felt within 2 s of it, as soon as the
    pod sees the runner go.
    """
    race = Race("400m")
    race.stands(5)
    race.gun()
    race.runs_and_presses(7.0)
    assert 0.0 <= bell_off_s(race, 7.0, gun_s=5.0) < 2.0
    assert WHOLE_RACE == race.phases()
    assert [] == race.all(Arm)


def test_without_any_pod() -> None:
    """GIVEN marks and nothing else, and a planned pace 10 % wrong THEN the bell is felt within 3 s
    all the same.
    """
    race = Race("3000m")
    race.pod.worn = False
    race.gun()
    race.runs_and_presses(5.0)
    assert abs(bell_off_s(race, 5.0)) < 3.0
    assert WHOLE_RACE == race.phases()


def test_without_any_mark() -> None:
    """GIVEN a pod 2 % short and no mark THEN the bell is 2 % of the way late, within what the cue
    owns up to, and the race finishes.
    """
    race = Race("1500m")
    race.pod.scale = 0.98
    race.gun()
    race.runs_to(1640.0, 5.0)
    off_s = bell_off_s(race, 5.0)
    assert 22.0 / 5.0 == pytest.approx(off_s, abs=0.5)
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert bell.sd_m is not None
    assert 5.0 * off_s < 2.0 * bell.sd_m
    assert WHOLE_RACE == race.phases()


def test_without_anything() -> None:
    """GIVEN neither pod nor marks THEN the planned pace rings the bell,
    and says how unsure it is.
    """
    race = Race("1500m", wishes={"target_s": 300.0})
    race.pod.worn = False
    race.gun()
    race.runs_to(1200.0, 5.0)
    assert abs(bell_off_s(race, 5.0)) < 0.5
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert bell.sd_m is not None
    assert bell.sd_m > 100.0
    assert Mode.CLOCK is race.told().mode


def test_a_pod_that_dies_before_the_bell() -> None:
    """GIVEN two marked lines and a pod that dies 300 m before the bell THEN its last speed carries
    the runner there, right to 1 s.
    """
    race = Race("1500m")
    race.pod.scale = 1.03
    race.gun()
    race.runs_and_presses(5.0, upto_m=800.0)
    race.pod.worn = False
    race.runs_to(1200.0, 5.0)
    assert abs(bell_off_s(race, 5.0)) < 1.0


def test_the_watch_is_led() -> None:
    """GIVEN a watch that takes 0.8 s from message to feeling THEN the cue is sent that much
    earlier.
    """
    plain, led = Race("1500m"), Race("1500m", wishes={"lead_ms": 800})
    for race in (plain, led):
        race.gun()
        race.runs_to(1200.0, 5.0)
    assert -0.8 == pytest.approx(bell_off_s(led, 5.0) - bell_off_s(plain, 5.0), abs=0.01)
    first, earlier = plain.all(Arm)[0], led.all(Arm)[0]
    assert first.t_ns == earlier.t_ns
    assert abs(first.due_in_ms - 800 - earlier.due_in_ms) <= 2


def test_presses_that_come_back_count() -> None:
    """GIVEN three lines pressed and six forgotten WHEN the runner presses again THEN that is
    believed, not taken for a stray one.
    """
    race = Race("5000m")
    race.pod.scale = 1.01
    race.gun()
    race.runs_and_presses(5.0, upto_m=1000.0)
    race.runs_to(3790.0, 5.0)
    assert 15.0 < (race.told().distance_sd_m or 0.0)
    race.runs_to(3800.0, 5.0)
    race.marks_line()
    race.runs_to(3805.0, 5.0)
    assert 6.0 > (race.told().distance_sd_m or 0.0)


def test_a_watch_that_loses_the_engine_rings_at_even_odds() -> None:
    """GIVEN a pod silent since the second line and a bell line nobody marks THEN the cue waits 9 s,
    but no order to the watch does over 3 s.

    A watch that hears no more of the engine rings by the last order it got: at even odds (here the
    true moment), or 3 s after that order.
    """
    race = Race("1500m")
    race.gun()
    race.runs_and_presses(5.0, upto_m=300.0)
    race.pod.worn = False
    race.runs_and_presses(5.0, upto_m=700.0)
    race.runs_to(1050.0, 5.0)
    race.pod.worn = True
    race.runs_to(1200.0, 5.0)
    assert 6.0 < bell_off_s(race, 5.0)
    bell_s = race.course.bell_m / 5.0
    told = [(ns_to_s(arm.t_ns), arm.due_in_ms / 1000) for arm in race.all(Arm)]
    assert bell_s + 6.0 < told[-1][0], "the watch is told again and again while the cue waits"
    assert [] == [
        (told_s, due_in_s)
        for told_s, due_in_s in told
        if due_in_s > max(bell_s + 1.5 - told_s, 3.001)
    ]


def test_arming_closes_in_on_the_bell() -> None:
    """GIVEN a race THEN the bell is armed three minutes ahead, under the cue's id, and each due
    time is nearer the moment it is felt.
    """
    race = Race("5000m")
    race.pod.scale = 1.03
    race.gun()
    race.runs_and_presses(5.0)
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    arms = race.all(Arm)
    assert {bell.id} == {a.cue.id for a in arms}
    ahead_s = [ns_to_s(bell.t_ns - a.t_ns) for a in arms]
    assert ahead_s[0] > 180.0
    assert min(ahead_s) > 0.0
    assert len(arms) < 25
    off_s = [abs(ns_to_s(a.t_ns - bell.t_ns) + a.due_in_ms / 1000) for a in arms]
    assert all(off <= 0.02 * ahead + 2.0 for off, ahead in zip(off_s, ahead_s, strict=True))
    assert off_s[-1] < 1.0


@pytest.mark.parametrize(
    ("event", "wishes", "said"),
    [
        ("1500m", {}, "Last lap: "),
        ("3000m", {"kick_m": 600.0}, "600 m to go: "),
        ("5k", {}, "Last kilometre: "),
        ("5000m", {"kick_m": 1609.344}, "Last mile: "),
        ("5000m", {"language": "de", "kick_m": 1000.0}, "Letzter Kilometer: "),
    ],
)
def test_the_cue_says_what_is_left(event: str, wishes: dict[str, object], said: str) -> None:
    """GIVEN a kick that is no lap THEN the cue says what is left, when armed and when felt; its
    kind stays last_lap.
    """
    race = Race(event, wishes=wishes)
    race.gun()
    race.runs_and_presses(5.0)
    (bell,) = [cue for cue in race.all(Cue) if cue.kind is CueKind.LAST_LAP]
    assert bell.text.startswith(said)
    assert bell.text == race.all(Arm)[-1].cue.text


def test_noticed_too_late() -> None:
    """GIVEN a runner who falls, and a pod lost meanwhile WHEN its total tells that half the last
    lap is gone THEN no bell, but a notice.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(900.0, 5.0)
    race.stands(7)
    race.pod.falls_silent(90)
    race.runs_to(1400.0, 5.0)
    assert [] == [c for c in race.cues() if c in (CueKind.LAST_LAP, CueKind.HOLD)]
    assert 1 == len(race.notices("bell_missed"))
    assert 1 == len(race.all(Disarm))
    assert ["body", "last_lap"] == race.phases()[:2]


@pytest.mark.parametrize("kick_m", [100.0, 80.0, 60.0])
def test_a_short_last_window(kick_m: float) -> None:
    """GIVEN a last window of 100 m or less THEN it opens with its one cue, more than 50 m before
    the finish, and the phases are in order.
    """
    race = Race("1500m", wishes={"kick_m": kick_m})
    race.gun()
    race.runs_and_presses(5.0)
    (bell,) = race.all(Cue)[-1:]
    assert bell.to_go_m is not None
    assert kick_m - 3.0 < bell.to_go_m <= kick_m + 1.0
    assert [CueKind.LAST_LAP] == race.cues()
    assert WHOLE_RACE == race.phases()


@pytest.mark.parametrize("kick_m", [50.0, 30.0])
def test_a_window_in_which_nothing_may_be_felt(kick_m: float) -> None:
    """GIVEN a last window no longer than the last 50 m, in which nothing is felt THEN the setup is
    refused in one line.
    """
    with pytest.raises(
        UsageError,
        match=(
            r"^kick: expected more than 50 m \(no cue comes in the last 50 m\), "
            rf"got {kick_m:g} m$"
        ),
    ):
        Race("1500m", wishes={"kick_m": kick_m})


def test_never_in_the_last_fifty_metres() -> None:
    """GIVEN a window of 60 m that is noticed when only 40 m are left THEN nothing is felt: a notice
    tells.
    """
    race = Race("1500m", wishes={"kick_m": 60.0})
    race.gun()
    race.runs_to(1300.0, 5.0)
    race.stands(7)
    race.pod.falls_silent(32)
    race.runs_to(1490.0, 5.0)
    assert [] == race.cues()
    (notice,) = race.notices("bell_missed")
    assert "too late for the last 60 m cue: only " in notice.text


@pytest.mark.parametrize("gun_s", [5.2, 5.35, 5.5, 5.9])
@pytest.mark.parametrize("stale_before_s", [0.05, 0.15, 0.25, 0.4])
def test_a_strap_that_goes_stale_holds_no_bell_up(gun_s: float, stale_before_s: float) -> None:
    """GIVEN a strap that goes stale just before the bell, between two readings of the pod THEN the
    bell comes at its moment all the same.
    """
    with_strap, without = Race("1500m"), Race("1500m")
    last_word_s = gun_s + 220.0 - stale_before_s - 2.5
    for race in (with_strap, without):
        race.strap.next_s = last_word_s % 1.0
        race.strap.worn = race is with_strap
        race.stands(gun_s)
        race.gun()
        race.runs(5.0, seconds=last_word_s + 0.5 - race.t_s)
        race.strap.worn = False
        race.runs_to(1200.0, 5.0)
    one_s, other_s = (bell_off_s(race, 5.0) for race in (with_strap, without))
    assert other_s == pytest.approx(one_s, abs=1e-6)


# ---- the cues after the bell


def kicks(race: Race, mps: float, spm: float) -> None:
    """Run the last lap of a 1500 m after an even 5 m/s at 180."""
    race.gun()
    race.runs_and_presses(5.0, upto_m=1105.0)
    race.pod.spm = spm
    race.runs_to(1510.0, mps)


def test_tired_legs_are_helped_twice() -> None:
    """GIVEN a cadence that does not answer THEN turnover is felt with 200 m to go and drive with
    100 m, to 5 m, and nothing after.
    """
    race = Race("1500m")
    kicks(race, 5.0, 180.0)
    assert [CueKind.LAST_LAP, CueKind.TURNOVER, CueKind.DRIVE] == race.cues()
    assert [400.0, 200.0, 100.0] == [pytest.approx(c.to_go_m, abs=5.0) for c in race.all(Cue)[-3:]]


def test_quick_legs_are_told_to_relax() -> None:
    """GIVEN a cadence that answers THEN relax is felt once, 12 s and 60 m after the bell at the
    earliest, and nothing else.
    """
    race = Race("1500m")
    kicks(race, 6.0, 190.0)
    assert [CueKind.LAST_LAP, CueKind.RELAX] == race.cues()
    bell, relax = race.all(Cue)[-2:]
    assert relax.t_ns - bell.t_ns >= 12 * NS_PER_S
    assert "Smile" in relax.text


def test_without_a_smile() -> None:
    """GIVEN the wish not to be told to smile THEN relax does without."""
    race = Race("1500m", wishes={"smile": False})
    kicks(race, 6.0, 190.0)
    assert "Stay relaxed" == race.all(Cue)[-1].text


def test_speed_answers_where_there_is_no_cadence() -> None:
    """GIVEN a pod without cadence THEN a last lap 5 % faster than the race is an answer."""
    race = Race("1500m")
    race.pod.spm = 0.0
    kicks(race, 5.3, 0.0)
    assert [CueKind.LAST_LAP, CueKind.RELAX] == race.cues()


def test_the_last_speed_of_a_silent_pod_is_no_answer() -> None:
    """GIVEN a pod that falls silent just as the runner speeds up THEN nobody knows whether the legs
    have answered, and they are helped.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(1060.0, 5.0)
    race.runs_to(1098.0, 5.6)
    race.pod.worn = False
    race.runs_to(1490.0, 5.0)
    assert CueKind.RELAX not in race.cues()
    assert CueKind.TURNOVER in race.cues()


def test_rules_silence_a_whole_race() -> None:
    """GIVEN a sanctioned race THEN nothing is armed, called off or felt from warm-up to finish, and
    the reason is told once.
    """
    race = Race("1500m", wishes={"rules": "sanctioned", "target_s": 250.0})
    race.stands(10)
    race.gun()
    race.runs_and_presses(5.0)
    assert WHOLE_RACE == race.phases()
    assert ([], []) == (race.all(Cue), race.all(Arm))
    assert [
        "sanctioned race: recording only, no cues" in n.text for n in race.notices("rules")
    ] == [True]


def test_the_road_is_never_loud() -> None:
    """GIVEN a road race THEN every cue is felt and none is spoken;
    in training each has its voice.
    """
    road, training = Race("5k", wishes={"rules": "road"}), Race("5k")
    for race in (road, training):
        race.stands(5)
        race.gun()
        race.runs_and_presses(5.0)
    assert {None} == {c.say for c in [*road.all(Cue), *(a.cue for a in road.all(Arm))]}
    assert all(c.say for c in training.all(Cue))
    assert [c.kind for c in training.all(Cue)] == [c.kind for c in road.all(Cue)]


# ---- even pace


def test_even_pace_is_helped_in_the_body_only() -> None:
    """GIVEN a target and laps 8 % too fast THEN the seconds are told in the body, from its first
    line on, a minute apart, never on top of the bell.
    """
    race = Race("5000m", wishes={"target_s": 1000.0})
    race.gun()
    race.runs_and_presses(5.4)
    even = [c for c in race.all(Cue) if c.kind is CueKind.EVEN]
    assert 1 <= len(even) <= 6
    assert {True} == {c.text.endswith(" s fast: even pace") for c in even}
    assert even[0].t_ns < (race.course.first_crossing_m / 5.4 + 1.0) * NS_PER_S
    felt = [c for c in race.all(Cue) if c.kind is not CueKind.READY]
    assert all(b.t_ns - a.t_ns >= 12 * NS_PER_S for a, b in pairwise(felt))
    assert 1 == race.cues().count(CueKind.LAST_LAP)


def test_only_the_last_lap_uneven() -> None:
    """GIVEN even laps BUT WHEN the one before the bell is too fast THEN only the bell is felt at
    its line.
    """
    race = Race("5000m", wishes={"target_s": 1000.0})
    race.gun()
    race.runs_and_presses(5.0, upto_m=4205.0)
    race.runs_to(4650.0, 5.4)
    assert [CueKind.LAST_LAP] == race.cues()


def test_without_a_target_no_pace_is_even() -> None:
    """GIVEN no target THEN there is no even pace to be off."""
    race = Race("3000m")
    race.gun()
    for line_m, mps in zip(race.course.crossings_m, [5.5, 4.5] * 4, strict=True):
        race.runs_to(line_m, mps)
    assert CueKind.EVEN not in race.cues()


# ---- a lap taken back


def test_a_bell_too_early_is_rung_again() -> None:
    """GIVEN a runner without a pod who presses 4 s early and feels the bell WHEN the press is taken
    back THEN it is felt again, in time.

    The body of the race is where we are then; the bell is armed anew, and comes at the true line
    under a new id.
    """
    race = Race("1500m")
    race.pod.worn = False
    race.gun()
    race.runs_and_presses(5.0, upto_m=1080.0)
    race.marks_line()
    assert ["body", "last_lap"] == race.phases()
    race.runs(5.0, seconds=1)
    race.orders(CommandKind.UNDO_LAP)
    race.runs_to(1100.0, 5.0)
    race.marks_line()
    race.runs_to(1510.0, 5.0)
    assert ["body", "last_lap", "body", *WHOLE_RACE[1:-1]] == race.phases()[: len(WHOLE_RACE) + 1]
    bells = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert ["last_lap-1", "last_lap-2"] == [c.id for c in bells]
    assert abs(ns_to_s(bells[1].t_ns) - 220.0) < 3.0
    assert {"last_lap-1", "last_lap-2"} == {a.cue.id for a in race.all(Arm)}
    assert [CueKind.TURNOVER, CueKind.DRIVE] == race.cues()[2:]


def test_a_bell_that_was_right_stays() -> None:
    """GIVEN the bell is passed beyond doubt WHEN a press is taken back THEN the last lap is still
    the last lap.
    """
    race = Race("1500m")
    race.gun()
    race.runs_and_presses(5.0, upto_m=1150.0)
    race.orders(CommandKind.UNDO_LAP)
    race.runs_to(1250.0, 5.0)
    assert ["body", "last_lap"] == race.phases()
    assert 1 == race.cues().count(CueKind.LAST_LAP)
