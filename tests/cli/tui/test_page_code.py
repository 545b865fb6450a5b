"""The race screen's code for phones: read by a camera off a terminal, and where it has no room the
links alone.
"""

import io
from collections.abc import Sequence

import pytest
import segno
from rich.console import Console

from kickcue.cli.format.page_links import links, qr_of
from kickcue.cli.tui.page_picture import BACK, NO_PAGE, PagePicture
from kickcue.edges.web.race_page import RacePage
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import WebCounters

PAGE = RacePage(8017, ("192.168.178.123", "localhost"), False, RaceTokens(), WebCounters())


def drawn(page: RacePage | None, width: int, height: int) -> list[str]:
    """Return the lines that a terminal of this size shows."""
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    console.print(PagePicture(page), height=height, end="")
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def modules(lines: Sequence[str]) -> list[list[bool]]:
    """Return the dark modules of a code in half blocks, light ones being drawn."""
    return [[letter not in light for letter in line] for line in lines for light in ("█▀", "█▄")]


def test_a_usual_terminal_shows_the_code_and_all_links() -> None:
    """GIVEN 80 columns and 24 lines THEN code, links and the way back are whole."""
    shown = drawn(PAGE, 80, 24)
    code = qr_of(PAGE, Role.ATHLETE)
    assert [*links(PAGE), "", *(line.rstrip() for line in code), BACK] == shown
    assert len(shown) <= 24
    assert max(map(len, shown)) <= 80


@pytest.mark.parametrize("role", Role)
def test_the_code_is_that_of_the_link(role: Role) -> None:
    """GIVEN a link THEN the blocks are the modules of its QR code, with a margin all around."""
    wanted = [
        [bool(module) for module in row]
        for row in segno.make(PAGE.link(role), error="l", micro=False).matrix_iter(border=2)
    ]
    found = modules(qr_of(PAGE, role))
    assert wanted == found[: len(wanted)]
    assert not any(any(row) for row in (found[0], found[1], *found[len(wanted) :]))


@pytest.mark.parametrize(("width", "height"), [(80, 15), (30, 24), (20, 4)])
def test_where_there_is_no_room_the_links_are_shown(width: int, height: int) -> None:
    """GIVEN a terminal too small for the code THEN no half of one is shown, and the way back is."""
    shown = drawn(PAGE, width, height)
    assert not any("█" in line for line in shown)
    assert len(shown) <= height
    assert shown[-1].startswith(BACK[:10])


def test_a_run_without_a_page_says_so() -> None:
    """GIVEN no page THEN the key says where it is set."""
    assert [NO_PAGE, BACK] == drawn(None, 100, 24)
