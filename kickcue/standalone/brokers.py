"""The brokers that an app may connect to: its policy allows these and no other stranger."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from kickcue.core.errors import UsageError

OWN: Final = "connect-src 'self'"
SCHEMES: Final = ("ws", "wss")
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:[]")
"""Letters of a URL; any other could end the policy or the page that it is written into."""


def let_reach(policy: str, brokers: Sequence[str]) -> str:
    """Return a policy that also lets the page connect to the brokers."""
    places = dict.fromkeys(_place(url) for url in brokers)
    return policy.replace(OWN, " ".join([OWN, *places]))


def _place(url: str) -> str:
    """Return scheme, host and port; UsageError for a URL that no page can connect to."""
    expected = f"--broker: expected ws://HOST:PORT/PATH or wss://..., got {url!r}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(expected) from None
    if parts.username is not None:
        raise UsageError("--broker: expected no user and password: they are typed on the phone")
    if parts.scheme not in SCHEMES or not host or not set(url) <= _PLAIN:
        raise UsageError(f"{expected}: a page speaks MQTT by WebSocket alone")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + ("" if port is None else f":{port}")
