"""What races have taught about the scale of each pod, kept from one race to the next.

One small JSON file for each athlete and pod, ``<state>/calibration/<athlete>/<pod>.json``: a list
of what single races have measured, the oldest first. What follows from them is worked out anew each
time, so that a better rule makes better use of the same races.
"""

import hashlib
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from kickcue.config.atomic_write import replace_file
from kickcue.config.plain_file import read_plain_file
from kickcue.config.validation_errors import first_mistake, mistake_text
from kickcue.core.errors import DataError, UsageError
from kickcue.core.position.scale_prior import MeasuredScale, learned

MOST_RACES: Final = 20
SCALES: Final = (0.8, 1.25)
"""The range of a pod's scale that a race accepts; no pod is outside of it."""
SURPRISE_SD: Final = 3.0
"""A scale this many standard deviations off what was expected makes one ask for the shoes."""
_STRICT: Final = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
_DIGITS: Final = 5
_MOST_BYTES: Final = 100_000  # twenty races take two


class RaceScale(BaseModel):
    """What one race has measured: true metres for each of the pod, and the standard deviation."""

    model_config = _STRICT

    utc: AwareDatetime | None = None
    recording: str | None = None
    scale: float = Field(ge=SCALES[0], le=SCALES[1])
    sd: float = Field(gt=0.0, le=0.1)

    def is_same_race(self, other: "RaceScale") -> bool:
        """Tell whether both are of one race, by their time or else by the recording's name.

        One athlete runs one race at a time.
        """
        if self.utc is not None and other.utc is not None:
            return self.utc == other.utc
        return self.recording is not None and self.recording == other.recording


class Calibration(BaseModel):
    """All that is known of one pod on one athlete."""

    model_config = _STRICT

    kickcue_calibration: Literal[1] = 1
    athlete: str
    pod: str
    races: tuple[RaceScale, ...] = Field(default=(), max_length=MOST_RACES)

    def with_race(self, race: RaceScale) -> "Calibration":
        """Return it with one race more, in order of time and without the oldest if too many.

        A race counts once.
        """
        if any(race.is_same_race(known) for known in self.races):
            return self
        later = (
            at
            for at, known in enumerate(self.races)
            if race.utc is not None and known.utc is not None and known.utc > race.utc
        )
        at = next(later, len(self.races))
        races = (*self.races[:at], race, *self.races[at:])
        return self.model_copy(update={"races": races[-MOST_RACES:]})

    def expected(self) -> tuple[float, float]:
        """Return the scale to expect in the next race and its standard deviation.

        They have as many digits as a person may want to read.
        """
        scale, sd = learned(_measured(self.races))
        return round(scale, _DIGITS), round(sd, _DIGITS)

    def surprise(self) -> float | None:
        """Return by what share the last race's scale is off the expected one; None: it is not."""
        if len(self.races) < 2:
            return None
        last, (scale, sd) = self.races[-1], learned(_measured(self.races[:-1]))
        return (
            last.scale / scale - 1.0
            if abs(last.scale - scale) > SURPRISE_SD * math.hypot(sd, last.sd)
            else None
        )


@dataclass(frozen=True, slots=True)
class Calibrations:
    """The files. ``pod`` is the pod's address, name or MQTT id, else the name of the sensor."""

    folder: Path

    @classmethod
    def below(cls, state: Path) -> "Calibrations":
        """Return those in a state folder; it need not exist."""
        return cls(state / "calibration")

    def path(self, athlete: str, pod: str) -> Path:
        """Return where the file of this pod lies, if there is one."""
        return self.folder / _file_name(athlete) / f"{_file_name(pod)}.json"

    def files(self, athlete: str | None = None) -> Iterator[Path]:
        """Yield the files of one athlete or of all, by name.

        DataError where the folder cannot be read.
        """
        try:
            yield from sorted(
                self.folder.glob(f"{'*' if athlete is None else _file_name(athlete)}/*.json")
            )
        except OSError as error:
            raise DataError(f"cannot read {self.folder}: {error.strerror}") from None

    def get(self, athlete: str, pod: str) -> Calibration:
        """Return what is known of this pod, which may be nothing.

        DataError where the file is damaged.
        """
        path = self.path(athlete, pod)
        known = read_calibration(path) or Calibration(athlete=athlete, pod=pod)
        if (known.athlete, known.pod) != (athlete, pod):
            raise DataError(
                f"{path}: expected another pod, got {known.pod} of {known.athlete}: move the file "
                "away"
            )
        return known

    def put(self, calibration: Calibration) -> None:
        """Keep it; UsageError where that cannot be written."""
        path = self.path(calibration.athlete, calibration.pod)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from None
        replace_file(path, calibration.model_dump_json(indent=1) + "\n")


def read_calibration(path: Path) -> Calibration | None:
    """Return what is in a file, None where there is none.

    DataError, with what to do, where it is damaged.
    """
    try:
        return Calibration.model_validate_json(read_plain_file(path, _MOST_BYTES).content)
    except UsageError as error:
        if not os.path.lexists(path):
            return None
        raise DataError(str(error)) from None
    except ValidationError as error:
        first = first_mistake(error)
        where = ".".join(map(str, first["loc"])) or "the file"
        raise DataError(
            f"{path}: is damaged ({mistake_text(first, where)}): delete it, or let the next race "
            "replace it"
        ) from None


def _measured(races: tuple[RaceScale, ...]) -> list[MeasuredScale]:
    return [MeasuredScale(race.scale, race.sd) for race in races]


def _file_name(text: str) -> str:
    """Return a name that any file system takes, and no other text has."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:40]
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}"
