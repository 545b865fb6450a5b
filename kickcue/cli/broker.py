"""``kickcue broker``: the files of a Mosquitto for watches: users, rights, limits, TLS."""

import argparse
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.mosquitto import (
    CA,
    CA_KEY,
    CERTIFICATE,
    CONFIG,
    DAEMON,
    KEY,
    LIST,
    PASSWORDS,
    PORT,
    ROLES,
    TLS_PORT,
    access_list,
    configuration,
    make_certificates,
    need_openssl,
    new_passwords,
    password_file,
)
from kickcue.edges.mqtt.topics import Topics

PLACE: Final = Path("/etc/mosquitto/kickcue")
INCLUDED: Final = Path("/etc/mosquitto/conf.d")
CREDENTIAL: Final = Path("/etc/credstore/broker-password")
OWN_PASSWORD: Final = "kickcue.password"  # noqa: S105  a file's name
LOGINS: Final = "logins.txt"
SERVER_USER: Final = "mosquitto"
READ_BY_SERVER: Final = (CONFIG, LIST, PASSWORDS, CERTIFICATE, KEY)
FOR_ALL: Final = (CONFIG, CA, CERTIFICATE)
_HOST: Final = re.compile(r"[0-9A-Za-z:.-]+")
_PLACE: Final = re.compile(r"[\w/.+@-]+")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=PLACE,
        metavar="DIR",
        help=f"where to write the files (default: {PLACE})",
    )
    parser.add_argument(
        "--athlete",
        metavar="NAME",
        help="whose race: topics below kickcue/NAME (default: runner)",
    )
    parser.add_argument(
        "--port",
        type=int,
        metavar="N",
        help=f"port to listen on (default: {PORT}, with --tls {TLS_PORT})",
    )
    parser.add_argument(
        "--tls",
        action="append",
        default=[],
        metavar="HOST",
        help="encrypt, with a certificate for this name or address (may be repeated)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the files and print what to do with them."""
    folder = Path(os.path.abspath(args.folder))  # noqa: PTH100  links stay links
    _check(folder, args.tls, args.port)
    topics = Topics.of(None, args.athlete)
    passwords = new_passwords()
    _make(folder)
    url = f"mqtts://{{user}}@{args.tls[0]}" if args.tls else "mqtt://{user}@HOST"
    port = "" if args.port is None else f":{args.port}"
    if args.tls:
        make_certificates(folder, args.tls)
    _write(folder / LIST, access_list(topics))
    _write(folder / PASSWORDS, password_file(passwords))
    _write(folder / OWN_PASSWORD, f"{passwords[DAEMON]}\n")
    _write(folder / LOGINS, _logins(passwords, f"{url}{port}/{topics.prefix}"))
    _write(folder / CONFIG, configuration(folder, port=args.port, tls=bool(args.tls)))
    host = f"{DAEMON}@127.0.0.1{'' if args.tls else port}"
    own_url = f"mqtt://{host}{'' if args.athlete is None else f'/{topics.prefix}'}"
    print("\n".join(_steps(folder, handed_over=_hand_over(folder), own_url=own_url)))
    return 0


def _check(folder: Path, hosts: Sequence[str], port: int | None) -> None:
    """Refuse what Mosquitto would not understand, and what would be overwritten."""
    if _PLACE.fullmatch(str(folder)) is None:
        raise UsageError(
            "DIR: expected a path of letters, digits and /._+@-, as Mosquitto requires, got "
            f"{folder}"
        )
    if port is not None and not 0 < port < 65536:
        raise UsageError(f"--port: expected a number from 1 to 65535, got {port}")
    for host in hosts:
        if _HOST.fullmatch(host) is None:
            raise UsageError(
                "--tls: expected a name or an address of this machine, such as kickpi.local or "
                f"192.168.1.7, got {host!r}"
            )
    if hosts:
        need_openssl()
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"DIR: expected an empty folder, got {folder}: nothing written; choose another one, "
            "or remove it (with the passwords in it)"
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"DIR {folder}: {error.strerror} (try sudo, or another folder)") from None


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o644 if path.name in FOR_ALL else 0o600)
    path.write_text(text, encoding="utf-8")


def _hand_over(folder: Path) -> bool:
    """Keep the files from everybody but Mosquitto; return whether that could be done.

    It reads its own when it has given up being root.
    """
    for path in folder.iterdir():
        path.chmod(0o644 if path.name in FOR_ALL else 0o600)
    if os.geteuid() != 0:
        return False
    try:
        for name in READ_BY_SERVER:
            if (folder / name).exists():
                shutil.chown(folder / name, SERVER_USER, SERVER_USER)
    except LookupError:  # it is not installed yet, or runs elsewhere
        return False
    return True


def _logins(passwords: Mapping[str, str], url: str) -> str:
    lines = [
        (
            "# Give each device and person its own line only, never this file. HOST is this "
            "machine's network address."
        ),
        "",
    ]
    for user, password in passwords.items():
        lines += [f"# {ROLES[user].what}", url.format(user=f"{user}:{password}"), ""]
    return "\n".join(lines)


def _steps(folder: Path, *, handed_over: bool, own_url: str) -> list[str]:
    secret = [name for name in (LIST, PASSWORDS, KEY) if (folder / name).exists()]
    return [
        f"Written to {folder}: users {', '.join(ROLES)}; their passwords are in {LOGINS}.",
        "",
        "Now:",
        *(
            []
            if handed_over
            else [f"  sudo chown {SERVER_USER}: {' '.join(str(folder / name) for name in secret)}"]
        ),
        f"  sudo ln -s {folder / CONFIG} {INCLUDED}/",
        "  sudo systemctl restart mosquitto",
        f"  sudo install -D -m 600 {folder / OWN_PASSWORD} {CREDENTIAL}",
        "",
        "and in race.toml, below [broker]:",
        f'  url = "{own_url}"',
        *(
            [f"Watches need {folder / CA} (--ca). Keep {CA_KEY} private."]
            if (folder / CA).exists()
            else []
        ),
    ]
