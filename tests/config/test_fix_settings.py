"""``[fixes]``: where positions come from."""

import pytest

from kickcue.config.settings import Settings, load_settings
from kickcue.core.errors import UsageError


def settings(**fixes: object) -> Settings:
    return load_settings(None, options={"race": "5000m", "fixes": fixes}, environ={})


@pytest.mark.parametrize(
    ("told", "host", "port"),
    [
        ("localhost", "localhost", 2947),
        ("localhost:2948", "localhost", 2948),
        ("10.0.0.7:1", "10.0.0.7", 1),
        ("[::1]:2947", "::1", 2947),
        ("[fe80::1]", "fe80::1", 2947),
    ],
)
def test_where_gpsd_is(told: str, host: str, port: int) -> None:
    """GIVEN a host with or without a port THEN gpsd's own port is the one unless told."""
    assert settings(gpsd=told).fixes.gpsd_address() == (host, port)


def test_nothing_told() -> None:
    """GIVEN no [fixes] THEN positions come from sensors alone; they are no part of what is recorded
    about the race.
    """
    assert settings().fixes.gpsd_address() is None
    assert not settings().fixes.termux
    assert "fixes" not in settings(termux=True).document().as_json()


@pytest.mark.parametrize(
    "wrong",
    ["", "a b", "host:", "host:0", "host:65536", "::1", "gpsd://localhost", "host:2947/device"],
)
def test_no_place(wrong: str) -> None:
    """GIVEN what is no host and port THEN it is refused with what would be right."""
    with pytest.raises(UsageError, match=r"fixes\.gpsd.*expected something like localhost:2947"):
        settings(gpsd=wrong)


def test_two_receivers_are_refused() -> None:
    """GIVEN gpsd and Termux together THEN one line says that it should be one of them."""
    with pytest.raises(
        UsageError,
        match="the options: fixes: expected gpsd or termux, got both",
    ):
        settings(gpsd="localhost", termux=True)
