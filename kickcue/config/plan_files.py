"""Finds and reads plans: those that kickcue brings in ``kickcue/plans``, and a user's own.

A user's own lie in ``$XDG_CONFIG_HOME/kickcue/plans``; one with the name of a shipped plan stands
for it, so that a runner may copy ``strides`` and make it his own.
"""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from kickcue.config.named_files import files_by_name, is_path
from kickcue.config.paths import config_folder
from kickcue.config.plan_document import PlanDocument
from kickcue.config.toml_file import parse_toml, read_toml
from kickcue.config.toml_lines import with_line
from kickcue.config.validation_errors import first_mistake, one_line
from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean

_FOLDER: Final = "plans"


def load_plan(name_or_path: str) -> PlanDocument:
    """Return a plan; a path has a slash or ends in .toml, a name does not.

    UsageError where there is none, or where it is not valid: file, line, key, and what is right.
    """
    return read_plan(plan_path(name_or_path))


def session_document(name_or_path: str) -> PlanDocument | None:
    """Return the plan of a session; None where it is that of a race."""
    document = load_plan(name_or_path)
    return None if document.plan().is_race else document


def plan_path(name_or_path: str) -> Path:
    """Return the file of a plan; UsageError with the nearest name where there is none."""
    if is_path(name_or_path):
        return Path(name_or_path)
    known = shipped_plans() | own_plans()
    if name_or_path in known:
        return known[name_or_path]
    guess = did_you_mean(name_or_path, known)
    raise UsageError(
        f"no plan {name_or_path!r}: {f'{guess} ' if guess else ''}'kickcue plan list' shows all; "
        "for a file, write its path"
    )


def plan_names() -> tuple[str, ...]:
    """Return the names of all plans without reading one."""
    return tuple(sorted(shipped_plans() | own_plans()))


def shipped_plans() -> dict[str, Path]:
    """Return the files of the plans that kickcue brings, by name."""
    return files_by_name(Path(str(files("kickcue"))) / _FOLDER)


def own_plans() -> dict[str, Path]:
    """Return the files of the user's own plans, by name."""
    return files_by_name(own_plans_folder())


def own_plans_folder() -> Path | None:
    """Return the folder of the user's own plans, which need not exist; None: there can be none."""
    folder = config_folder(os.environ)
    return None if folder is None else folder / _FOLDER


def read_plan(path: Path) -> PlanDocument:
    """Return the plan in a file; UsageError says on which line what is wrong with it."""
    file = read_toml(path, absent="; 'kickcue plan list' shows all plans")
    return _checked(file.document, file.text, str(path), path.stem)


def parse_plan(text: str, where: str, name: str) -> PlanDocument:
    """Return the plan that a TOML text says; UsageError begins with ``where``."""
    return _checked(parse_toml(text, where), text, where, name)


def _checked(document: Mapping[str, Any], text: str, where: str, name: str) -> PlanDocument:
    """Return the plan, named after its file unless it says its name."""
    try:
        plan = PlanDocument.model_validate({"name": name, **document})
    except ValidationError as error:
        at = with_line(where, text, first_mistake(error)["loc"])
        raise UsageError(f"{at}: {one_line(error, PlanDocument, document)}") from None
    if plan.name != name:
        raise UsageError(
            f"{with_line(where, text, ['name'])}: name: expected {name!r} as the file is called "
            f"(or leave it out), got {plan.name!r}"
        )
    return plan
