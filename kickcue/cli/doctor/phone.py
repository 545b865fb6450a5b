"""Whether a phone can open the page: an address, a port, a certificate, no firewall between."""

import errno
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from kickcue.cli.doctor.result import Context, Result, ok, warning
from kickcue.config.page_record import page_record
from kickcue.config.settings import Settings, state_folder
from kickcue.core.cueing.race_rules import Rules
from kickcue.daemon.run_lock import is_running
from kickcue.edges.web.addresses import own_addresses, url

WHAT: Final = "phone"
UFW: Final = Path("/etc/ufw/ufw.conf")
ASK_S: Final = 2.0
JOIN: Final = (
    "let the phone and this machine join one network; the phone's own hotspot will do at the track"
)


def phone(patient: Context) -> Iterator[Result]:
    """Look at what keeps a phone from the page; a race never waits for it."""
    settings = patient.settings
    if settings is None:
        return
    if not settings.page.on:
        yield ok(WHAT, "no page, as configured")
    elif settings.rules is Rules.SANCTIONED:
        yield ok(WHAT, "no page: nobody may speak with the runner of a sanctioned race")
    elif settings.page.https and shutil.which("openssl") is None:
        yield warning(
            WHAT,
            "no page: its certificate needs openssl, which is missing",
            "sudo apt install openssl",
        )
    else:
        yield _reached(settings, state_folder(settings, patient.environ))


def _reached(settings: Settings, state: Path) -> Result:
    page = settings.page
    addresses = own_addresses() if page.host is None else (page.host,)
    if not addresses:
        return warning(WHAT, "this machine is on no network: no phone can open the page", JOIN)
    served = page_record(state) if is_running(state) else None
    if served is not None:
        here = url(served.hosts[0], served.port, secure=served.secure)
        return ok(WHAT, f"the page of the run is at {here}; `kickcue serve` shows its links")
    try:
        with socket.create_server(
            (addresses[0], page.port),
            family=socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET,
        ):
            pass
    except OSError as error:
        return _no_port(settings, addresses[0], error)
    here = url(addresses[0], page.port, secure=page.https)
    wall = _firewall()
    if wall is not None:
        return warning(
            WHAT,
            f"the page will be at {here}, but {wall} is on: a phone gets through only where the "
            "port is let in",
            _allow(wall, page.port),
        )
    return ok(WHAT, f"the page will be at {here}, for phones in this network")


def _no_port(settings: Settings, address: str, error: OSError) -> Result:
    page = settings.page
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        why = f"port {page.port}: {error.strerror}; the page will take another one"
        return ok(WHAT, why)
    return warning(
        WHAT,
        f"no page: {address} is not an address of this machine",
        "change [page] host in the race file, or leave it out",
    )


def _firewall() -> str | None:
    """Return which firewall is on, as far as that can be known without being root."""
    with suppress(OSError):
        if "ENABLED=yes" in UFW.read_text(errors="replace").split():
            return "ufw"
    program = shutil.which("firewall-cmd")
    if program is not None:
        with suppress(OSError, subprocess.TimeoutExpired):
            asked = subprocess.run(  # noqa: S603  fixed words
                [program, "--state"], capture_output=True, timeout=ASK_S, check=False
            )
            return "firewalld" if asked.returncode == 0 else None
    return None


def _allow(wall: str, port: int) -> str:
    if wall == "ufw":
        return f"sudo ufw allow {port}/tcp"
    return f"sudo firewall-cmd --add-port={port}/tcp"
