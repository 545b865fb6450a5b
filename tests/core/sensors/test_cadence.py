"""Cadence is steps per minute, both feet, whatever the pod counts; and its own race is what it is
compared with.
"""

from itertools import product
from typing import Final

import pytest
from hypothesis import given, strategies as st

from kickcue.config.race_document import SensorChoice
from kickcue.core.events import Mode
from kickcue.core.profiles import CadenceUnit, PodRules, SensorProfile
from kickcue.core.readings import PodReading, interpret
from kickcue.core.sensors.cadence import Cadence, UnitWatch
from kickcue.core.units import s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from tests.core.scenario import Race

SHIPPED: Final = (
    "generic-rsc",
    "stryd",
    "zwift-runpod",
    "garmin-forerunner",
    "wahoo-tickr-x",
    "npe-runn",
    "technogym-run",
)
STRIDES, STEPS = 2, 1


def reading(raw: float | None, mps: float | None, unit: CadenceUnit) -> PodReading:
    return PodReading(mps, raw, unit, None, None, True)


def first(raw: float, mps: float, unit: CadenceUnit) -> float | None:
    """Return what a single reading of a pod nobody knows yet is taken for."""
    return UnitWatch().spm(0, reading(raw, mps, unit))


def after(units: UnitWatch, seconds: int, raw: float, mps: float, unit: CadenceUnit) -> UnitWatch:
    """Return the watch after ``seconds`` of the same reading."""
    for second in range(seconds):
        units.spm(s_to_ns(second), reading(raw, mps, unit))
    return units


@pytest.mark.parametrize("unit", CadenceUnit)
@pytest.mark.parametrize("sent_in", [STRIDES, STEPS])
def test_every_cadence_of_every_runner(unit: CadenceUnit, sent_in: int) -> None:
    """GIVEN every cadence from 130 to 230 at every 0.25 m/s from 2.5 to 8 WHEN sent as steps or
    strides THEN the first reading tells steps.

    A stride rate is sent in whole strides, so it is right to one step. The profile may declare
    either unit or none, rightly or wrongly.
    """
    profile = SensorProfile("x", "x", "x", "guess", (), pod=PodRules(cadence_unit=unit))
    for spm, quarters in product(range(130, 231), range(10, 33)):
        event = pod_notification(0, PodSample(quarters / 4, spm / sent_in))
        read = interpret(profile, event.char, event.data)
        assert isinstance(read, PodReading)
        found = UnitWatch().spm(0, read)
        assert found is not None, (spm, quarters)
        assert abs(found - spm) <= (1 if sent_in == STRIDES else 0), (spm, quarters, found)


@given(
    st.floats(1.0, 8.0),
    st.integers(1, 129),
    st.sampled_from(CadenceUnit),
    st.sampled_from([STRIDES, STEPS]),
)
def test_a_pod_that_has_proved_its_unit(
    mps: float, raw: int, unit: CadenceUnit, sent_in: int
) -> None:
    """GIVEN a pod whose running proved strides or steps WHEN it sends what could be either THEN it
    is that unit, or no cadence at all.

    The exception is a number that only the other unit makes human.
    """
    units = after(UnitWatch(), 3, 180 / sent_in, 4.0, unit)
    found = units.spm(s_to_ns(3), reading(raw, mps, unit))
    if mps <= 2.2:
        assert raw * sent_in == found
    elif found is not None and not 65 <= raw <= 115:
        assert found == raw * sent_in or raw > 115


@pytest.mark.parametrize(
    ("mps", "raw", "proved", "expected"),
    [
        # A step counter under a profile of strides, walking after the race.
        (1.4, 110, STEPS, 110.0),
        (1.4, 55, STRIDES, 110.0),
        (0.0, 88, STRIDES, 176.0),  # a pod whose speed has gone
        (3.0, 118, STEPS, 118.0),
        (3.0, 118, STRIDES, 236.0),
        (6.5, 118, STEPS, 236.0),  # 118 steps of 3.3 m: nobody's
    ],
)
@pytest.mark.parametrize("unit", CadenceUnit)
def test_what_was_proved_outweighs_the_profile(
    unit: CadenceUnit, mps: float, raw: int, proved: int, expected: float
) -> None:
    """GIVEN a unit proved by three readings WHEN a number could be either THEN the proof counts,
    whatever the profile declares.
    """
    units = after(UnitWatch(), 3, 176 / proved, 4.0, unit)
    assert expected == units.spm(s_to_ns(3), reading(raw, mps, unit))


