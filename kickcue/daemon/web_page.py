"""The page of a run: who is let in, and through which broker; a race never waits for it."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from kickcue.config.page_record import PageRecord, page_record
from kickcue.config.settings import Settings
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import KickcueError, UsageError
from kickcue.daemon.cue_channel import CueChannel, named_broker
from kickcue.daemon.logging_setup import event as log_event
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.web_report import WebReport
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.race_page import Place, RacePage, race_page
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, site_files

LOG: Final = logging.getLogger(__name__)
CERTIFICATES: Final = "page-certificate"


@asynccontextmanager
async def page_of(
    run: RaceDaemon, way: CueChannel, *, state: Path, goes_on: bool
) -> AsyncIterator[RacePage | None]:
    """Serve the page of a run beside it; None where it is off, or cannot be had, which is said.

    ``goes_on``: the race was begun by an earlier process, whose links stay good. A sanctioned race
    has no page: nobody may speak with a runner there.
    """
    settings = run.settings
    async with AsyncExitStack() as stack:
        page = None
        try:
            named = named_broker(settings)
            broker = named or way.watch
            if settings.page.on and broker is not None and settings.rules is not Rules.SANCTIONED:
                prefix = None if named is None else named.prefix
                topics = Topics.of(prefix, settings.broker.athlete)
                kept, route = page_record(state) if goes_on else None, Route(broker, topics)
                site = WebSite(site_files(), _tokens(kept), lambda: route, WebReport(run))
                place = _place(settings, state, kept)
                page = await stack.enter_async_context(race_page(site, place))
                _keep(page, state)
                run.announcer.note(
                    f"page for phones at {page.text}: p shows the code, else `kickcue serve`"
                )
                log_event(LOG, logging.INFO, "page", at=page.text)
        except KickcueError as error:
            log_event(LOG, logging.WARNING, "no_page", text=str(error))
            run.announcer.note(f"no page for phones: {error}")
        yield page


def _place(settings: Settings, state: Path, kept: PageRecord | None) -> Place:
    """Return where to serve; a race that goes on stays where its phones look for it."""
    page = settings.page
    port = page.port if kept is None else kept.port
    return Place(page.host, port, state / CERTIFICATES if page.https else None)


def _tokens(kept: PageRecord | None) -> RaceTokens:
    """Return new tokens, or those of the race that goes on."""
    if kept is None or kept.tokens.keys() != set(Role):
        return RaceTokens()
    return RaceTokens({role: kept.tokens[role] for role in Role})


def _keep(page: RacePage, state: Path) -> None:
    """Keep where the page is, for `kickcue serve` and for a run that takes up this one.

    A full disk takes the page from nobody.
    """
    tokens = {role.value: page.tokens[role] for role in Role}
    try:
        PageRecord(os.getpid(), page.port, page.hosts, page.secure, tokens).write(state)
    except UsageError as error:
        log_event(LOG, logging.WARNING, "page_links_not_kept", text=str(error))
