"""``kickcue serve``: the page for phones and browsers, beside a race that runs anywhere."""

import argparse
import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.cli.broker_options import ChosenBroker, add_broker_options, chosen_broker
from kickcue.cli.end_requests import end_requests
from kickcue.config.page_record import PageRecord, page_record
from kickcue.config.paths import default_state_folder
from kickcue.core.errors import UsageError
from kickcue.daemon.run_lock import is_running
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.topics import DEFAULT_ATHLETE, Topics

if TYPE_CHECKING:
    from kickcue.edges.web.race_page import RacePage
    from kickcue.edges.web.server import Route

CERTIFICATES: Final = "page-certificate"
ROLES: Final = ("athlete", "helper", "viewer")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_broker_options(parser)
    parser.add_argument(
        "--port",
        type=int,
        default=None,
        metavar="N",
        help="the port of the page (default: 8017, or the next free one)",
    )
    parser.add_argument(
        "--host", metavar="ADDRESS", help="serve it at this address alone (default: all)"
    )
    parser.add_argument(
        "--https",
        action="store_true",
        help="encrypt, with an own certificate: for sensors in the page, and to keep a phone's "
        "screen on",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="the state folder of the run (default: the user's)",
    )
    parser.add_argument(
        "--qr",
        choices=ROLES,
        default="athlete",
        help="whose link to show as a QR code (default: athlete)",
    )


def run(args: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    if args.port is not None and not 0 < args.port < 65536:
        raise UsageError(f"--port: expected a number from 1 to 65535, got {args.port}")
    there = None if _wants_another(args) else _page_of_run(_state(args))
    if there is not None:
        print("\n".join(_shown(_of_run(there), args.qr)))
        return 0
    asyncio.run(_serve(args, chosen_broker(args)))
    return 0


def _wants_another(args: argparse.Namespace) -> bool:
    """Tell whether a page is asked for beside that of a run on this machine."""
    told = (args.broker, args.athlete, args.port, args.host)
    return args.https or any(each is not None for each in told)


def _state(args: argparse.Namespace) -> Path:
    found: Path | None = args.state
    return default_state_folder(os.environ) if found is None else found


def _page_of_run(state: Path) -> PageRecord | None:
    """Return where the page of the run is that is on in ``state``; None where no run is on.

    UsageError where that has none: it may be one that nobody may speak with.
    """
    if not is_running(state):
        return None
    found = page_record(state)
    if found is None:
        raise UsageError(
            "the run on this machine has no page: it is off there, or its rules are sanctioned, or "
            "it could not be had; its screen or log says why"
        )
    return found


def _of_run(there: PageRecord) -> "RacePage":
    from kickcue.edges.web.race_page import RacePage  # noqa: PLC0415  as below
    from kickcue.edges.web.race_tokens import RaceTokens  # noqa: PLC0415
    from kickcue.edges.web.roles import Role  # noqa: PLC0415
    from kickcue.edges.web.server import WebCounters  # noqa: PLC0415

    tokens = RaceTokens({role: there.tokens.get(role, "") for role in Role})
    return RacePage(there.port, there.hosts, there.secure, tokens, WebCounters(), there.name)


async def _serve(args: argparse.Namespace, chosen: ChosenBroker) -> None:
    # A server and what it needs are loaded by who serves.
    from kickcue.cli.format.page_links import by_name  # noqa: PLC0415
    from kickcue.edges.web.race_page import PORT, Place, race_page  # noqa: PLC0415
    from kickcue.edges.web.race_tokens import RaceTokens  # noqa: PLC0415
    from kickcue.edges.web.server import WebSite, site_files  # noqa: PLC0415

    certificates = _state(args) / CERTIFICATES if args.https else None
    site = WebSite(site_files(), RaceTokens(), _route(chosen))
    place = Place(args.host, args.port or PORT, certificates, args.athlete or DEFAULT_ATHLETE)
    with end_requests() as requested:
        async with race_page(site, place, lambda page: print(by_name(page), flush=True)) as page:
            print("\n".join((*_shown(page, args.qr), "Ctrl-C ends the page.")), flush=True)
            await requested.wait()


def _route(chosen: ChosenBroker) -> "Callable[[], Route]":
    from kickcue.edges.web.server import Route  # noqa: PLC0415  see above

    def route() -> Route:
        address = chosen.address if isinstance(chosen.address, Address) else chosen.address()
        return Route(address, chosen.topics or Topics.of(address.prefix, None))

    return route


def _shown(page: "RacePage", role: str) -> Iterator[str]:
    """Yield the links, and the QR code of one."""
    from kickcue.cli.format.page_links import WHO, links, qr_of  # noqa: PLC0415  see above
    from kickcue.edges.web.roles import Role  # noqa: PLC0415

    yield from links(page)
    yield from ("", *qr_of(page, Role(role)), "")
    yield f"The code is for {WHO[Role(role)]}."