def test_what_cannot_be_known() -> None:
    """GIVEN a pod of unknown unit that has proved nothing THEN walking and 116 to 120 at a jog are
    unknown, and nothing else a human does.
    """
    assert first(105, 1.4, CadenceUnit.AUTO) is None
    assert {116, 117, 118, 119, 120} == {
        raw for raw in range(65, 241) if first(raw, 2.5, CadenceUnit.AUTO) is None
    }
    assert set() == {raw for raw in range(65, 121) if first(raw, 5.0, CadenceUnit.AUTO) is None}


def test_one_corrupt_frame_proves_nothing() -> None:
    """GIVEN a walk with a pod of strides WHEN one frame says 200
    THEN its next strides are strides.
    """
    units = UnitWatch()
    units.spm(0, reading(200, 1.4, CadenceUnit.STRIDE))
    assert units.proved is None
    assert 110.0 == units.spm(s_to_ns(1), reading(55, 1.4, CadenceUnit.STRIDE))


def test_a_pod_that_is_set_to_the_other_unit() -> None:
    """GIVEN minutes of strides WHEN the pod sends steps from now on THEN after 13 s what could be
    either is read as steps.
    """
    units = after(UnitWatch(), 300, 90, 4.0, CadenceUnit.AUTO)
    after(units, 13, 180, 4.0, CadenceUnit.AUTO)
    assert CadenceUnit.STEP is units.proved


@pytest.mark.parametrize("profile", SHIPPED)
@pytest.mark.parametrize("in_steps", [True, False])
@pytest.mark.parametrize("spm", [150.0, 180.0, 220.0])
def test_every_shipped_profile(profile: str, in_steps: bool, spm: float) -> None:
    """GIVEN a shipped pod profile WHEN its device is set to the other unit THEN the estimate still
    tells steps.
    """
    race = Race("5000m", sensors={"pod": SensorChoice(profile=profile)})
    race.strap.worn = False
    race.pod.spm, race.pod.in_steps = spm, in_steps
    race.gun()
    race.runs(5.0, seconds=12)
    assert spm == race.told().cadence_spm


@pytest.mark.parametrize(
    ("profile", "in_steps", "notices"),
    [
        ("generic-rsc", True, 1),
        ("generic-rsc", False, 0),
        ("wahoo-tickr-x", False, 1),
        ("wahoo-tickr-x", True, 0),
    ],
)
def test_a_contradicted_profile_is_told_once(profile: str, in_steps: bool, notices: int) -> None:
    """GIVEN a profile that says the wrong unit WHEN it is contradicted for more than 10 s THEN that
    is reported once, and not before.
    """
    race = Race("5000m", sensors={"pod": SensorChoice(profile=profile)})
    race.strap.worn = False
    race.pod.in_steps = in_steps
    race.gun()
    race.runs(5.0, seconds=10)
    assert [] == race.notices("cadence_unit")
    race.runs(5.0, seconds=60)
    assert notices == len(race.notices("cadence_unit"))


@pytest.mark.parametrize("spm", [0.0, 42.0])
def test_a_number_that_is_no_cadence_contradicts_nothing(spm: float) -> None:
    """GIVEN a pod that counts steps WHEN it sends 0 or its power in the place of a cadence THEN it
    has no cadence, and no wrong unit.
    """
    race = Race("5000m", sensors={"pod": SensorChoice(profile="wahoo-tickr-x")})
    race.strap.worn = False
    race.pod.spm, race.pod.in_steps = spm, True
    race.gun()
    race.runs(5.0, seconds=30)
    assert [] == race.notices("cadence_unit")
    assert Mode.POD is race.told().mode


def test_a_moment_of_contradiction_is_none() -> None:
    """GIVEN strides WHEN now and then a number looks like steps THEN the unit is not in doubt."""
    units = UnitWatch()
    for second in range(60):
        units.spm(s_to_ns(second), reading(180 if second % 8 else 90, 5.0, CadenceUnit.STRIDE))
        assert not units.contradicted(s_to_ns(second))


