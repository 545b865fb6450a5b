"""Whole races in the app: strap and pod of the fake BlueZ, by the Web Bluetooth of a real Chromium,
through the worker to the watch on the page.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.config.plan_files import read_plan, shipped_plans
from kickcue.core.events import Ack, Cue, Notification, Output, PhaseChange
from kickcue.core.units import NS_PER_S
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate_session import simulate_session
from kickcue.recording import Recording, read
from tests.browser.page import axe
from tests.page.air import LISTED, Air
from tests.page.conftest import until
from tests.standalone.phone import Phone
from tests.standalone.played import played
from tests.standalone.raced import BELL, bells, raced, verified

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

INDOOR: Final = {"race": "400m", "indoor": True, "language": "en"}
ROWS: Final = "document.querySelectorAll('.laps tbody tr').length"
LOST: Final = "document.querySelector('lost-sensors').textContent"
BLIND: Final = (60, 84)
"""Numbers of the events between which the pod is away."""
REPETITIONS: Final = 5
"""Of the session "strides"."""
SAME_S: Final = 0.01
"""Of the race: the clock of the page is the test's."""


def after_gun_s(recording: Recording, output: Output) -> float:
    gun_ns = next(each.t_ns for each in recording.outputs if isinstance(each, PhaseChange))
    return (output.t_ns - gun_ns) / NS_PER_S


def felt_once(phone: Phone, recording: Recording) -> None:
    """Check that each cue was felt once, and that the recording knows it."""
    cues = [each for each in recording.outputs if isinstance(each, Cue)]
    answers = [each for each in recording.inputs if isinstance(each, Ack)]
    assert {(each.id, True) for each in cues} == {(each.cue_id, each.felt) for each in answers}
    assert len(cues) == len(answers)
    patterns = [each.pattern for each in phone.felt if isinstance(each.pattern, list)]
    assert len(cues) == len(patterns)


def pod_times_s(recording: Recording) -> list[float]:
    return [
        each.t_ns / NS_PER_S
        for each in recording.inputs
        if isinstance(each, Notification) and each.char == "2a53"
    ]


async def test_a_race_by_web_bluetooth(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN strap and pod connected on the page, which is the watch WHEN a race is started by a
    tap, lapped and run to its end THEN the bell is felt once, at the moment a computer comes to,
    and a computer verifies the recording that was saved.
    """
    sensors = {"strap": air.strap(), "pod": air.pod()}
    await phone.open(INDOOR)
    await phone.connect(*sensors.values())
    await phone.wear()
    await phone.play(raced(INDOOR).inputs, sensors)
    await phone.said("Finished")
    await phone.save(tmp_path / "race.mcap")
    recording = verified(tmp_path / "race.mcap")
    (tmp_path / "here.jsonl").write_text(played(INDOOR).lines)
    here = read(tmp_path / "here.jsonl")
    (bell,), (expected,) = bells(recording), bells(here)
    assert after_gun_s(here, expected) == pytest.approx(after_gun_s(recording, bell), abs=SAME_S)
    assert 1 == [each.pattern for each in phone.felt].count(BELL)
    felt_once(phone, recording)


async def test_a_session_by_web_bluetooth(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a session set up WHEN it is run with strap and pod THEN all of its repetitions are
    counted, each cue is felt once, and a computer verifies the recording.
    """
    plan = read_plan(shipped_plans()["strides"])
    document: dict[str, Any] = {"race": "5000m", "language": "en", "plan": plan.as_json()}
    sensors = {"strap": air.strap(), "pod": air.pod()}
    await phone.open(document)
    await phone.connect(*sensors.values())
    await phone.wear()
    await phone.play(simulate_session(plan.plan(), 0, PodFaults()).inputs, sensors)
    await until(phone.page, f"{ROWS} >= {REPETITIONS}")
    assert REPETITIONS == await phone.page.evaluate(ROWS)
    await phone.save(tmp_path / "session.mcap")
    recording = verified(tmp_path / "session.mcap")
    felt_once(phone, recording)


async def test_a_lost_pod_comes_back_in_mid_race(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a race WHEN the pod is out of reach for some seconds, and Bluetooth is off for a
    moment later on THEN the page says so where the runner looks, both sensors come back without a
    tap, the recording has the gap, the bell is felt once, and a computer verifies it.
    """
    strap, pod = air.strap(), air.pod()
    await phone.open(INDOOR)
    await phone.connect(strap, pod)
    await phone.wear()

    async def mishap(number: int) -> None:
        if number == BLIND[0]:
            pod.advertise(on=False)
            pod.drop()
            await until(phone.page, f"{LOST}.includes('Stryd: connection lost')")
        elif number == BLIND[1]:
            assert "Stryd: connection lost" in await phone.text("lost-sensors")
            assert "Polar" not in await phone.text("lost-sensors")
            await axe(phone.page)
            pod.advertise(on=True)
            await until(phone.page, f"{LOST} === ''")
        elif number == BLIND[1] + 40:
            air.bluez.power(on=False)
            await until(phone.page, f"{LOST}.includes('Polar H10 1234, Stryd: connection lost')")
            air.bluez.power(on=True)
            await until(phone.page, f"{LOST} === ''")

    inputs = raced(INDOOR).inputs
    away_s = (inputs[BLIND[1]].t_ns - inputs[BLIND[0]].t_ns) / NS_PER_S
    await phone.play(inputs, {"strap": strap, "pod": pod}, mishap)
    await phone.said("Finished")
    assert 2 == await phone.page.evaluate(f"({LISTED}.match(/: connected/g) ?? []).length")
    await phone.save(tmp_path / "race.mcap")
    recording = verified(tmp_path / "race.mcap")
    times_s = pod_times_s(recording)
    longest_s = max(b - a for a, b in pairwise(times_s))
    assert away_s <= longest_s
    assert 1 == len(bells(recording))
    felt_once(phone, recording)
