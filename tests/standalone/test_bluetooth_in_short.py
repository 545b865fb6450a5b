"""The quick one of test_bluetooth_race.py: the same page, worker and files, and the core in the
Python of the test.
"""

import json
from pathlib import Path
from typing import Final

import pytest

from kickcue.standalone.after_race import as_mcap
from kickcue.standalone.app_files import app_files
from kickcue.standalone.browser import BrowserRace
from tests.page.air import Air
from tests.standalone.conftest import WORKER, Hosted, a_phone
from tests.standalone.phone import HERE, IN_WORKER
from tests.standalone.played import shipped
from tests.standalone.raced import BELL, bells, raced, verified

pytestmark = pytest.mark.chromium

INDOOR: Final = {"race": "400m", "indoor": True, "language": "en"}
TO_THE_BELL: Final = 100
"""Events until some seconds after it."""


class OwnPython:
    """What the worker asks Pyodide for."""

    def __init__(self, folder: Path) -> None:
        self._race = BrowserRace(shipped())
        self._path = folder / "asked.mcap"

    def __call__(self, path: str, body: bytes) -> bytes:
        given = json.loads(body)
        if path == "/python/as_mcap":
            as_mcap(given[0], str(self._path))
            return self._path.read_bytes()
        if path == "/python/take":
            return self._race.take(*given).encode()
        return self._race.sensor(*given).encode()


def written(folder: Path) -> Path:
    """Write the app, the test's Python in it."""
    pyodide = {"pyodide.mjs": (HERE / "pyodide_by_host.js").read_bytes()}
    for name, data in app_files(pyodide).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


async def test_a_race_by_web_bluetooth(world: Air, air: Air, tmp_path: Path) -> None:
    """GIVEN strap and pod connected on the page, which is the watch WHEN a race is started by a
    tap, lapped and finished THEN the bell is felt once, and a computer verifies the recording.
    """
    sensors = {"strap": air.strap(), "pod": air.pod()}
    app = written(tmp_path / "app")
    texts = {WORKER: IN_WORKER + (app / WORKER[1:]).read_text()}
    hosted = Hosted(app, texts, OwnPython(tmp_path))
    async with a_phone(hosted, world, tmp_path) as phone:
        await phone.open(INDOOR)
        await phone.connect(*sensors.values())
        await phone.wear()
        await phone.play(raced(INDOOR).inputs[:TO_THE_BELL], sensors)
        await phone.finish()
        await phone.save(tmp_path / "race.mcap")
    assert 1 == len(bells(verified(tmp_path / "race.mcap")))
    assert 1 == [each.pattern for each in phone.felt].count(BELL)
