"""One id, one profile: the user's own files beside the shipped ones. Sensors and watches alike.

A file of the user's that is not valid must not stop a race that has no need of it. It is named in
a warning and left out; who asks for it by its id gets its error.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from kickcue.config.toml_file import read_toml
from kickcue.core.errors import UsageError

_log: Final = logging.getLogger(__name__)
_named: Final[set[str]] = set()
"""What has been warned of: each once, however often a command reads the profiles."""


class _Head(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def replaces(self) -> str | None: ...


class _Document(Protocol):
    @property
    def profile(self) -> _Head: ...


class _File(Protocol):
    @property
    def path(self) -> Path: ...
    @property
    def document(self) -> _Document: ...


AnyFile = TypeVar("AnyFile", bound=_File)


@dataclass(slots=True)
class OwnFiles(Generic[AnyFile]):
    """The user's files by their ids, and by the ids of the shipped ones they stand for."""

    by_id: dict[str, AnyFile] = field(default_factory=dict)
    instead: dict[str, AnyFile] = field(default_factory=dict)
    errors: dict[str, UsageError] = field(default_factory=dict)
    """What is wrong with the others, by the id that a person would ask for them with."""

    def get(self, id_: str) -> AnyFile | None:
        """Return the user's file for this id; its own UsageError where it is not valid."""
        if id_ in self.errors:
            raise self.errors[id_]
        self.warn()
        return self.instead.get(id_) or self.by_id.get(id_)

    def warn(self) -> None:
        """Name each file that is left out, once."""
        for error in dict.fromkeys(self.errors.values()):
            if str(error) not in _named:
                _named.add(str(error))
                _log.warning("%s (this profile is skipped)", error)


def own_files(
    paths: Mapping[str, Path],
    extra: Iterable[Path],
    read: Callable[[Path], AnyFile],
    shipped: Collection[str],
) -> OwnFiles[AnyFile]:
    """Read the user's files, by the ids in their names, and the ``extra`` ones.

    UsageError where an extra one is not valid, for somebody has asked for that.
    """
    found: OwnFiles[AnyFile] = OwnFiles()
    for name, path in paths.items():
        try:
            _add(found, read(path), shipped)
        except UsageError as error:
            found.errors |= dict.fromkeys((name, *_replaces(path)), error)
    for path in extra:
        _add(found, read(path), shipped)
    return found


def _replaces(path: Path) -> Iterator[str]:
    """Yield the shipped id that an invalid file was meant to stand for, if it names one."""
    with suppress(UsageError):
        head = read_toml(path).document.get("profile")
        if isinstance(head, dict) and isinstance(head.get("replaces"), str):
            yield head["replaces"]


def _add(found: OwnFiles[AnyFile], file: AnyFile, shipped: Collection[str]) -> None:
    """Take a file; UsageError where its id is taken, or it replaces what is not there."""
    head = file.document.profile
    if head.id in found.by_id:
        raise UsageError(
            f"{file.path}: profile.id: expected an id of its own, got {head.id!r}, which "
            f"{found.by_id[head.id].path} has already"
        )
    if head.replaces is not None and head.replaces not in shipped:
        raise UsageError(
            f"{file.path}: profile.replaces: expected the id of a built-in profile, got "
            f"{head.replaces!r}"
        )
    if head.id in shipped and head.replaces != head.id:
        raise UsageError(
            f"{file.path}: profile.id: expected an id of its own, got {head.id!r}, which is built "
            f'in: choose another one, or add replaces = "{head.id}"'
        )
    found.by_id[head.id] = file
    if head.replaces is not None:
        found.instead[head.replaces] = file
