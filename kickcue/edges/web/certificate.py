"""A certificate of one's own, for what browsers give to secure pages alone.

Those are Web Bluetooth, the wake lock and the page without a network. A phone asks once whether it
may trust the certificate.
"""

import ssl
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.mosquitto import CERTIFICATE, KEY, make_certificates, need_openssl

HOSTS_FILE: Final = "hosts"
RENEW_S: Final = 180 * 86400.0
"""Safari takes no certificate that is valid for more than 825 days; a new one each half year asks
the phone twice a year."""


def own_certificate(folder: Path, hosts: Sequence[str]) -> ssl.SSLContext:
    """Return what serves these names and addresses; made once, and again where they are others.

    UsageError where ``openssl`` is missing or fails.
    """
    known = "\n".join(hosts)
    if _kept(folder) != known:
        need_openssl()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            make_certificates(folder, hosts)
        except BrokerError as error:
            raise UsageError(f"no certificate for the page: {error}") from None
        (folder / HOSTS_FILE).write_text(known, encoding="utf-8")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return context


def _kept(folder: Path) -> str | None:
    """Return the names that the certificate there is for; None where it is old or there is none."""
    try:
        age_s = time.time() - (folder / CERTIFICATE).stat().st_mtime
        return (folder / HOSTS_FILE).read_text(encoding="utf-8") if age_s < RENEW_S else None
    except OSError:
        return None
