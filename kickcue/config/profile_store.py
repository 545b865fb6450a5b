"""Finds the profiles of one kind, sensors or watches: those that kickcue brings, the user's own.

Shipped ones lie in ``firmware_profiles/<kind>`` at the top of a checkout, and inside the package in
an installed wheel; a user's own in ``$XDG_CONFIG_HOME/kickcue/firmware_profiles/<kind>``.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kickcue.config.named_files import files_by_name, is_path
from kickcue.config.paths import config_folder
from kickcue.config.profile_overrides import AnyFile, OwnFiles, own_files
from kickcue.config.toml_file import read_toml
from kickcue.config.toml_lines import with_line
from kickcue.config.validation_errors import first_mistake, one_line
from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean

_FOLDER: Final = "firmware_profiles"

Document = TypeVar("Document", bound=BaseModel)
Profile = TypeVar("Profile")


@dataclass(frozen=True, slots=True)
class ProfileFile(Generic[Document, Profile]):
    """One profile with the file it came from; ``digest`` is the SHA-256 of its bytes, in hex."""

    path: Path
    digest: str
    document: Document
    profile: Profile


@dataclass(frozen=True, slots=True)
class ProfileStore(Generic[AnyFile]):
    """All profiles of one kind.

    ``kind`` is the name of their folder, ``title`` what an error calls one of them. ``read`` reads
    one file. Where the profiles have a folder each, ``inside`` is the name of the file in it, else
    each is a file named after its id.
    """

    kind: str
    title: str
    read: Callable[[Path], AnyFile]
    inside: str | None = None

    def file(self, id_or_path: str) -> AnyFile:
        """Return one profile with its file; a path has a slash or ends in .toml, an id does not.

        UsageError where there is none or it is not valid.
        """
        if is_path(id_or_path):
            return self.read(Path(id_or_path))
        own, shipped = self._own(), self._paths(self.shipped_folder)
        mine = own.get(id_or_path)
        if mine is not None:
            return mine
        if id_or_path in shipped:
            return self.read(shipped[id_or_path])
        guess = did_you_mean(id_or_path, [*shipped, *own.by_id])
        raise UsageError(
            f"expected a {self.title}, got {id_or_path!r}: {f'{guess} ' if guess else ''}'kickcue "
            "profiles list' shows all"
        )

    def files(self, extra: Sequence[Path] = ()) -> dict[str, AnyFile]:
        """Return all profiles with their files by id: shipped, the user's own, the ``extra`` ones.

        UsageError where a shipped or an extra one is not valid.
        """
        own = self._own(extra)
        own.warn()
        shipped = {
            id_: self.read(path)
            for id_, path in self._paths(self.shipped_folder).items()
            if id_ not in own.instead
        }
        return dict(sorted((shipped | own.by_id).items()))

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all profiles without reading one."""
        return tuple(sorted({*self._paths(self.shipped_folder), *self._paths(self._user_folder)}))

    def own_ids(self) -> tuple[str, ...]:
        """Return the ids of the user's own without reading one."""
        return tuple(self._paths(self._user_folder))

    def shipped_paths(self) -> dict[str, Path]:
        """Return the files of those that kickcue brings, by id."""
        return self._paths(self.shipped_folder)

    @property
    def shipped_folder(self) -> Path:
        """The folder of those that kickcue brings."""
        package = Path(str(files("kickcue")))
        inside = package / _FOLDER
        return (inside if inside.is_dir() else package.parent / _FOLDER) / self.kind

    @property
    def _user_folder(self) -> Path | None:
        """The folder of the user's own, which need not exist; None: this user can have none."""
        folder = config_folder(os.environ)
        return None if folder is None else folder / _FOLDER / self.kind

    def _own(self, extra: Sequence[Path] = ()) -> OwnFiles[AnyFile]:
        shipped = self._paths(self.shipped_folder)
        return own_files(self._paths(self._user_folder), extra, self.read, shipped)

    def _paths(self, folder: Path | None) -> dict[str, Path]:
        return files_by_name(folder, self.inside)


def read_document(path: Path, kind: type[Document]) -> tuple[Document, str]:
    """Return what is in a file, and the SHA-256 of its bytes in hex.

    UsageError names in one line what is wrong with it.
    """
    file = read_toml(path)
    try:
        document = kind.model_validate(file.document)
    except ValidationError as error:
        where = with_line(path, file.text, first_mistake(error)["loc"])
        raise UsageError(f"{where}: {one_line(error, kind, file.document)}") from None
    return document, sha256(file.content).hexdigest()
