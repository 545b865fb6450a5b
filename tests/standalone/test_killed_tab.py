"""A tab that is killed at random moments of a whole race, with real sensors and a real watch."""

import os
import re
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from kickcue.core.course import Course
from kickcue.core.events import Command, CommandKind
from kickcue.core.units import NS_PER_MS, NS_PER_S, s_to_ns
from kickcue.lab.simulate import SimulatedRace
from kickcue.recording import Recording
from kickcue.recording.utc import utc_ns
from kickcue.standalone.race_setup import course_of
from tests.beds.sensor import Sensor
from tests.page.air import Air
from tests.page.conftest import until
from tests.standalone.phone import CLOCK_S, Phone
from tests.standalone.raced import BELL, bells, raced, verified

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

KILLS: Final = int(os.environ.get("KICKCUE_TAB_KILLS", "3"))
SEED: Final = int(os.environ.get("KICKCUE_TAB_SEED", "15"))
SHORT: Final = {"race": "800m", "indoor": True, "language": "en"}
LONG: Final = {"race": "3000m", "language": "en"}
FEW: Final = 5
"""More kills than these are for the long race."""
AWAY_S: Final = (1.0, 8.0)
"""How long the runner needs to have the page and the sensors back."""
LAP: Final = "document.querySelector('.lap').textContent"


def numbers(lap: str) -> set[int]:
    """Return which laps the page names: two where it is not sure, and how many there are last."""
    return {int(each) for each in re.findall(r"\d+", lap)[:-1]}


@dataclass
class Killer:
    """Kills the tab at some events of a race, and does then what the runner does."""

    phone: Phone
    race: SimulatedRace
    course: Course
    sensors: dict[str, Sensor]
    random: Random
    moments: set[int]
    zero_ms: float = 0.0
    away_ms: list[tuple[float, float]] = field(default_factory=list)
    """When nothing could be felt, since 1970."""

    async def before(self, number: int) -> None:
        """Kill the tab if its moment has come, and go on."""
        if number == 0:
            self.zero_ms = self.phone.at_ms
        if number not in self.moments:
            return
        if self.random.random() < 0.5:  # it may be lost with the tab, or be half written
            self.sensors["strap"].notify("2a37", bytes([0, 170]))
        before = await self.phone.page.evaluate(f"[{LAP}, {CLOCK_S}]")
        began_ms = self.phone.at_ms
        await self.phone.kill(crash=self.random.random() < 0.5)
        self.phone.at_ms += self.random.uniform(*AWAY_S) * 1000
        await self._comes_again(*before)
        self.away_ms.append((began_ms, self.phone.at_ms))

    async def _comes_again(self, lap: str, clock_s: float) -> None:
        page = await self.phone.open()
        assert "snapshot" == await page.evaluate("document.body.dataset.ready")
        notice = page.locator("button.notice")
        assert "Your race goes on" in await notice.inner_text()
        assert "connect each sensor again" in await notice.inner_text()
        await until(page, f"{LAP} !== ''")
        await until(page, f"{CLOCK_S} >= {clock_s}")
        now = numbers(await page.evaluate(LAP))
        assert now & (numbers(lap) | {self._lap()})
        await notice.click()  # the watch is armed by it
        await self.phone.connect(*self.sensors.values())

    def _lap(self) -> int:
        """Return which lap it is in truth; the first is shorter where the race is no whole laps."""
        done_m = self.race.truth.distance_at((self.phone.at_ms - self.zero_ms) / 1000)
        lap_m, all_m = self.course.marker_m, self.course.distance_m
        return ceil(all_m / lap_m) - ceil((all_m - done_m) / lap_m) + 1

    def could_feel(self, recording: Recording, t_ns: int) -> bool:
        """Return whether the watch was armed at a moment of the recording."""
        zero_ns = utc_ns(recording.header.utc)
        assert zero_ns is not None
        at_ms = (zero_ns + t_ns) / NS_PER_MS
        return not any(began <= at_ms <= ended for began, ended in self.away_ms)


async def killed_race(
    phone: Phone, air: Air, document: dict[str, Any], kills: int, path: Path
) -> tuple[Recording, Killer]:
    """Run a race whose tab is killed; return its recording, verified."""
    print(f"KICKCUE_TAB_SEED={SEED}")  # noqa: T201  to have the same again
    random, race = Random(SEED), raced(document, SEED)
    running = [
        number
        for number, each in enumerate(race.inputs)
        if NS_PER_S < each.t_ns < s_to_ns(race.truth.duration_s - AWAY_S[1])
    ]
    sensors = {"strap": air.strap(), "pod": air.pod()}
    moments = set(random.sample(running, kills))
    killer = Killer(phone, race, course_of(document), sensors, random, moments)
    await phone.open(document)
    await phone.connect(*sensors.values())
    await phone.wear()
    await phone.play(race.inputs, sensors, killer.before)
    await phone.said("Finished")
    await phone.save(path)
    return verified(path), killer


async def test_killed_at_random_moments(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a whole race WHEN its tab is killed at random moments of it THEN each time it goes on,
    with the right lap and under the same clock, says large that the sensors need a tap each, and
    in all there is one bell, and one recording that a computer verifies.
    """
    document = SHORT if KILLS <= FEW else LONG
    recording, killer = await killed_race(phone, air, document, KILLS, tmp_path / "race.mcap")
    assert KILLS == len(killer.away_ms)
    starts = [e for e in recording.inputs if isinstance(e, Command) and e.kind is CommandKind.START]
    (bell,) = bells(recording)
    assert 1 == len(starts)
    felt = [each.pattern for each in phone.felt].count(BELL)
    assert felt == 1 if killer.could_feel(recording, bell.t_ns) else felt <= 1
