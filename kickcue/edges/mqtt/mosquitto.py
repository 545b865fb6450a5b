"""The files of a Mosquitto for kickcue: users, what each may publish and subscribe to, limits, TLS.

They are generated from the topic tree, so that the access list and the wire cannot drift apart.
"""

import base64
import hashlib
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.connection import LARGEST_PACKET_BYTES
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.messages import LARGEST_PAYLOAD_BYTES
from kickcue.edges.mqtt.topics import RULES, WHERE, Side, Topics, published_by

PORT: Final = 1883
TLS_PORT: Final = 8883
CONFIG: Final = "kickcue.conf"
LIST: Final = "kickcue.acl"
PASSWORDS: Final = "kickcue.passwords"
CA: Final = "ca.crt"
CA_KEY: Final = "ca.key"
CERTIFICATE: Final = "server.crt"
KEY: Final = "server.key"
ITERATIONS: Final = 10_000
"""Of PBKDF2; the passwords are random and long, so that this is no more than good manners."""
CA_DAYS: Final = 3650
CERTIFICATE_DAYS: Final = 825
_NEW_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True)
class Role:
    """A user of the broker, with the names of the topics it may publish on and subscribe to."""

    what: str
    publishes: tuple[str, ...]
    subscribes: tuple[str, ...]


DAEMON: Final = "kickcue"
ROLES: Final[Mapping[str, Role]] = {
    DAEMON: Role("kickcue itself: sends the cues", published_by(Side.DAEMON), tuple(RULES)),
    "watch": Role(
        "a watch, or `kickcue bridge`: receives cues, acknowledges them, sends presses",
        published_by(Side.WATCH),
        (*published_by(Side.DAEMON), "ack"),
    ),
    "gateway": Role("reads sensors elsewhere and forwards them", ("sensor",), ()),
    "helper": Role("trackside: sends presses, and sees where the runner is", ("command",), WHERE),
    "viewer": Role("sees where the runner is, and changes nothing", (), WHERE),
}


def access_list(topics: Topics) -> str:
    """Return Mosquitto's ``acl_file``: what it does not name is denied."""
    parts = [
        (
            f"# What each user may publish (write) and subscribe to (read) below {topics.prefix}; "
            "all else is denied."
        )
    ]
    for user, role in ROLES.items():
        rights = [
            f"topic {right} {topics[name]}"
            for name in RULES
            if (right := _right(role, name)) is not None
        ]
        parts.append("\n".join([f"# {role.what}", f"user {user}", *rights]))
    return "\n\n".join(parts) + "\n"


def _right(role: Role, name: str) -> str | None:
    match name in role.publishes, name in role.subscribes:
        case True, True:
            return "readwrite"
        case True, False:
            return "write"
        case False, True:
            return "read"
    return None


def configuration(folder: Path, *, port: int | None = None, tls: bool) -> str:
    """Return the configuration; ``folder`` is where the files lie.

    With TLS the plain listener serves this machine alone.
    """
    secure = [
        f"listener {port or TLS_PORT}",
        f"certfile {folder / CERTIFICATE}",
        f"keyfile {folder / KEY}",
        "max_connections 50",
        "",
    ]
    lines = [
        ("# Written by `kickcue broker`. See mosquitto.conf(5) for what each line means."),
        "allow_anonymous false",
        f"password_file {folder / PASSWORDS}",
        f"acl_file {folder / LIST}",
        "",
        "# Without it, one of the first messages of each connection takes 40 ms longer.",
        "set_tcp_nodelay true",
        "# Queued messages are old, and an old cue is worse than none.",
        "max_queued_messages 20",
        "# No message of kickcue's is larger; larger ones would only fill memory.",
        f"message_size_limit {LARGEST_PAYLOAD_BYTES}",
        f"max_packet_size {LARGEST_PACKET_BYTES}",
        "",
        *(secure if tls else []),
        f"listener {PORT} 127.0.0.1" if tls else f"listener {port or PORT}",
        "max_connections 50",
    ]
    return "\n".join(lines) + "\n"


def new_passwords() -> dict[str, str]:
    """Return a password for each user, too long to guess, of letters that no URL must escape."""
    return {user: secrets.token_hex(12) for user in ROLES}


def password_file(passwords: Mapping[str, str]) -> str:
    """Return Mosquitto's ``password_file``, PBKDF2 with SHA-512, as ``mosquitto_passwd`` does."""
    return "".join(f"{user}:{_hashed(password)}\n" for user, password in passwords.items())


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def need_openssl() -> None:
    """Raise ``UsageError`` where the program is not installed."""
    if shutil.which("openssl") is None:
        raise UsageError("certificates need openssl: sudo apt install openssl")


def make_certificates(folder: Path, hosts: Sequence[str]) -> None:
    """Make a CA and a certificate for the names and addresses by which watches know the broker.

    ``BrokerError`` if ``openssl`` fails; ``need_openssl`` checks whether it is there.
    """
    make_ca(folder)
    sign_certificate(folder, hosts, "kickcue broker")


def make_ca(folder: Path, names: Sequence[str] = ()) -> None:
    """Make a CA; one for ``names`` can vouch for no other names than these and those below them.

    Addresses it can vouch for, whichever they are. BrokerError as above.
    """
    only = ",".join(f"permitted;DNS:{name}" for name in names)
    limits = ("-addext", f"nameConstraints=critical,{only}") if names else ()
    ca = ("-subj", "/CN=kickcue CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign", *limits)
    _openssl(
        folder, "req", "-x509", *_NEW_KEY, *ca, "-days", str(CA_DAYS), "-keyout", CA_KEY, "-out", CA
    )


def sign_certificate(folder: Path, hosts: Sequence[str], subject: str) -> None:
    """Make a key, and a certificate for ``hosts`` by the CA in the folder; BrokerError as above."""
    _openssl(
        folder, "req", *_NEW_KEY, "-subj", f"/CN={subject}", "-keyout", KEY, "-out", "server.csr"
    )
    extensions = folder / "server.ext"
    extensions.write_text(
        f"subjectAltName={','.join(map(_alternative_name, hosts))}\nbasicConstraints=CA:FALSE\n"
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    signed = (
        "-CA",
        CA,
        "-CAkey",
        CA_KEY,
        "-CAcreateserial",
        "-days",
        str(CERTIFICATE_DAYS),
        "-extfile",
        extensions.name,
    )
    _openssl(folder, "x509", "-req", "-in", "server.csr", *signed, "-out", CERTIFICATE)
    for name in ("server.csr", extensions.name, "ca.srl"):
        (folder / name).unlink(missing_ok=True)


def _alternative_name(host: str) -> str:
    try:
        return f"IP:{ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"


def _openssl(folder: Path, *arguments: str) -> None:
    ran = subprocess.run(  # noqa: S603  every word of it is ours
        ["openssl", *arguments],  # noqa: S607  where it lies differs
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise BrokerError(
            f"openssl {arguments[0]}: "
            f"{ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else 'it failed'}"
        )
