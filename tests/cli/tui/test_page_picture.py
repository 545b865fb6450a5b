"""How a phone comes to the page: its QR code, whole or not at all, in the lines that there are."""

import io

import pytest
from rich.console import Console
from rich.screen import Screen

from kickcue.cli.format.page_links import links, qr_of
from kickcue.cli.tui.page_picture import BACK, NO_PAGE, PagePicture
from kickcue.edges.web.race_page import RacePage
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import WebCounters


def page(host: str, *, secure: bool = False, name: str | None = None) -> RacePage:
    return RacePage(8017, (host, "localhost"), secure, RaceTokens(), WebCounters(), name)


PAGES = {
    "plain": page("192.0.2.7"),
    "encrypted": page("192.168.100.200", secure=True),
    "named": page("192.0.2.7", secure=True, name="kickcue-anna.local"),
    "IPv6": page("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", secure=True),
}


def drawn(shown: RacePage | None, columns: int, lines: int) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, height=lines, color_system=None)
    with console.capture() as captured:
        console.print(Screen(PagePicture(shown)), end="")
    return captured.get().rstrip().splitlines()


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("lines", [12, 20, 24, 25, 26, 30, 50])
@pytest.mark.parametrize("columns", [30, 80, 120])
def test_the_code_is_whole_or_not_there(kind: str, columns: int, lines: int) -> None:
    """GIVEN a terminal of whatever size THEN not a line of the code is cut, and where there is no
    room for it the links stand there; how to come back is in the last line.
    """
    shown = PAGES[kind]
    code = qr_of(shown, Role.ATHLETE)
    found = drawn(shown, columns, lines)
    assert len(found) <= lines
    assert BACK == found[-1].rstrip()
    text = "\n".join(line.rstrip() for line in found)
    if len(code) < lines and len(code[0]) <= columns:
        assert "\n".join(code) in text
    else:
        assert "█" not in text
        assert found[0].startswith(next(links(shown))[: columns - 1])


@pytest.mark.parametrize("kind", PAGES)
def test_a_plain_terminal_has_room(kind: str) -> None:
    """GIVEN 80 columns by 24 lines THEN the code is there, and the runner's link above it."""
    found = drawn(PAGES[kind], 80, 24)
    assert "█" in "".join(found)
    if kind != "IPv6":
        assert PAGES[kind].link(Role.ATHLETE) in "\n".join(found)


def test_a_run_without_a_page() -> None:
    """GIVEN no page THEN that is said."""
    assert NO_PAGE == drawn(None, 120, 24)[0].rstrip()
