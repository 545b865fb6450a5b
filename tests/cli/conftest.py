"""The bed of the fake BlueZ for the commands that use Bluetooth, and a home where they find and
leave nothing of the user's.
"""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.cli.tui.terminals import CUES_WORTH_A_MINUTE

if sys.platform == "linux":
    from tests.cli.tui.bed import bluez, bus, track

    __all__ = ["bluez", "bus", "home", "track"]
else:  # BlueZ is Linux's, and bleak brings dbus-fast there alone
    collect_ignore = [
        f"test_{name}.py" for name in ("bridge", "doctor", "pair", "record", "run", "scan")
    ]


@pytest.fixture
def cues_worth_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have cues of this process be felt also where they are late, as on a busy machine."""
    for place, value in CUES_WORTH_A_MINUTE.items():
        module, _, name = place.rpartition(".")
        monkeypatch.setattr(import_module(module), name, value)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to start commands in; the user's own files and brokers are out of
    reach.
    """
    for variable, name in (
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    folder = tmp_path / "here"
    folder.mkdir()
    return folder
