"""A user without a home folder: a service, a container, a number without a name."""

from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.config.paths import config_folder, default_state_folder, find_race_file, known_home
from kickcue.core.errors import UsageError

FOLDERS = (
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "STATE_DIRECTORY",
    "KICKCUE_STATE_DIR",
)


@pytest.fixture(autouse=True)
def homeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be nobody that the machine knows, in an empty folder."""

    def unknown(_: int) -> None:
        raise KeyError("getpwuid(): uid not found")

    for variable in FOLDERS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr("kickcue.config.paths.SYSTEM_FOLDER", tmp_path / "etc")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("cues_worth_a_minute")
@pytest.mark.parametrize(
    "words",
    [
        ["decode", "2a37", "0048"],
        ["profiles", "list"],
        ["profiles", "show", "stryd"],
        ["plan", "list"],
        ["plan", "show", "strides"],
        ["course", "5000m"],
        ["simulate", "--race", "800m", "--out", "race.jsonl"],
        ["demo", "--rate", "1000", "--out", "demo.mcap", "--json"],
        ["init", "--race", "5000m", "--yes"],
    ],
    ids=lambda words: words[0],
)
def test_what_needs_no_home_works_without_one(
    words: list[str],
    homeless: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """WHEN a command keeps nothing, or is told where to keep it THEN it does its work."""
    if words[0] == "demo":  # its broker needs a folder that is closed to others
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(homeless))
    assert main(words) == 0
    assert "" == capsys.readouterr().err


def test_recordings_are_read_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN a recording is looked at and replayed THEN no home is missed."""
    assert main(["simulate", "--race", "800m", "--out", "race.jsonl"]) == 0
    for command in ("info", "replay"):
        assert main([command, "race.jsonl"]) == 0
    assert "" == capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["demo"], ["demo", "--out", "d.mcap"], ["calibrate", "show"], ["watch"]], ids=" ".join
)
def test_what_needs_one_says_so(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN a command has to keep something, and nobody says where
    THEN one line says what to set.
    """
    assert main(words) == 2
    error = capsys.readouterr().err
    assert "this user has no home" in error
    assert 1 == error.count("\n")


def test_the_race_file_of_the_system_is_found(homeless: Path) -> None:
    """A service's user has none of its own, and /etc's is there for it."""
    (homeless / "etc").mkdir()
    (homeless / "etc" / "race.toml").touch()
    assert homeless / "etc" / "race.toml" == find_race_file({})
    (homeless / "race.toml").touch()
    assert Path("race.toml") == find_race_file({})


@pytest.mark.parametrize("told", ["", "relative", "~"])
def test_a_home_that_is_none(told: str) -> None:
    """GIVEN HOME that is empty or no whole path THEN it is no home: neither / nor the current
    folder is taken for one.
    """
    assert known_home({"HOME": told}) is None
    assert config_folder({"HOME": told}) is None
    with pytest.raises(UsageError, match="no home folder"):
        default_state_folder({"HOME": told, "XDG_STATE_HOME": told})


def test_what_the_standard_says_counts_before_a_home() -> None:
    """XDG's folders and systemd's are enough."""
    assert Path("/x/kickcue") == config_folder({"XDG_CONFIG_HOME": "/x"})
    assert Path("/s/kickcue") == default_state_folder({"XDG_STATE_HOME": "/s"})
    assert Path("/var/lib/kickcue") == default_state_folder({"STATE_DIRECTORY": "/var/lib/kickcue"})
