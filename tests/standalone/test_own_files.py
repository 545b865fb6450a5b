"""A runner's own plans, languages and profiles go along into the app, and a computer verifies."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.cli import main
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import load_settings
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.errors import UsageError
from kickcue.standalone.app_files import app_files
from kickcue.standalone.catalogue import catalogue
from kickcue.standalone.own_files import OwnThings, own_things
from kickcue.standalone.profile_match import profile_of
from kickcue.standalone.race_setup import Catalogue
from kickcue.standalone.race_toml import from_toml, to_toml
from kickcue.workouts.plan_source import any_session

PLAN: Final = (
    'title = "My hills"\n[[steps]]\nrepeat = 3\nsteps = [{run = "120m"}, {rest = "60s"}]\n'
)
RACE_PLAN: Final = '[[steps]]\nrun = "5000m"\n'
SENSOR_FILES: Final = Path("firmware_profiles/sensors")


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a user's folder with a plan, a language, and a profile in place of a shipped one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "kickcue"
    for each in ("plans", "phrases", "firmware_profiles/sensors"):
        (folder / each).mkdir(parents=True)
    (folder / "plans" / "hills.toml").write_text(PLAN)
    german = Path("kickcue/phrases/de.toml").read_text(encoding="utf-8")
    berlin = german.replace('[ready]\ntext = "Bereit"', '[ready]\ntext = "Na denn"')
    assert berlin != german
    (folder / "phrases" / "berlin.toml").write_text(berlin, encoding="utf-8")
    stryd = (SENSOR_FILES / "stryd.toml").read_text(encoding="utf-8")
    (folder / "firmware_profiles" / "sensors" / "my-stryd.toml").write_text(
        stryd.replace('id = "stryd"', 'id = "my-stryd"\nreplaces = "stryd"')
    )
    return folder


def in_app(own: OwnThings) -> Catalogue:
    return Catalogue.of(json.loads(json.dumps(catalogue(own))))


def test_the_same_race_here_and_there(own_folder: Path) -> None:
    """GIVEN own things in the user's folder WHEN all of them go along THEN the app sets up a race
    of them whose engine a computer builds alike, and the race file of it is read by both.
    """
    app = in_app(own_things(whole_folder=True))
    wanted = {
        "race": "5000m",
        "language": "berlin",
        "sensors": {"pod": {"profile": "my-stryd"}},
        "plan": app.plans["hills"]["document"],
    }
    document = app.with_sensors(wanted)
    config = app.engine_config(document)
    assert "Na denn" == config.vocabulary[PhraseKey.READY].text
    assert RaceDocument.parse(document, "the app").engine_config() == config
    assert () == RaceDocument.parse(document, "the app").changed_profiles()
    assert "de" == app.spoken(document)
    assert (wanted, ()) == from_toml(to_toml(wanted), app)
    path = own_folder / "race.toml"
    path.write_text(to_toml(wanted))
    assert wanted == load_settings(path, environ={}).document(any_session).as_json()


def test_a_profile_in_place_of_a_shipped_one(own_folder: Path) -> None:
    """GIVEN an own profile that replaces a shipped one WHEN it goes along THEN the app means it by
    both ids, and its device is read by it.
    """
    app = in_app(own_things(profiles=["my-stryd"]))
    assert own_folder.is_dir()
    assert app.profiles["stryd"] == app.profiles["my-stryd"]
    pod = {"name": "Stryd", "services": ["1814"]}
    assert "my-stryd" == profile_of(app, "pod", pod)


def test_by_the_path_of_a_file(own_folder: Path) -> None:
    """GIVEN files anywhere WHEN they are named by their paths THEN they go along, the language
    under what a race file says.
    """
    language = str(own_folder / "phrases" / "berlin.toml")
    own = own_things([str(own_folder / "plans" / "hills.toml")], [language])
    assert [("plan", "hills"), ("language", language)] == list(own)
    document = {"race": "5000m", "language": language}
    app = in_app(own)
    there = RaceDocument.parse(document, "the app").engine_config()
    assert there.vocabulary == app.engine_config(document).vocabulary


def test_nothing_goes_along_unasked(own_folder: Path) -> None:
    """GIVEN own things WHEN nobody asks for them THEN the app has what kickcue ships, alone."""
    (own_folder / "plans" / "strides.toml").write_text(PLAN)
    assert catalogue() == catalogue(own_things())
    assert "hills" not in catalogue()["plans"]
    assert "My hills" != catalogue()["plans"]["strides"]["document"]["title"]
    assert "my-stryd" not in catalogue()["profiles"]


def test_the_plan_of_a_race_stays(own_folder: Path) -> None:
    """GIVEN a plan that is a race WHEN the folder goes along THEN it is passed over; asked for by
    its name it is refused, as a race is set up by its event.
    """
    (own_folder / "plans" / "big-day.toml").write_text(RACE_PLAN)
    assert ("plan", "big-day") not in list(own_things(whole_folder=True))
    with pytest.raises(UsageError, match="choose its event"):
        own_things(["big-day"])


@pytest.mark.parametrize(
    ("kind", "name", "word"),
    [
        ("plans", "nothing", "no plan 'nothing'"),
        ("plans", "broken", "broken.toml"),
        ("names", "nothing", "language: expected"),
        ("names", "de", "comes with kickcue"),
        ("profiles", "nothing", "sensor profile"),
        ("profiles", "polar-h10", "comes with kickcue"),
    ],
)
def test_what_cannot_go_along_is_named(own_folder: Path, kind: str, name: str, word: str) -> None:
    """GIVEN a name of nothing, or a file that is wrong WHEN it is to go along THEN it is named."""
    (own_folder / "plans" / "broken.toml").write_text("[[steps]]\nrun = -3\n")
    asked: dict[str, Any] = {kind: [name]}
    with pytest.raises(UsageError, match=word):
        own_things(**asked)


def test_the_command_says_what_went_along(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN own things WHEN the app is written with them THEN the command lists them, for they may
    come to lie on a host for everybody; without them it does not.
    """
    pyodide = {"pyodide.mjs": b"export const x = 1;"}
    monkeypatch.setattr("kickcue.standalone.pyodide_files.pyodide_files", lambda *_: pyodide)
    app = own_folder / "app"
    assert 0 == main(["export-app", str(app), "--own"])
    said = capsys.readouterr().out
    assert "plan hills, language berlin, profile my-stryd" in said
    found = json.loads((app / "python" / "catalogue.json").read_text())
    assert "berlin" in found["phrases"]
    assert "hills" in found["plans"]
    assert 0 == main(["export-app", str(app)])
    assert "Your own" not in capsys.readouterr().out
    assert (
        app_files(pyodide)["python/catalogue.json"]
        == (app / "python" / "catalogue.json").read_bytes()
    )
