"""Every key of the settings as a row, read off the models: variable, kind, default, meaning."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kickcue.config.settings_model import Settings
from kickcue.config.settings_sources import PREFIX

_KINDS: Final = {
    str: "text",
    float: "number",
    int: "whole number",
    bool: "true or false",
    Path: "path",
}


@dataclass(frozen=True, slots=True)
class SettingKey:
    """One key. ``path`` is its place in the file.

    It has ``NAME`` where the user gives a name: ("sensors", "NAME", "profile").
    """

    path: tuple[str, ...]
    kind: str
    default: Any
    """None: there is none, or it follows from elsewhere, as ``what`` tells."""
    example: Any
    what: str
    required: bool

    @property
    def variable(self) -> str | None:
        """Return the environment variable that sets it; sensors have none."""
        return None if "NAME" in self.path else f"{PREFIX}{'_'.join(self.path).upper()}"

    @property
    def is_path(self) -> bool:
        """Tell whether the value is a file or a folder."""
        return self.kind == _KINDS[Path]


def setting_keys(
    model: type[BaseModel] = Settings, at: tuple[str, ...] = ()
) -> Iterator[SettingKey]:
    """Yield the keys in the order of the models, blocks after all others, as TOML wants them."""
    for name, field in sorted(
        model.model_fields.items(), key=lambda item: _block(item[1])[0] is not None
    ):
        block, named = _block(field)
        if block is not None:
            yield from setting_keys(block, (*at, name, *(["NAME"] if named else [])))
        else:
            yield _key(field, (*at, name))


def path_keys() -> frozenset[tuple[str, ...]]:
    """Return the keys whose values are files or folders."""
    return frozenset(key.path for key in setting_keys() if key.is_path)


def tables() -> tuple[str, ...]:
    """Return the names of the blocks, such as ``broker``."""
    return tuple(
        name for name, field in Settings.model_fields.items() if _block(field)[0] is not None
    )


def _block(field: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    """Return the model of a block's field, and whether it holds several that the user names."""
    inner = (
        get_args(field.annotation)[-1] if get_origin(field.annotation) is dict else field.annotation
    )
    found = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
    return found, found is not None and inner is not field.annotation


def _key(field: FieldInfo, path: tuple[str, ...]) -> SettingKey:
    assert field.description is not None, f"{path} is not explained"
    required = field.is_required()
    default = None if required else field.default
    default = default.value if isinstance(default, Enum) else default
    example = field.examples[0] if field.examples else default
    return SettingKey(path, _kind(field.annotation), default, example, field.description, required)


def _kind(annotation: Any) -> str:
    options = [each for each in get_args(annotation) if each is not NoneType]
    if get_origin(annotation) is Literal:
        return " | ".join(f'"{option}"' for option in options)
    if get_origin(annotation) is tuple:
        return f"[{', '.join(map(_kind, options))}]"
    if options:
        return _kind(options[0])
    if issubclass(annotation, Enum):
        return " | ".join(f'"{member.value}"' for member in annotation)
    return _KINDS[annotation]
