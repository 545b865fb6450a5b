"""How a phone comes to the page: the QR code of the runner's link, and the other links."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

from kickcue.cli.format.page_links import links, qr_of
from kickcue.edges.web.race_page import RacePage
from kickcue.edges.web.roles import Role

RUNNERS = "The runner's page: {}"
NO_PAGE = "This run has no page: see [page] in docs/configuration.md, or the notes of the race."
BACK = "any key: back to the race"


@dataclass(frozen=True, slots=True)
class PagePicture:
    """Draws the code of the runner's link, and above it the links for which there is room."""

    page: RacePage | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, (options.height or console.height) - 1
        for line in self._lines(width, height)[:height]:
            yield Text(line, no_wrap=True, overflow="ellipsis", end="")
            yield Segment.line()
        yield Text(BACK, style="dim", no_wrap=True, overflow="ellipsis", end="")

    def _lines(self, width: int, height: int) -> list[str]:
        if self.page is None:
            return [NO_PAGE]
        every, code = list(links(self.page)), qr_of(self.page, Role.ATHLETE)
        if len(code[0]) <= width:
            for above in (every, [RUNNERS.format(self.page.link(Role.ATHLETE))], []):
                shown = [*above, *([""] if above else []), *code]
                if len(shown) <= height:
                    return shown
        return every
