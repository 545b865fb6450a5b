"""The broker's password: where it may stand, and that nobody else may read it there."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from kickcue.config.paths import is_there
from kickcue.config.plain_file import read_plain_file
from kickcue.config.settings_sources import PASSWORD_VARIABLE
from kickcue.core.errors import UsageError

CREDENTIAL: Final = "broker-password"
"""The name after ``LoadCredential=`` in a systemd unit."""
_MOST_BYTES: Final = 4096


def password_from_environment(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the password of the environment, None where it has none."""
    return environ.get(PASSWORD_VARIABLE) or None


def find_password(password_file: Path | None, environ: Mapping[str, str]) -> SecretStr | None:
    """Return the password of the environment, of the file, or of systemd.

    UsageError where the file cannot be trusted.
    """
    password = password_from_environment(environ)
    if password is not None:
        return SecretStr(password)
    folder = environ.get("CREDENTIALS_DIRECTORY")
    given = None if folder is None else Path(folder) / CREDENTIAL
    if password_file is not None:
        # systemd itself guards its credentials, by an access list that shows as a group bit
        return _read(
            password_file, checked=folder is None or not password_file.is_relative_to(folder)
        )
    return _read(given, checked=False) if given is not None and is_there(given) else None


def _read(path: Path, *, checked: bool) -> SecretStr:
    where = f"broker.password_file {path}"
    barred = "; make it belong to the user that runs kickcue"
    file = read_plain_file(path, _MOST_BYTES, where=where, barred=barred)
    if checked and file.mode & 0o077:
        raise UsageError(
            f"{where}: expected mode 0600, got {file.mode & 0o777:04o}: chmod 600 {path}"
        )
    return SecretStr(_password(file.content, where))


def _password(content: bytes, where: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise UsageError(f"{where}: expected UTF-8 text") from None
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise UsageError(f"{where}: expected the password, got an empty file")
    if "\n" in password or "\0" in password:
        raise UsageError(f"{where}: expected one line with the password, got more")
    return password
