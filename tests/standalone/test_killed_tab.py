"""A tab that is killed at random moments of a whole race, with real sensors and a real watch."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from kickcue.core.events import Command, CommandKind, Cue, CueKind
from kickcue.lab.simulate import SimulatedRace
from kickcue.recording import Recording
from tests.beds.sensor import Sensor
from tests.page.air import Air
from tests.page.conftest import until
from tests.standalone.phone import BANNER, Phone
from tests.standalone.raced import BELL, bells, raced, verified

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

KILLS: Final = int(os.environ.get("KICKCUE_TAB_KILLS", "3"))
RACE: Final = {"race": "800m", "indoor": True, "language": "en"}
LONGER: Final = {"race": "3000m", "language": "en"}
AWAY_S: Final = (1.0, 8.0)
"""How long the runner needs to have the page and the sensors back."""
CLOCK: Final = (
    "document.querySelector('.clock').textContent.split(':').reduce((s, p) => s * 60 + +p, 0)"
)
LAP: Final = "document.querySelector('.lap').textContent"


@dataclass
class Killer:
    """Kills the tab at some events of a race, and does then what the runner does."""

    phone: Phone
    sensors: dict[str, Sensor]
    random: Random
    moments: set[int]
    away_ms: list[tuple[float, float]] = field(default_factory=list)
    """When nobody could feel anything, since 1970."""

    async def before(self, number: int) -> None:
        """Kill the tab if its moment has come, and go on."""
        if number not in self.moments:
            return
        phone, random = self.phone, self.random
        if self.sensors["pod"].connected and random.random() < 0.5:
            self.sensors["pod"].notify("2a53", bytes([0, 0, 4, 90]))  # it may be lost with the tab
        lap, clock = await phone.page.evaluate(f"[{LAP}, {CLOCK}]")
        began_ms = phone.at_ms
        await phone.kill(crash=random.random() < 0.5)
        phone.at_ms += random.uniform(*AWAY_S) * 1000
        page = await phone.open()
        assert "snapshot" == await page.evaluate("document.body.dataset.ready")
        notice = page.locator("button.notice")
        assert "Your race goes on" in await notice.inner_text()
        assert "connect each sensor again" in await notice.inner_text()
        await until(page, f"{LAP} !== ''")
        print(number, lap, await page.evaluate(LAP), clock, await page.evaluate(CLOCK))
        assert clock <= await page.evaluate(CLOCK)
        await notice.click()  # the watch is armed by it
        await phone.connect(*self.sensors.values())
        self.away_ms.append((began_ms, phone.at_ms))

    @property
    def felt_nothing_at(self) -> list[tuple[float, float]]:
        return self.away_ms


async def killed_race(
    phone: Phone, air: Air, document: dict[str, Any], kills: int, path: Path, seed: int
) -> tuple[Recording, Killer]:
    """Run a race whose tab is killed; return its recording, verified."""
    print(f"seed {seed}")  # noqa: T201  to have the same again
    random, race = Random(seed), raced(document)
    over = max(n for n, each in enumerate(race.inputs) if each.t_ns <= race.truth.duration_s * 1e9)
    moments = set(random.sample(range(2, over), kills))
    sensors = {"strap": air.strap(), "pod": air.pod()}
    killer = Killer(phone, sensors, random, moments)
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
    seed = int(os.environ.get("KICKCUE_SEED", "15"))
    recording, killer = await killed_race(
        phone, air, RACE if KILLS < 10 else LONGER, KILLS, tmp_path / "race.mcap", seed
    )
    starts = [each for each in recording.inputs if isinstance(each, Command)]
    assert [CommandKind.START] == [each.kind for each in starts]
    assert 1 == len(bells(recording))
    assert 1 == [each.pattern for each in phone.felt].count(BELL)
