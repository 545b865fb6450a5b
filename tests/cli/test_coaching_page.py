"""What ``docs/coaching.md`` says of kickcue is so."""

import re
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import COMMANDS
from kickcue.config.plan_files import shipped_plans
from kickcue.core.cueing.arbiter import SPACING_S
from kickcue.core.session.session_cues import silent_to_go_m, window_share
from kickcue.lab.historic_races import FAMOUS

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
PAGE: Final = (DOCS / "coaching.md").read_text(encoding="utf-8")
_SHRUNK: Final = re.compile(
    r"^\| (\d+) m(?: and more)? \| ([\d.]+) s \| the last (\d+) m \|$", re.MULTILINE
)


def test_how_spacing_and_silence_shrink() -> None:
    """The table is what the session's rule gives for those lengths."""
    rows = _SHRUNK.findall(PAGE)
    assert len(rows) == 4
    for metres, spacing, silence in rows:
        leg_m = float(metres)
        assert SPACING_S * window_share(leg_m) == pytest.approx(float(spacing))
        assert silent_to_go_m(leg_m) == pytest.approx(float(silence), abs=0.5)


def test_every_session_and_command_is_there() -> None:
    """Each command that the page names is one, and each plan or race it starts comes with
    kickcue.
    """
    named = set(re.findall(r"`kickcue\s+([a-z]+)", PAGE))
    assert named <= set(COMMANDS)
    run = set(re.findall(r"kickcue (?:run|plan show) ([a-z0-9-]+)", PAGE))
    assert {"strides", "two-hundreds", "simulated-finish"} <= run <= set(shipped_plans())
    assert set(re.findall(r"demo --race ([a-z0-9-]+)", PAGE)) <= set(FAMOUS)


def test_every_page_that_it_links_to_is_there() -> None:
    """No link of the page leads nowhere."""
    linked = re.findall(r"\]\(([\w-]+\.md)", PAGE)
    assert {"plans.md", "visualisation.md", "first-kick-session.md"} <= set(linked)
    assert all((DOCS / name).is_file() for name in linked)
