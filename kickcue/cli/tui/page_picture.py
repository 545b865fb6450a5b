"""How a phone comes to the page: the QR code of the runner's link, and the other links."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

from kickcue.cli.format.page_links import links, qr_of
from kickcue.edges.web.race_page import RacePage
from kickcue.edges.web.roles import Role

NO_PAGE = "This run has no page: see [page] in docs/configuration.md, or the notes of the race."
BACK = "any key: back to the race"


@dataclass(frozen=True, slots=True)
class PagePicture:
    """Draws the code of the runner's link; without the room for it the links alone."""

    page: RacePage | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or console.height
        lines = [NO_PAGE] if self.page is None else list(links(self.page))
        code = () if self.page is None else qr_of(self.page, Role.ATHLETE)
        if code and len(code) + len(lines) + 2 <= height and len(code[0]) <= width:
            lines += ["", *code]
        for line in lines[: height - 2]:
            yield Text(line, no_wrap=True, overflow="ellipsis", end="")
            yield Segment.line()
        yield Text(BACK, style="dim", no_wrap=True, overflow="ellipsis", end="")
