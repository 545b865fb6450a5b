"""The links to the page of a race, for those whom they let in."""

from collections.abc import Iterator
from typing import Final

from kickcue.edges.web.addresses import qr_lines
from kickcue.edges.web.race_page import RacePage
from kickcue.edges.web.roles import Role

WHO: Final = {
    Role.ATHLETE: "the runner",
    Role.HELPER: "a helper at the trackside",
    Role.VIEWER: "anybody who watches",
}
CERTIFICATE_WORD: Final = (
    "A phone warns once of the certificate, which is kickcue's own: tap on (docs/phone.md)."
)


def links(page: RacePage) -> Iterator[str]:
    """Yield where the page is, and each link with whom it is for."""
    yield f"The page for phones is at {page.text}; each of these links lets somebody in:"
    width = max(map(len, WHO.values()))
    for role, who in WHO.items():
        yield f"  {who:<{width}}  {page.link(role)}"
    if page.secure:
        yield CERTIFICATE_WORD
    if page.name is not None:
        yield by_name(page)


def by_name(page: RacePage) -> str:
    """Return how the name in the network is used."""
    return f"In place of {page.hosts[0]} most phones know the name {page.name} as well."


def qr_of(page: RacePage, role: Role) -> tuple[str, ...]:
    """Return the QR code of the link for ``role``."""
    return qr_lines(page.link(role))
