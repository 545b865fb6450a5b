"""The race of a race file as a QR code in the terminal, for kickcue on a phone."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from kickcue.config.settings import load_settings
from kickcue.core.errors import UsageError
from kickcue.edges.web.addresses import qr_lines
from kickcue.standalone.race_toml import to_toml
from kickcue.workouts.plan_source import any_session

MOST_BYTES: Final = 1200
"""As in the page's js/standalone/code_text.js: larger codes are too fine for a camera."""


def race_code(path: Path) -> Iterator[str]:
    """Yield the code with what to do with it; UsageError where the race is too large for one.

    In it is the race alone, as a race file: no broker, no address, no password.
    """
    text = to_toml(load_settings(path).document(any_session).as_json())
    size = len(text.encode())
    if size > MOST_BYTES:
        raise UsageError(
            f"{path}: too large for a QR code: expected a race of at most {MOST_BYTES} bytes, got "
            f"{size}; take the file itself to the phone"
        )
    lines = qr_lines(text)
    yield from ("", *lines, "", "In the app on the phone: Set-up, 'Read a QR code'.")
    if len(lines[0]) > _columns(len(lines[0])):
        yield f"The window is too narrow for it: it needs {len(lines[0])} columns."


def _columns(otherwise: int) -> int:
    with suppress(OSError, ValueError):
        return os.get_terminal_size(sys.stdout.fileno()).columns
    return otherwise
