"""What a check is and what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from kickcue.config.settings import Settings


class CheckLevel(StrEnum):
    """How much it matters."""

    OK = "ok"
    WARNING = "warning"
    """A race can be run, with less."""
    FAULT = "fault"
    """No race can be run, or no cue is felt."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that is well or is not."""

    level: CheckLevel
    what: str
    """Which part of the machine, in a word or two."""
    why: str
    """What was found, in one sentence for a runner; it may hold what to do."""
    remedy: str | None = None
    """What to do about it, where ``why`` does not include it."""

    def at_most(self, level: CheckLevel) -> "Result":
        """Return the finding as no worse than ``level``."""
        order = list(CheckLevel)
        return replace(self, level=min(self.level, level, key=order.index))


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks are about."""

    race_file: Path | None
    """None where there is none."""
    settings: Settings | None
    """None where there is no race file, or it is wrong."""
    mistake: str | None
    """What is wrong with it."""
    environ: Mapping[str, str]

    @property
    def needs_bluetooth(self) -> bool:
        """Tell whether a sensor of the race, or the watch, is reached by this machine itself."""
        settings = self.settings
        return (
            settings is None
            or settings.watch.profile is not None
            or any(pin.mqtt is None for pin in settings.sensors.values())
        )


Check = Callable[[Context], Iterable[Result]]


def ok(what: str, why: str) -> Result:
    """Return a finding that is well."""
    return Result(CheckLevel.OK, what, why)


def warning(what: str, why: str, remedy: str | None = None) -> Result:
    """Return a finding with which a race can still be run."""
    return Result(CheckLevel.WARNING, what, why, remedy)


def fault(what: str, why: str, remedy: str | None = None) -> Result:
    """Return a finding that keeps a race from being run."""
    return Result(CheckLevel.FAULT, what, why, remedy)
