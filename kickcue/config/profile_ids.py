"""One id, one profile: which of the user's own files stand beside the shipped ones, and which stand for them. Sensors and watches alike."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from kickcue.core.errors import AskedWronglyError


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


def by_id(files: Iterable[AnyFile]) -> dict[str, AnyFile]:
    """Return the files by the id in them; AskedWronglyError where two have one."""
    found: dict[str, AnyFile] = {}
    for file in files:
        id_ = file.document.profile.id
        if id_ in found:
            raise AskedWronglyError(f"{file.path}: profile.id = {id_!r}: {found[id_].path} has it already; take another one")
        found[id_] = file
    return found


def replaced(own: Mapping[str, AnyFile], shipped: Collection[str]) -> dict[str, AnyFile]:
    """Return the user's files that stand for a shipped one, by the id of that; AskedWronglyError where an id is taken or not there."""
    found: dict[str, AnyFile] = {}
    for file in own.values():
        head = file.document.profile
        if head.replaces is not None:
            if head.replaces not in shipped:
                raise AskedWronglyError(
                    f"{file.path}: profile.replaces = {head.replaces!r}: should be the id of a profile that kickcue brings"
                )
            found[head.replaces] = file
        if head.id in shipped and head.replaces != head.id:
            raise AskedWronglyError(
                f'{file.path}: profile.id = {head.id!r}: kickcue brings that one; take another id, or add replaces = "{head.id}"'
            )
    return found
