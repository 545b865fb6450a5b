"""The bed of the fake BlueZ for the commands that use Bluetooth, and a home where they find and leave nothing of the user's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.beds.fake_bluez import FakeBluez
from tests.beds.fixtures import bluez, bus
from tests.cli.live.track import Track, a_track

__all__ = ["bluez", "bus", "home", "track"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to start commands in; the user's own files and brokers are out of reach."""
    for variable, name in (("HOME", "home"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("XDG_RUNTIME_DIR", "runtime")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
async def track(bluez: FakeBluez) -> AsyncIterator[Track]:
    """Return a track with sensors that talk."""
    async with a_track(bluez) as there:
        yield there
