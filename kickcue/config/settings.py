"""What kickcue is set to: the race, whose sensors, which broker, and where recordings go.

Read from a TOML file, then from the environment, then from a command's options; what comes later
wins. ``docs/configuration.md`` tells all keys.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from kickcue.config.device_settings import SensorPin
from kickcue.config.paths import default_state_folder, find_race_file, home
from kickcue.config.phrase_files import load_vocabulary
from kickcue.config.settings_model import BrokerSettings, Settings
from kickcue.config.settings_reference import path_keys, setting_keys, tables
from kickcue.config.settings_sources import (
    Given,
    Givens,
    from_document,
    from_environment,
    from_file,
    from_options,
    nested,
    sources_of,
)
from kickcue.config.validation_errors import first_mistake, one_line
from kickcue.core.errors import UsageError

__all__ = [
    "BrokerSettings",
    "SensorPin",
    "Settings",
    "find_race_file",
    "load_settings",
    "state_folder",
]

_ANY_RACE: Final = "5000m"
_COURSE: Final = ("race", "lap_m", "kick_m", "lane", "indoor", "water_jump")


def load_settings(
    path: Path | None,
    *,
    options: Mapping[str, Any] = MappingProxyType({}),
    environ: Mapping[str, str] = os.environ,
    any_race: bool = False,
) -> Settings:
    """Return the settings of the race file (if any), the environment and the options.

    The later wins. Options are keys like ``lap_m`` or ``broker.url``, or blocks; None means not
    told. A path in the race file is relative to that file's folder, any other to the current one.
    With ``any_race`` it is a 5000 m where nobody has told the race. UsageError names the key, the
    value, who said it and what would be right.
    """
    keys = tuple(setting_keys())
    variables = {key.variable: key.path for key in keys if key.variable is not None}
    said = from_environment(environ, variables, tables()) | from_options(options)
    givens = _file_givens({} if path is None else from_file(path), path, environ)
    whole = givens | _paths_spelt_out(said, path_keys(), None, environ)
    if ("race",) not in whole and (any_race or ("plan",) in whole):  # a session needs no race
        source = whole["plan",].source if ("plan",) in whole else "the default"
        whole = {**whole, ("race",): Given(_ANY_RACE, source)}
    return _settings(whole, path)


def check_race_file(document: Mapping[str, Any], path: Path) -> None:
    """Raise UsageError where a race file at ``path`` could not say this.

    The event may be left out, for an option or the environment may tell it.
    """
    givens = _file_givens(from_document(document, path), path, {})
    if "race" in document:
        settings = _settings(givens, path)
        _check(settings.document().engine_config, givens, (*_COURSE, "gate"))
    else:
        _settings({**givens, ("race",): Given(_ANY_RACE, str(path))}, path, whole=False)


def _file_givens(givens: Givens, path: Path | None, environ: Mapping[str, str]) -> Givens:
    return _paths_spelt_out(givens, path_keys(), path and path.parent, environ)


def _settings(givens: Givens, path: Path | None, *, whole: bool = True) -> Settings:
    document = nested(givens)
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise UsageError(_told(error, givens, document, path)) from None
    if settings.plan is not None and settings.plan.lower().endswith(".toml"):
        _check(settings.document, givens, ("plan",))  # a coach's file is read by those who run it
    if whole:
        _check(settings.course, givens, _COURSE)
        _check(settings.check_target, givens, (*_COURSE, "target_s"))
    _check(lambda: load_vocabulary(settings.language), givens, ("language",))
    return settings


def state_folder(settings: Settings, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what is to be kept (recordings in its ``races``); it need not exist."""
    return settings.state_dir or default_state_folder(environ)


def _paths_spelt_out(
    givens: Givens,
    paths: frozenset[tuple[str, ...]],
    folder: Path | None,
    environ: Mapping[str, str],
) -> Givens:
    """Return the values with their paths spelt out: ``~``, and ``folder`` before relative ones."""

    def spelt(key: tuple[str, ...], it: Given) -> str:
        text: str = it.value
        if "\0" in text:
            raise UsageError(f"{it.source}: {'.'.join(key)}: expected a path, got {text[:40]!r}")
        if text == "~" or text.startswith("~/"):
            return str(home(environ) / text[2:])
        return text if folder is None else str(folder / text)

    def is_path(key: tuple[str, ...], value: Any) -> bool:
        own_file = key[-1] in ("language", "profile", "plan") and str(value).endswith(".toml")
        return isinstance(value, str) and value != "" and (key in paths or own_file)

    return {
        key: Given(spelt(key, it), it.source) if is_path(key, it.value) else it
        for key, it in givens.items()
    }


def _told(
    error: ValidationError, givens: Givens, document: Mapping[str, Any], path: Path | None
) -> str:
    """Return the first mistake with who made it."""
    mistake = first_mistake(error)
    told = one_line(error, Settings, document)
    key = tuple(str(part) for part in mistake["loc"])
    if mistake["type"] == "missing" and len(key) == 1:
        change = "" if path is None else f"'kickcue set {key[0]} 5000m', "
        file = "a race file" if path is None else str(path)
        return (
            f"{told}: set it in {file} ({change}'kickcue init' writes one), by "
            f"KICKCUE_{key[0].upper()}, or by an option"
        )
    return f"{sources_of(givens, key)}: {told}"


def _check(what: Callable[[], object], givens: Givens, keys: tuple[str, ...]) -> None:
    """Put before an error who set ``keys``."""
    try:
        what()
    except UsageError as error:
        sources = dict.fromkeys(it.source for key, it in givens.items() if key[0] in keys)
        raise UsageError(f"{' and '.join(sources)}: {error}") from None
