"""A certificate of one's own, for what browsers give to secure pages alone.

Those are Web Bluetooth, the wake lock and the page without a network. A phone asks once whether it
may trust the certificate. The CA behind it stays, so that a phone that trusts it goes on to do so
when the addresses of this machine change.
"""

import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Self

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.mosquitto import (
    CA,
    CA_KEY,
    CERTIFICATE,
    KEY,
    make_ca,
    need_openssl,
    sign_certificate,
)

MADE_FOR_FILE: Final = "made-for.json"
RENEW_S: Final = 180 * 86400.0
"""Safari takes no certificate that is valid for more than 825 days."""
CA_RENEW_S: Final = 8 * 365 * 86400.0
"""It is valid for ten years."""
OWN_NAMES: Final = ("localhost", "local")
"""All that the CA vouches for, beside addresses: whoever got its key could pretend to be no site of
the internet to a phone that trusts it."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """What serves the page, and the certificate of its CA, which a phone may be given to trust."""

    tls: ssl.SSLContext
    ca: bytes


@dataclass(frozen=True, slots=True)
class _MadeFor:
    """The names that a CA vouches for and when it was made, and the same of its certificate."""

    names: tuple[str, ...]
    ca_made_s: float
    hosts: tuple[str, ...]
    made_s: float

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        try:
            found = json.loads((folder / MADE_FOR_FILE).read_text(encoding="utf-8"))
            return cls(
                tuple(found["names"]),
                float(found["ca_made_s"]),
                tuple(found["hosts"]),
                float(found["made_s"]),
            )
        except (OSError, ValueError, LookupError, TypeError):
            return None


def own_certificate(folder: Path, hosts: Sequence[str]) -> OwnCertificate:
    """Return what serves these names and addresses; made once, and again where they are others.

    UsageError where ``openssl`` is missing or fails, and where the folder cannot be written.
    """
    try:
        made = _MadeFor.read(folder)
        if made is not None and _is_good(made, hosts):
            try:
                return _loaded(folder)
            except (OSError, ssl.SSLError):  # some of it is gone: it is made anew
                made = None
        _make(folder, hosts, made)
        return _loaded(folder)
    except BrokerError as error:
        raise UsageError(f"no certificate for the page: {error}") from None
    except OSError as error:
        raise UsageError(
            f"no certificate for the page: {folder}: {error.strerror or error}"
        ) from None


def _is_good(made: _MadeFor, hosts: Sequence[str]) -> bool:
    age_s = time.time() - made.made_s
    return made.hosts == tuple(hosts) and 0.0 <= age_s < RENEW_S and _vouches(made, hosts)


def _vouches(made: _MadeFor, hosts: Sequence[str]) -> bool:
    return made.names == _names(hosts) and 0.0 <= time.time() - made.ca_made_s < CA_RENEW_S


def _names(hosts: Sequence[str]) -> tuple[str, ...]:
    """Return the names that a CA for these hosts vouches for."""
    others = [
        host for host in hosts if not _is_address(host) and host.rpartition(".")[2] not in OWN_NAMES
    ]
    return (*OWN_NAMES, *others)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _make(folder: Path, hosts: Sequence[str], made: _MadeFor | None) -> None:
    need_openssl()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now_s = time.time()
    names, ca_made_s = _names(hosts), now_s
    whole = all((folder / name).exists() for name in (CA, CA_KEY))
    if made is not None and _vouches(made, hosts) and whole:
        ca_made_s = made.ca_made_s
    else:
        make_ca(folder, names)
    sign_certificate(folder, hosts, "kickcue")
    now_made = _MadeFor(names, ca_made_s, tuple(hosts), now_s)
    (folder / MADE_FOR_FILE).write_text(json.dumps(asdict(now_made)), encoding="utf-8")


def _loaded(folder: Path) -> OwnCertificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return OwnCertificate(context, (folder / CA).read_bytes())
