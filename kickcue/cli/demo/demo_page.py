"""The demo's page: whoever opens it sees the race, and with ARM is a second watch."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from kickcue.cli.end_requests import end_requests
from kickcue.core.errors import KickcueError
from kickcue.daemon.web_report import report_of
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.race_page import Place, RacePage, race_page
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, site_files

if TYPE_CHECKING:
    from pathlib import Path


class DemoReport:
    """Gives the report of what was played, once it is recorded."""

    def __init__(self) -> None:
        self.recording: Path | None = None

    async def __call__(self) -> bytes | None:
        """Return the page; None while the demo plays."""
        return None if self.recording is None else await report_of(self.recording)


@asynccontextmanager
async def demo_page(
    broker: Address, topics: Topics, delivery: Delivery, report: DemoReport
) -> AsyncIterator[RacePage | None]:
    """Serve it meanwhile; None where it cannot be had: the demo goes on without."""
    route = Route(broker, topics)
    site = WebSite(site_files(), RaceTokens(), lambda: route, report, delivery.greet)
    async with AsyncExitStack() as stack:
        page = None
        with suppress(KickcueError):
            page = await stack.enter_async_context(race_page(site, Place()))
        yield page


def invitation(page: RacePage) -> str:
    """Return the line that names the runner's link."""
    return f"Be the watch, in a browser: {page.link(Role.ATHLETE)}"


async def stay_for(page: RacePage | None) -> None:
    """Keep the page, with its report, for the browsers that look on; in a terminal alone."""
    if page is None or not page.counters.pages or not sys.stdout.isatty():
        return
    print(
        "A browser looks on: its page stays, with the report, until you press Ctrl-C.", flush=True
    )
    with end_requests() as requested:
        await requested.wait()
