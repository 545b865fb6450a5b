"""Cadence is steps per minute, both feet, whatever the pod counts; and its own race is what it is compared with."""

from typing import Final

import pytest
from hypothesis import given, strategies as st

from kickcue.config.race import SensorChoice
from kickcue.core.estimate.cadence import Cadence
from kickcue.core.events import Mode
from kickcue.core.profiles import CadenceUnit, PodRules, SensorProfile
from kickcue.core.readings import PodReading, interpret
from kickcue.core.units import s_to_ns
from kickcue.recording.encode import PodSample, pod_notification
from tests.core.scenario import Race

SHIPPED: Final = ("generic-rsc", "stryd", "zwift-runpod", "garmin-forerunner", "wahoo-tickr-x", "npe-runn", "technogym-run")
STRIDES, STEPS = 2, 1


def reading(raw: float | None, mps: float | None, unit: CadenceUnit) -> PodReading:
    return PodReading(mps, raw, unit, None, None, True)


def shown(unit: CadenceUnit, sent: int, mps: float) -> float | None:
    """Return the cadence after six seconds of the same bytes from a pod whose profile declares ``unit``."""
    profile = SensorProfile("x", "x", "x", "guess", (), pod=PodRules(cadence_unit=unit))
    cadence = Cadence()
    for second in range(6):
        event = pod_notification(s_to_ns(second), PodSample(mps, sent))
        read = interpret(profile, event.char, event.data)
        assert isinstance(read, PodReading)
        cadence.read(event.t_ns, read, body=True)
    return cadence.value(s_to_ns(5))


@given(st.integers(130, 230), st.floats(2.5, 8.0), st.sampled_from(CadenceUnit), st.sampled_from([STRIDES, STEPS]))
def test_every_cadence_of_every_runner(spm: int, mps: float, unit: CadenceUnit, sent_in: int) -> None:
    """GIVEN 130 to 230 steps a minute at 2.5 to 8 m/s WHEN sent as steps or strides under any declared unit THEN steps come out.

    A stride rate is sent in whole strides, so it is right to one step.
    """
    found = shown(unit, round(spm / sent_in), mps)
    assert found is not None
    assert abs(found - spm) <= (1 if sent_in == STRIDES else 0)


@pytest.mark.parametrize("profile", SHIPPED)
@pytest.mark.parametrize("in_steps", [True, False])
@pytest.mark.parametrize("spm", [150.0, 180.0, 220.0])
def test_every_shipped_profile(profile: str, in_steps: bool, spm: float) -> None:
    """GIVEN a shipped pod profile WHEN its device is set to the other unit THEN the estimate still tells steps."""
    race = Race("5000m", sensors={"pod": SensorChoice(profile=profile)})
    race.strap.worn = False
    race.pod.spm, race.pod.in_steps = spm, in_steps
    race.gun()
    race.runs(5.0, seconds=12)
    assert spm == race.told().cadence_spm


@pytest.mark.parametrize(
    ("profile", "in_steps", "notices"),
    [("generic-rsc", True, 1), ("generic-rsc", False, 0), ("wahoo-tickr-x", False, 1), ("wahoo-tickr-x", True, 0)],
)
def test_a_contradicted_profile_is_told_once(profile: str, in_steps: bool, notices: int) -> None:
    """GIVEN a profile that says the wrong unit WHEN it is contradicted for more than 10 s THEN that is told once, and not before."""
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
    """GIVEN a pod that counts steps WHEN it sends 0 or its power in the place of a cadence THEN it has no cadence, and no wrong unit."""
    race = Race("5000m", sensors={"pod": SensorChoice(profile="wahoo-tickr-x")})
    race.strap.worn = False
    race.pod.spm, race.pod.in_steps = spm, True
    race.gun()
    race.runs(5.0, seconds=30)
    assert [] == race.notices("cadence_unit")
    assert Mode.POD is race.told().mode


def test_a_moment_of_contradiction_is_none() -> None:
    """GIVEN strides WHEN now and then a number looks like steps THEN the unit is not in doubt."""
    cadence = Cadence()
    for second in range(60):
        cadence.read(s_to_ns(second), reading(180 if second % 8 else 90, 5.0, CadenceUnit.STRIDE), body=True)
        assert not cadence.contradicted(s_to_ns(second))


def test_the_median_ignores_one_wild_second() -> None:
    """GIVEN a steady cadence WHEN one second says otherwise THEN the value stays; WHEN nothing was said for 5 s THEN there is none."""
    cadence = Cadence()
    for second, raw in enumerate([90, 90, 110, 90, 90]):
        cadence.read(s_to_ns(second), reading(raw, 5.0, CadenceUnit.STRIDE), body=True)
    assert 180.0 == cadence.value(s_to_ns(4.5))
    assert cadence.value(s_to_ns(9.5)) is None


def test_the_baseline_is_the_body_of_the_race() -> None:
    """GIVEN a minute of running in the body THEN its median is the baseline; walking, the last lap and shorter bodies do not count."""
    cadence = Cadence()
    assert cadence.baseline_spm() is None
    for second in range(59):
        cadence.read(s_to_ns(second), reading(90 if second % 2 else 91, 5.0, CadenceUnit.STRIDE), body=True)
    assert cadence.baseline_spm() is None
    for second in range(59, 200):
        cadence.read(s_to_ns(second), reading(40, 1.0, CadenceUnit.STRIDE), body=True)
        cadence.read(s_to_ns(second), reading(105, 6.0, CadenceUnit.STRIDE), body=False)
    assert cadence.baseline_spm() is None
    cadence.read(s_to_ns(200), reading(90, 5.0, CadenceUnit.STRIDE), body=True)
    assert 180.0 == cadence.baseline_spm()


def test_unknown_stays_unknown() -> None:
    """GIVEN a pod that sends no cadence THEN there is none, and no unit to be wrong about."""
    cadence = Cadence()
    for second in range(20):
        cadence.read(s_to_ns(second), reading(None, 5.0, CadenceUnit.STEP), body=True)
    assert (None, None, None) == (cadence.latest_spm, cadence.value(s_to_ns(19)), cadence.baseline_spm())
    assert not cadence.contradicted(s_to_ns(19))
