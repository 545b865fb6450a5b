"""By which addresses a phone reaches the port, and the QR code of one."""

import socket
from ipaddress import ip_address

import pytest
import segno
from hypothesis import given, strategies as st

from kickcue.edges.web.addresses import QUIET_COLUMNS, own_addresses, qr_lines, url

LIGHT = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
"""The upper and the lower module of each block; 1 is light."""


def dark_modules(lines: tuple[str, ...]) -> list[list[int]]:
    """Return the drawing as modules, 1 being dark, without the margin."""
    rows: list[list[int]] = []
    for line in lines:
        halves = [LIGHT[block] for block in line]
        rows += [[1 - upper for upper, _ in halves], [1 - lower for _, lower in halves]]
    width = len(rows[0]) - 2 * QUIET_COLUMNS
    inner = rows[QUIET_COLUMNS : QUIET_COLUMNS + width]
    return [row[QUIET_COLUMNS:-QUIET_COLUMNS] for row in inner]


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=120))
def test_the_drawing_is_the_code(text: str) -> None:
    """GIVEN any link THEN what the terminal shows is its QR code, module by module, with a margin
    of light around it and every line equally long.
    """
    lines = qr_lines(text)
    assert 1 == len({len(line) for line in lines})
    assert {"█"} == set(lines[0])
    assert all("██" == line[:2] == line[-2:] for line in lines[:-1])
    code = segno.make(text, error="l", micro=False)
    assert [list(map(int, row)) for row in code.matrix] == dark_modules(lines)


def test_a_link_fits_a_terminal() -> None:
    """GIVEN the longest address with a token THEN its code fits 80 columns by 24 lines."""
    lines = qr_lines(
        url("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 65535, secure=True) + "?t=" + "x" * 22
    )
    assert len(lines[0]) <= 80
    assert len(lines) <= 24


@pytest.mark.parametrize(
    ("host", "secure", "shown"),
    [
        ("192.0.2.7", False, "http://192.0.2.7:8017/"),
        ("192.0.2.7", True, "https://192.0.2.7:8017/"),
        ("2001:db8::7", False, "http://[2001:db8::7]:8017/"),
        ("kickcue-anna.local", True, "https://kickcue-anna.local:8017/"),
    ],
)
def test_the_link(host: str, secure: bool, shown: str) -> None:
    """An address of IPv6 stands in brackets."""
    assert shown == url(host, 8017, secure=secure)


def test_own_addresses_are_addresses() -> None:
    """Each is one, each once, and none of them is every address or this machine alone."""
    found = own_addresses()
    assert len(found) == len(set(found))
    assert not any(ip_address(each).is_unspecified for each in found)


def test_a_machine_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no route to anywhere THEN there is no address, and no error."""

    def no_route(_self: socket.socket, _address: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_route)
    assert () == own_addresses()
