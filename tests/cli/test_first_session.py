"""``docs/first-kick-session.md`` can be followed: its commands are typed as they stand there, one
after the other in one folder, but for those that need sensors, a person or a certain day.
"""

import re
import shlex
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import COMMANDS, main
from kickcue.edges.mqtt.broker import WHEEL

REPO: Final = Path(__file__).resolve().parents[2]
PAGE: Final = REPO / "docs" / "first-kick-session.md"
_FENCED: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BY_HAND: Final = frozenset(
    {
        "kickcue watch",  # until Ctrl-C
        "kickcue pair",
        "kickcue doctor",
        "kickcue run strides",
        "kickcue replay ~/.local/state/kickcue/races/20261129T101500Z-5000m.mcap",
        "kickcue plan block --weeks 4 --race 2027-06-13",  # until that day
    }
)


def blocks(language: str) -> list[str]:
    """Return the page's fenced blocks of a language: none for commands, ``text`` for output."""
    page = PAGE.read_text(encoding="utf-8")
    return [block for found, block in _FENCED.findall(page) if found == language]


def commands() -> list[str]:
    """Return the commands of the page, in order."""
    return [line for block in blocks("") for line in block.splitlines()]


def test_every_command_is_one_of_kickcue() -> None:
    """Each line of the page's blocks is a command there is; those done by hand are all there."""
    found = commands()
    assert all(line.split()[0] == "kickcue" and line.split()[1] in COMMANDS for line in found)
    assert set(found) >= BY_HAND
    assert len(set(found) - BY_HAND) >= 9


@pytest.mark.usefixtures("cues_worth_a_minute")
@pytest.mark.skipif(
    not any(distributions(name=WHEEL)), reason=f"{WHEEL} is absent (pip install '.[embedded]')"
)
def test_the_page_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an empty folder and a user without files of his own WHEN the page's commands are typed
    in order THEN each succeeds, and the replay shows what the page shows. (Demos are played faster
    here, at 300 times the session's pace.)
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    printed = {}
    for line in commands():
        if line in BY_HAND:
            continue
        words = shlex.split(line)[1:]
        # A busy machine may not feel each cue of a session that is played so fast.
        rates = (["--rate", "300"], ["--rate", "30"]) if words[0] == "demo" else ([],)
        for rate in rates:
            status = main([*words, *rate])
            told = capsys.readouterr()
            if status == 0:
                break
        assert status == 0, f"{line}: {told.err}"
        printed[line] = told.out
    (shown,) = blocks("text")
    assert shown in printed["kickcue replay strides.mcap"]
    assert (tmp_path / "race.toml").is_file()


def test_the_session_is_found_from_the_first_page() -> None:
    """README links to the page, and so does the page on coaching."""
    for page in (REPO / "README.md", REPO / "docs" / "coaching.md"):
        assert "first-kick-session.md" in page.read_text(encoding="utf-8"), page.name
