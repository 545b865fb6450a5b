"""One profile of the user's that is not valid stops nothing that has no need of it: it is named
once and skipped unless asked for.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.config.profile_files import SENSORS, load_profile, load_profiles
from kickcue.config.settings import load_settings
from kickcue.config.watch_files import WATCHES, load_watch, load_watches
from kickcue.core.errors import UsageError

STRYD = (SENSORS.shipped_folder / "stryd.toml").read_text()
WEB = (WATCHES.shipped_folder / "web" / "profile.toml").read_text()


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the user's own profiles, in a process that has warned of none yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("kickcue.config.profile_overrides._named", set())
    folder = tmp_path / "config" / "kickcue" / "firmware_profiles"
    (folder / "sensors").mkdir(parents=True)
    (folder / "watches" / "mine").mkdir(parents=True)
    return folder


def _valid_but(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


BAD: dict[str, Callable[[Path], object]] = {
    "not TOML": lambda path: path.write_text("[profile\n"),
    "empty": lambda path: path.touch(),
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
    "a bomb": lambda path: path.write_text("x = " + "[" * 10_000),
    "an unknown key": lambda path: path.write_text('schema = 1\ncolour = "red"\n'),
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "another id": lambda path: path.write_text(STRYD),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_sensor_is_named_once_and_skipped(
    what: str, own: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """GIVEN a file that is no profile WHEN others are read, again and again THEN they are, and one
    warning names that file.
    """
    path = own / "sensors" / "mine.toml"
    BAD[what](path)
    race = tmp_path / "race.toml"
    race.write_text('race = "5000m"\n[sensors.pod]\nprofile = "stryd"\nname = "Stryd"\n')
    assert load_settings(race, environ={}).document().engine_config().sensors[
        "pod"
    ] == load_profile("stryd")
    assert "mine" not in load_profiles()
    assert "polar-h10" in load_profiles()
    assert [True] == [
        str(path) in record.getMessage() and "skipped" in record.getMessage()
        for record in caplog.records
    ]
    with pytest.raises(UsageError, match=rf"^{path}(, line \d+(, column \d+)?)?: "):
        load_profile("mine")


@pytest.mark.parametrize("what", BAD)
def test_a_bad_watch_is_named_once_and_skipped(
    what: str, own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Watches go by the same rule."""
    path = own / "watches" / "mine" / "profile.toml"
    BAD[what](path)
    assert "infinitime" == load_watch("infinitime").id
    assert "mine" not in load_watches()
    assert [True] == [str(path) in record.getMessage() for record in caplog.records]
    with pytest.raises(UsageError, match=rf"^{path}(, line \d+(, column \d+)?)?: "):
        load_watch("mine")


def test_one_that_should_stand_for_a_shipped_one(own: Path) -> None:
    """GIVEN a bad file that says which it replaces WHEN that is asked for THEN the error comes: the
    shipped one was not wanted.
    """
    own_text = _valid_but(STRYD, 'id = "stryd"', 'id = "mine"\nreplaces = "stryd"\ncolour = "red"')
    (own / "sensors" / "mine.toml").write_text(own_text)
    for asked in ("mine", "stryd"):
        with pytest.raises(UsageError, match=r"mine\.toml, line 7: profile\.colour: unknown key"):
            load_profile(asked)
    assert "polar-h10" == load_profile("polar-h10").id


def test_two_that_are_good_stay_beside_one_that_is_not(own: Path) -> None:
    """Only the bad one is skipped."""
    (own / "sensors" / "bad.toml").write_text("x")
    (own / "sensors" / "mine.toml").write_text(_valid_but(STRYD, 'id = "stryd"', 'id = "mine"'))
    (own / "watches" / "mine" / "profile.toml").write_text(
        _valid_but(WEB, 'id = "web"', 'id = "mine"')
    )
    assert "mine" in load_profiles()
    assert "mine" in load_watches()


@pytest.mark.parametrize(
    "words",
    [
        ["profiles", "list"],
        ["profiles", "show", "polar-h10"],
        ["decode", "2a37", "0048", "--profile", "polar-h10"],
    ],
    ids=" ".join,
)
def test_commands_go_on_and_name_it(
    words: list[str], own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that has no need of it does its work, and says in one line on standard error what
    was skipped.
    """
    (own / "sensors" / "mine.toml").write_text("x")
    assert main(words) == 0
    assert 1 == capsys.readouterr().err.count("mine.toml, line 1, column 2: not TOML: ")
    assert main(["profiles", "show", "mine"]) == 2
    assert capsys.readouterr().err.startswith(f"kickcue: {own / 'sensors' / 'mine.toml'}, line 1")
