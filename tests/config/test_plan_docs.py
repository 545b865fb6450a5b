"""What docs/plans.md shows is so."""

import re
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import main
from kickcue.config.plan_files import parse_plan, shipped_plans

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "plans.md").read_text("utf-8")
FENCED: Final[list[tuple[str, str]]] = re.findall(
    r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)
EXAMPLE: Final = next(text for language, text in FENCED if language == "toml")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder, with no plans of one's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def _printed(command: str) -> str:
    """Return what the page says that a command prints."""
    shown = next(text for _, text in FENCED if text.startswith(f"$ {command}\n"))
    return shown.partition("\n")[2]


def test_the_example_is_a_plan() -> None:
    """The plan that a reader is shown can be run: 5 x 400 m and the last lap."""
    assert 12 == len(parse_plan(EXAMPLE, "docs", "tuesday").plan().legs())


def test_every_shipped_plan_is_in_the_table() -> None:
    """The table names each plan that comes with kickcue, and no other."""
    table = PAGE.partition("## What comes with kickcue")[2].partition("\n## ")[0]
    assert sorted(shipped_plans()) == sorted(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE))


def test_show_draws_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """The drawing of the page is that of the command."""
    assert main(["plan", "show", "two-hundreds"]) == 0
    assert _printed("kickcue plan show two-hundreds") == capsys.readouterr().out


def test_check_says_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN the example with a key that is none THEN the message is that of the page."""
    Path("tuesday.toml").write_text(EXAMPLE.replace('rest = "1:30"', "rest_s = 90"), "utf-8")
    assert main(["plan", "check", "tuesday.toml"]) == 2
    assert _printed("kickcue plan check tuesday.toml") == capsys.readouterr().err
