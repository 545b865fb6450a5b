"""By which addresses a phone reaches the port, and the QR code of one."""

import socket
from collections.abc import Iterator
from typing import Final

OUTWARD: Final = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Addresses for documentation (RFC 5737, RFC 3849): nothing is sent there, the system only says by
which of its own addresses it would."""
QUIET_COLUMNS: Final = 2
"""A reader wants four modules of margin; two and a dark terminal's frame do."""


def own_addresses() -> tuple[str, ...]:
    """Return the addresses of this machine in its network, those of IPv4 first; may be empty."""
    return tuple(dict.fromkeys(_outward()))


def _outward() -> Iterator[str]:
    for address, family in OUTWARD:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))
                yield str(probe.getsockname()[0])
        except OSError:  # no network of that family
            continue


def url(host: str, port: int, *, secure: bool, path: str = "/") -> str:
    """Return the URL of the port at an address of this machine."""
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{shown}:{port}{path}"


def qr_lines(text: str) -> tuple[str, ...]:
    """Return the QR code of ``text`` in half blocks: light modules are drawn, dark ones left out.

    So a camera reads it on a dark terminal; on a light one most read it inverted.
    """
    import segno  # noqa: PLC0415  needed once, by who looks at it

    dark = [
        [bool(module) for module in row]
        for row in segno.make(text, error="l", micro=False).matrix_iter(border=QUIET_COLUMNS)
    ]
    dark += [[False] * len(dark[0])] * (len(dark) % 2)
    blocks = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return tuple(
        "".join(blocks[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(dark[::2], dark[1::2], strict=True)
    )
