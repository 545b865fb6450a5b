import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kickcue.cli import main, unit as command
from tests.conftest import absent, find_program

MOST_EXPOSED = 20  # tenths, as systemd-analyze wants its threshold
USER = "daemon"  # every Unix has it
INSTALLED = Path("/opt/kickcue/bin/python3")

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return how kickcue is installed below another folder; it begins in /opt/kickcue."""

    def install(folder: str) -> None:
        monkeypatch.setattr(sys, "executable", f"{folder}/bin/python3")
        monkeypatch.setattr(sys, "prefix", folder)
        monkeypatch.setattr(sys, "base_prefix", "/usr")
        monkeypatch.setattr(
            command, "__file__", f"{folder}/lib/python3.11/site-packages/kickcue/cli/unit.py"
        )

    install("/opt/kickcue")
    return install


@pytest.fixture
def analyze() -> str:
    """Return systemd's own checker of units."""
    return str(
        find_program("systemd-analyze") or absent("systemd-analyze", "apt-get install systemd")
    )


def settings(text: str) -> dict[str, list[str]]:
    """Return the values of each setting of a unit."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[str]]:
    assert main(["unit", *arguments]) == 0
    return settings(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["unit", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def test_the_unit_has_this_machine_s_paths(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN kickcue in /opt WHEN its unit is printed THEN it runs this Python, the system's race
    file, and whom it was told.
    """
    found = printed(capsys, "--user", USER)
    assert found["ExecStart"] == [
        f"{INSTALLED} -I -X faulthandler -m kickcue run --headless /etc/kickcue/race.toml"
    ]
    assert found["User"] == [USER]
    assert "ReadWritePaths" not in found


def test_a_unit_of_one_s_own(
    installed: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN kickcue and race file in a home, spaces and all, WHEN asked through sudo THEN that user
    runs it from there.
    """
    installed("/home/maria/.local/share/pipx/venvs/kickcue")
    monkeypatch.setenv("SUDO_USER", USER)
    found = printed(capsys, "/home/maria/my races/race.toml")
    assert found["ExecStart"][0].endswith(' run --headless "/home/maria/my races/race.toml"')
    assert found["User"] == [USER]


def test_a_place_for_recordings_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file that keeps recordings on a stick WHEN its unit is printed THEN the stick
    may be written to, and may be missing.
    """
    race = tmp_path / "race.toml"
    race.write_text('race = "5000m"\nstate_dir = "/media/my stick/kickcue"\n')
    monkeypatch.setattr(command, "HIDDEN", ())
    assert printed(capsys, str(race), "--user", USER)["ReadWritePaths"] == [
        '"-/media/my stick/kickcue"'
    ]
    race.write_text('race = "5000m"\nstate_dir = "/var/lib/kickcue"\n')
    assert "ReadWritePaths" not in printed(capsys, str(race), "--user", USER)


def test_a_wrong_race_file_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file with a mistake WHEN a unit is made for it THEN the mistake is told now, not
    at the start of a race.
    """
    monkeypatch.setattr(command, "HIDDEN", ())
    race = tmp_path / "race.toml"
    race.write_text('race = "5000m"\nlap = 400\n')
    line = refused(capsys, str(race), "--user", USER)
    assert str(race) in line
    assert "lap" in line


@pytest.mark.parametrize("folder", ["/tmp/x", "/var/tmp/x", "/run/user/1000/venv"])
def test_a_temporary_place_is_refused(
    folder: str, installed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN kickcue, or the race file, where a service sees nothing THEN one line says so and names
    a better place.
    """
    assert "a temporary folder that a service cannot see" in refused(
        capsys, f"{folder}/race.toml", "--user", USER
    )
    installed(folder)
    line = refused(capsys, "--user", USER)
    assert folder in line
    assert "/opt/kickcue" in line


def test_a_path_that_a_unit_would_misread_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a path with a sign that means something in a unit
    THEN it is refused, not written down.
    """
    for sign in ("%", "$", '"', "\\", "\n", ";"):
        assert "expected a path of letters" in refused(
            capsys, f"/srv/race{sign}.toml", "--user", USER
        )


def test_root_and_nobody_known_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no user to run as that could be THEN one line asks for another."""
    assert "--user NAME" in refused(capsys, "--user", pwd.getpwuid(0).pw_name)
    assert "no such user" in refused(capsys, "--user", "kickcue-is-not-here")
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert "--user NAME" in refused(capsys)


def test_the_unit_lets_a_race_survive(capsys: pytest.CaptureFixture[str]) -> None:
    """What docs/service.md promises of restarts, the watchdog and the end stands in the unit."""
    found = printed(capsys, "--user", USER)
    expected = {
        "Type": "notify",
        "Restart": "always",
        "StartLimitIntervalSec": "0",
        "RestartPreventExitStatus": "2",
        "WatchdogSec": "10",
        "KillMode": "mixed",
        "StateDirectory": "kickcue",
        "LoadCredential": "broker-password",
    }
    assert expected == {key: found[key][0] for key in expected}
    assert all("network" not in value for value in found["After"] + found["Wants"])


def test_systemd_takes_the_unit(
    tmp_path: Path,
    analyze: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN the printed unit WHEN systemd checks it THEN it has no objection, and finds little that
    is exposed.
    """
    # What is started has to be there to be checked.
    monkeypatch.setattr(sys, "executable", "/bin/sh")
    assert main(["unit", "--user", USER]) == 0
    path = tmp_path / "kickcue.service"
    path.write_text(capsys.readouterr().out)
    for check in (
        ["verify", "--man=no"],
        ["security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager"],
    ):
        done = subprocess.run([analyze, *check, path], capture_output=True, text=True, check=False)
        ours = [line for line in done.stderr.splitlines() if "kickcue.service" in line]
        assert (0, []) == (done.returncode, ours), done.stdout
