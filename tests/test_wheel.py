import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kickcue import __version__

REPO = Path(__file__).resolve().parent.parent

USE_A_PROFILE = """
import json, kickcue, kickcue.config.profile_files as files
from kickcue.cli import main
profile = files.load_profile("stryd")
status = main(["course", "mile"])
found = {"from": [kickcue.__file__, files.__file__], "id": profile.id}
print(json.dumps({**found, "ids": sorted(files.load_profiles()), "status": status}))
"""


def _run(*command: str | Path, cwd: Path = REPO, **env: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the tools that are there, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def used(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Install the wheel into a folder of its own, use it from somewhere else, and return what was
    seen and where.
    """
    site, elsewhere = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    _run(*pip, "install", "--no-index", "--no-deps", "--target", site, wheel)
    out = _run(sys.executable, "-c", USE_A_PROFILE, cwd=elsewhere, PYTHONPATH=str(site))
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return {**found, "site": site}


def test_wheel_holds_every_profile_and_plan_the_types_marker_and_the_licence(wheel: Path) -> None:
    """GIVEN the built wheel THEN each profile and plan of the checkout is inside it, all that
    report pages are made of, the marker for type checkers, the licences, and no test.
    """
    names = set(zipfile.ZipFile(wheel).namelist())
    profiles = {
        f"kickcue/{path.relative_to(REPO).as_posix()}"
        for path in (REPO / "firmware_profiles").rglob("*.toml")
    }
    plans = {
        path.relative_to(REPO).as_posix() for path in (REPO / "kickcue" / "plans").glob("*.toml")
    }
    assets = {
        path.relative_to(REPO).as_posix()
        for path in (REPO / "kickcue" / "report" / "assets").iterdir()
    }
    licences = f"kickcue-{__version__}.dist-info/licenses"
    assert profiles
    assert plans
    assert assets
    assert set() == (profiles | plans | assets) - names
    assert {
        "kickcue/py.typed",
        f"{licences}/LICENSE",
        f"{licences}/kickcue/report/assets/uPlot-LICENSE.txt",
    } <= names
    assert [] == [name for name in names if name.startswith("tests/")]


def test_installed_wheel_uses_its_own_profile(used: dict[str, Any]) -> None:
    """GIVEN the wheel installed elsewhere WHEN a profile is loaded from another folder THEN it
    works, by the wheel's code alone.
    """
    assert [True, True] == [Path(place).is_relative_to(used["site"]) for place in used["from"]]
    assert ("stryd", 0) == (used["id"], used["status"])


def test_installed_wheel_knows_every_sensor_of_the_checkout(used: dict[str, Any]) -> None:
    """The profiles inside the wheel are those of the checkout, none lost on the way."""
    expected = sorted(path.stem for path in (REPO / "firmware_profiles" / "sensors").glob("*.toml"))
    assert expected == used["ids"]
