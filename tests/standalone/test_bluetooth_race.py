"""Whole races in the app: strap and pod of the fake BlueZ, by the Web Bluetooth of a real Chromium,
through the worker to the watch on the page.
"""

from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.cli import main
from kickcue.core.events import Ack, Cue, CueKind, Notification, Phase, PhaseChange
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import SimulatedRace, simulate
from kickcue.recording import Recording, read
from kickcue.standalone.race_setup import course_of
from tests.page.air import Air
from tests.standalone.phone import BELL, Phone
from tests.standalone.played import played

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

INDOOR: Final = {"race": "400m", "indoor": True, "language": "en"}
SAME_S: Final = 2.0
"""Of the race, by which the same one may differ: taps take a real page's time."""


def raced(document: dict[str, Any], seed: int = 0) -> SimulatedRace:
    return simulate(course_of(document), SCENARIOS["button"], seed)


def verified(path: Path) -> Recording:
    """Return a recording that a computer accepts, and whose outputs it comes to by itself."""
    assert 0 == main(["verify", str(path)])
    return read(path)


def bell(recording: Recording) -> Cue:
    (found,) = (e for e in recording.outputs if isinstance(e, Cue) and e.kind is CueKind.LAST_LAP)
    return found


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
    print([e for e in recording.outputs if isinstance(e, Cue)], phone.felt)