def test_ambiguous_numbers_neither_contradict_nor_excuse() -> None:
    """GIVEN steps under a profile of strides WHEN numbers between could be either THEN the
    contradiction goes on; standing ends it.
    """
    units = after(UnitWatch(), 8, 180, 5.0, CadenceUnit.STRIDE)
    units.spm(s_to_ns(8), reading(118, 3.0, CadenceUnit.STRIDE))
    assert units.contradicted(s_to_ns(11))
    units.spm(s_to_ns(12), reading(0, 0.0, CadenceUnit.STRIDE))
    assert not units.contradicted(s_to_ns(12))


def cadence_after(
    *spms: float | None, body: bool = True, cadence: Cadence | None = None, from_s: int = 0
) -> Cadence:
    """Return the cadence after one value a second."""
    cadence = cadence or Cadence()
    for second, spm in enumerate(spms):
        cadence.update(s_to_ns(from_s + second), spm, body=body)
    return cadence


def test_the_median_ignores_one_wild_second() -> None:
    """GIVEN a steady cadence WHEN one second says otherwise THEN the value stays; WHEN nothing was
    said for 5 s THEN there is none.
    """
    cadence = cadence_after(180, 180, 205, 180, 180)
    assert 180.0 == cadence.value(s_to_ns(4.5))
    assert cadence.value(s_to_ns(9.5)) is None


@pytest.mark.parametrize(
    "spike", [[90.0], [240.0], [0.0], [90.0, 240.0], [240.0, 240.0], [250.0, 90.0, 0.0, 230.0]]
)
def test_a_spike_is_never_believed(spike: list[float]) -> None:
    """GIVEN 180 WHEN a fifth more or less is said for less than 2 s, or something else each second
    THEN it stays 180 throughout.
    """
    cadence = cadence_after(*[180.0] * 10)
    for second, spm in enumerate(spike, 10):
        cadence.update(s_to_ns(second), spm, body=True)
        assert (180.0, 180.0) == (cadence.latest_spm, cadence.value(s_to_ns(second)))


def test_a_change_that_stays_is_believed() -> None:
    """GIVEN a runner who stops WHEN the pod has said so for 2 s THEN it is so, with the seconds in
    doubt; and the same when he starts.
    """
    cadence = cadence_after(180, 180, 180, 0, 0, 0, 0)
    assert (0.0, 0.0) == (cadence.latest_spm, cadence.value(s_to_ns(6)))
    cadence_after(170, 172, 174, cadence=cadence, from_s=7)
    assert 174.0 == cadence.latest_spm


@given(st.lists(st.floats(0.86, 1.16), min_size=1, max_size=60))
def test_no_kick_is_taken_for_a_spike(changes: list[float]) -> None:
    """WHEN the turnover changes by up to 16 % from one second to the next THEN every value is
    believed at once.
    """
    cadence, spm = Cadence(), 180.0
    for second, change in enumerate(changes):
        spm = min(max(spm * change, 140.0), 230.0)
        cadence.update(s_to_ns(second), spm, body=True)
        assert spm == cadence.latest_spm


def test_after_a_gap_anything_is_believed() -> None:
    """GIVEN nothing received for longer than 5 s THEN what is said next is no leap."""
    assert 90.0 == cadence_after(90.0, cadence=cadence_after(180.0), from_s=6).latest_spm


def test_the_baseline_is_the_body_of_the_race() -> None:
    """GIVEN a minute of running in the body THEN its median is the baseline; walking, the last lap
    and shorter bodies do not count.
    """
    cadence = Cadence()
    assert cadence.baseline_spm() is None
    cadence_after(*[180.0, 182.0] * 29, 180.0, cadence=cadence)
    assert cadence.baseline_spm() is None
    cadence_after(*[80.0] * 60, cadence=cadence, from_s=100)
    cadence_after(*[210.0] * 60, cadence=cadence, from_s=200, body=False)
    assert cadence.baseline_spm() is None
    cadence_after(180.0, cadence=cadence, from_s=300)
    assert 180.0 == cadence.baseline_spm()


def test_unknown_stays_unknown() -> None:
    """GIVEN a pod that sends no cadence THEN there is none, and no unit to be wrong about."""
    units = UnitWatch()
    cadence = cadence_after(
        *[units.spm(s_to_ns(second), reading(None, 5.0, CadenceUnit.STEP)) for second in range(20)]
    )
    assert (None, None, None) == (
        cadence.latest_spm,
        cadence.value(s_to_ns(19)),
        cadence.baseline_spm(),
    )
    assert not units.contradicted(s_to_ns(19))
    assert units.proved is None
