"""Programs for the ear: the real ones where they are installed, and small scripts in their place
where a fault is wanted.
"""

import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.conftest import absent
from tests.patience import PATIENCE_S

LOG = "played"


def is_running(pid: Path) -> bool:
    """Tell whether the process whose id stands in a file is there; one that has ended and was not
    waited for is not.
    """
    number = int(pid.read_text())
    try:
        os.kill(number, 0)
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it ends just now, or this is no Linux
        return not Path("/proc/self").exists()
    return state not in "ZX"


class Programs:
    """A folder that is all of the PATH; what a script in it is asked to do stands in ``log``, a
    line each time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / LOG
        self.log.touch()

    def script(self, name: str, does: str = "exit 0") -> None:
        """Put a script there: it writes its name and its options down, then does ``does``."""
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.log}\n{does}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def real(self, name: str, cure: str) -> None:
        """Put the real program there; skip the test where there is none."""
        found = shutil.which(name, path=os.defpath)
        if found is None:
            absent(name, cure)
        (self.folder / name).symlink_to(found)

    def calls(self, name: str) -> list[str]:
        """Return the options of each call of a script, its last one without its folder."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [
            " ".join([*words[1:-1], *(Path(word).name for word in words[1:][-1:])])
            for words in lines
            if words[0] == name
        ]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Return an empty PATH to fill, and patience for what is started from it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("kickcue.edges.audio.playback.PATIENCE_S", PATIENCE_S)
    return Programs(folder)
