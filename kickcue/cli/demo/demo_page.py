"""The demo's page: whoever opens it sees the race, and with ARM is a second watch."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from kickcue.core.errors import KickcueError
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.race_page import Place, RacePage, race_page
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, site_files


@asynccontextmanager
async def demo_page(broker: Address, topics: Topics) -> AsyncIterator[RacePage | None]:
    """Serve it meanwhile; None where it cannot be had: the demo goes on without."""
    site = WebSite(site_files(), RaceTokens(), lambda: Route(broker, topics))
    async with AsyncExitStack() as stack:
        page = None
        with suppress(KickcueError):
            page = await stack.enter_async_context(race_page(site, Place()))
        yield page


def invitation(page: RacePage) -> str:
    """Return the line that names the runner's link."""
    return f"Be the watch, in a browser: {page.link(Role.ATHLETE)}"
