"""Where a broker is: ``mqtt://[user[:password]@]host[:port][/prefix]``, or ``mqtts://`` for TLS."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from kickcue.config.broker_form import URL_ESCAPES, URL_FORM
from kickcue.core.errors import UsageError

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Address:
    """A broker's address; the password shows in neither ``repr`` nor ``str``."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    prefix: str | None = None
    tls: bool = False
    ca_file: Path | None = None

    def __str__(self) -> str:
        user = "" if self.user is None else f"{quote(self.user, safe='')}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "mqtts" if self.tls else "mqtt"
        prefix = "" if self.prefix is None else f"/{self.prefix}"
        return f"{scheme}://{user}{host}:{self.port}{prefix}"

    def with_password(self) -> str:
        """Return the URL that lets somebody in.

        It is for a person's eyes and the private broker's own file, never for a log.
        """
        if self.user is None or self.password is None:
            return str(self)
        user = quote(self.user, safe="")
        return str(self).replace(f"//{user}@", f"//{user}:{quote(self.password, safe='')}@", 1)


def parse_address(url: str, *, password: str | None = None, ca_file: Path | None = None) -> Address:
    """Return the address that ``url`` means; ``password`` counts where the URL has none.

    ``UsageError`` names what is wrong.
    """
    shown = re.sub(r"(//[^/@:]*):.*@", r"\1:***@", url)
    scheme, _, _ = url.partition("://")
    if scheme not in PORTS or "://" not in url:
        raise UsageError(f"broker: expected {URL_FORM}, or mqtts:// for TLS, got {shown!r}")
    parts, port = _split(url, shown)
    host = _host(parts, port, shown)
    tls = scheme == "mqtts"
    if ca_file is not None and not tls:
        raise UsageError(f"broker: expected mqtts:// with a CA file, got {shown!r}")
    return Address(
        host=host,
        port=port or PORTS[scheme],
        user=None if parts.username is None else unquote(parts.username),
        password=password if parts.password is None else unquote(parts.password),
        prefix=unquote(parts.path).strip("/") or None,
        tls=tls,
        ca_file=ca_file,
    )


def _split(url: str, shown: str) -> tuple[SplitResult, int | None]:
    """Return the parts of a URL and its port; UsageError where it has none that can be read."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise UsageError(f"broker: expected {URL_FORM}, got {shown!r}: {_plain(error)}") from None
    return parts, port


def _host(parts: SplitResult, port: int | None, shown: str) -> str:
    """Return the host of a broker's URL; UsageError where a part is missing or one too many."""
    if not parts.hostname or port == 0:
        raise UsageError(
            f"broker: expected {URL_FORM}, got {shown!r}: no "
            f"{'host' if not parts.hostname else 'usable port'}"
        )
    if parts.query or parts.fragment:
        raise UsageError(
            f"broker: expected nothing after the topic prefix, got {shown!r}; {URL_ESCAPES}"
        )
    if parts.password is not None and not parts.username:
        raise UsageError(f"broker: expected {URL_FORM}, got {shown!r}: a password without a user")
    return parts.hostname


def _plain(error: ValueError) -> str:
    """Return why the URL cannot be parsed, without its text, which may hold the password."""
    return (
        f"expected a port from 1 to 65535 ({URL_ESCAPES})"
        if "ort" in str(error)
        else "invalid host"
    )
