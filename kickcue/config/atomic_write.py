"""Writes a file as a whole or not at all, as private as it was."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from kickcue.core.errors import UsageError

_PRIVATE: Final = 0o600


def replace_file(path: Path, text: str | bytes, *, private: bool = False) -> None:
    """Put ``text`` in place of the file that ``path`` or its link means; owner and mode stay.

    A new file is its owner's alone, and so becomes one that is to be ``private``. UsageError
    where it cannot be written; what was there is then as it was.
    """
    try:
        content = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError:  # an option whose bytes are no text
        raise UsageError(f"{path}: cannot write: expected UTF-8 text") from None
    target = Path(os.path.realpath(path))
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "wb", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            if target.exists():
                was = target.stat()
                with suppress(PermissionError):
                    # Only root can give a file away, and root is who would take it.
                    os.fchown(file.fileno(), was.st_uid, was.st_gid)
                os.fchmod(file.fileno(), was.st_mode & (_PRIVATE if private else 0o777))
            else:
                os.fchmod(file.fileno(), _PRIVATE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        remedy = (
            f"; make sure you can write to {target.parent}"
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
            else ""
        )
        raise UsageError(f"cannot write {path}: {error.strerror}{remedy}") from None
