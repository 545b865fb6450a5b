"""Where recordings go. Nothing here stops a race: a recording is done without, a cue is not."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kickcue.cli.doctor.result import Context, Result, ok, warning
from kickcue.config.paths import default_state_folder
from kickcue.config.settings import state_folder

LITTLE_BYTES: Final = 100_000_000
MEGABYTE: Final = 1_000_000
ELSEWHERE: Final = "or set state_dir in the race file to a writable folder"


def disk(patient: Context) -> Iterator[Result]:
    """Try to write where the recording will lie."""
    if patient.settings is not None and not patient.settings.record:
        yield ok("recordings", "off (record = false)")
        return
    folder = (
        default_state_folder(patient.environ)
        if patient.settings is None
        else state_folder(patient.settings, patient.environ)
    )
    yield from _look(folder / "races")


def _look(folder: Path) -> Iterator[Result]:
    try:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"kickcue")
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(there).free
    except OSError as error:
        yield warning(
            "recordings",
            f"cannot write to {folder} ({error.strerror}): the race runs, but is not recorded",
            _remedy(folder, error),
        )
        return
    if free < LITTLE_BYTES:
        yield warning(
            "recordings",
            f"{folder}: only {free // MEGABYTE} MB free",
            "free some space, for example by moving old recordings",
        )
    else:
        yield ok("recordings", f"{folder}: writable, {free // MEGABYTE} MB free")


def _remedy(folder: Path, error: OSError) -> str:
    if error.errno == errno.EROFS:
        return f"its file system is read-only: mount a stick or a partition there, {ELSEWHERE}"
    if isinstance(error, PermissionError):
        return (
            "make it belong to the user that runs kickcue: `sudo chown -R $USER "
            f"{folder.parent}`, {ELSEWHERE}"
        )
    return ELSEWHERE.removeprefix("or ")
