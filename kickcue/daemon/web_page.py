"""The page of a run: who is let in, and through which broker; a race never waits for it."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.config.page_record import PageRecord, forget_page, page_record
from kickcue.config.settings import Settings
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import KickcueError
from kickcue.daemon.cue_channel import CueChannel, named_broker
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.web_report import WebReport
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.topics import DEFAULT_ATHLETE, Topics
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
    """Serve the page of a run beside it; None where it cannot be had, which is said.

    ``goes_on``: the race was begun by an earlier process, whose links stay good. A sanctioned race
    has no page: nobody may speak with a runner there.
    """
    page, level = None, logging.INFO
    async with AsyncExitStack() as stack:
        try:
            broker = named_broker(run.settings) or way.watch
            why = _why_none(run.settings, broker)
            if broker is not None and why is None:
                kept = page_record(state) if goes_on else None
                site = _site(run, way, broker, _tokens(kept))
                place = _place(run.settings, state, kept)
                serving = race_page(site, place, lambda page: _tell_name(run, page, state))
                page = await stack.enter_async_context(serving)
        except KickcueError as error:
            why, level = str(error), logging.WARNING
        if page is not None:
            _tell(run, page, state)
        else:
            forget_page(state)
            run.announcer.announce("no_page", f"no page for phones: {why}", level=level)
        yield page


def _why_none(settings: Settings, broker: Address | None) -> str | None:
    """Return why this run has no page; None where it can have one."""
    if settings.rules is Rules.SANCTIONED:
        return "nobody may speak with the runner of a sanctioned race"
    return "without a broker there is nothing to show" if broker is None else None


def _site(run: RaceDaemon, way: CueChannel, broker: Address, tokens: RaceTokens) -> WebSite:
    named = named_broker(run.settings)
    prefix = None if named is None else named.prefix
    route = Route(broker, Topics.of(prefix, run.settings.broker.athlete))
    site = WebSite(site_files(), tokens, lambda: route, WebReport(run))
    return site if way.delivery is None else replace(site, joined=way.delivery.greet)


def _place(settings: Settings, state: Path, kept: PageRecord | None) -> Place:
    """Return where to serve; a race that goes on stays where its phones look for it."""
    page = settings.page
    return Place(
        page.host,
        page.port if kept is None else kept.port,
        state / CERTIFICATES if page.https else None,
        settings.broker.athlete or DEFAULT_ATHLETE,
    )


def _tokens(kept: PageRecord | None) -> RaceTokens:
    """Return new tokens, or those of the race that goes on."""
    if kept is None or kept.tokens.keys() != set(Role) or not all(kept.tokens.values()):
        return RaceTokens()
    return RaceTokens({role: kept.tokens[role] for role in Role})


def _tell(run: RaceDaemon, page: RacePage, state: Path) -> None:
    """Say where the page is, and where its links are."""
    elsewhere = "`kickcue serve`"
    try:
        _keep(page, state)
    except KickcueError as error:
        elsewhere = f"no way to its links ({error})"
    text = f"page for phones at {page.text}: p shows the code, else {elsewhere}"
    run.announcer.announce("page", text, at=page.text)


def _tell_name(run: RaceDaemon, page: RacePage, state: Path) -> None:
    """Say by which name the network knows it."""
    with suppress(KickcueError):  # said when it began
        _keep(page, state)
    run.announcer.announce("page_name", f"page for phones also at {page.named_text}")


def _keep(page: RacePage, state: Path) -> None:
    """Keep where the page is, for `kickcue serve` and for a run that takes up this one."""
    tokens = {role.value: page.tokens[role] for role in Role}
    PageRecord(page.port, page.hosts, page.secure, tokens, page.name).write(state)
