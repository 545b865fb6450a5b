"""One step of a plan file: a stretch to run, a race, a rest, or steps to repeat.

A step is known by the key it has, ``run``, ``race``, ``rest`` or ``repeat``; what else may stand
in it follows from that. It is one model and not four, because a person who mistypes a key is then
told of all of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kickcue.config.plan_lengths import plain_text, rest_length, run_length
from kickcue.config.plan_written import cues_of_a_race, written
from kickcue.core.course import Course, course_for
from kickcue.core.errors import UsageError
from kickcue.core.events import CueKind
from kickcue.core.nearest import did_you_mean
from kickcue.core.plan import (
    MOST_LEGS,
    CuePoint,
    Effort,
    Repeat,
    Rest,
    Run,
    Step,
    TimedRun,
    straight,
)

_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("effort", "imagery", "cues"),
    "race": ("lap_m", "kick_m", "imagery", "cues"),
    "rest": (),
    "repeat": ("steps",),
}
"""By what a step is known, and what else may stand in it."""
_BY_THEMSELVES: Final = frozenset(
    {
        CueKind.READY,
        CueKind.EVEN,
        CueKind.HOLD,
        CueKind.SPLIT,
        CueKind.REP,
        CueKind.LAST_REP,
        CueKind.TICK,
        CueKind.GO,
        CueKind.IMAGE,
        CueKind.THROUGH,
        CueKind.TALL,
        CueKind.REST_HALF,
    }
)
"""Cues that follow from what the sensors say, and have no place on the course."""
CUES: Final = tuple(kind.value for kind in CueKind if kind not in _BY_THEMSELVES)
_MOST_CUES: Final = 100


class StepDocument(BaseModel):
    """One step, as written; ``step`` is what the engine runs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    run: str | None = None
    """Metres, a time or "lap"."""
    race: str | None = None
    """An event: 5000m, mile, 10k."""
    rest: str | None = None
    """A time, metres to jog back, "start" (until the runner runs off) or "lap" (a press)."""
    repeat: int | None = Field(default=None, ge=1, le=MOST_LEGS)
    steps: "tuple[StepDocument, ...] | None" = Field(default=None, strict=False)
    effort: Literal["easy", "hard"] = "hard"
    imagery: str | None = Field(default=None, min_length=1, max_length=300)
    cues: dict[str, tuple[float, ...]] | None = Field(default=None, strict=False)
    """Metres to go at which each may come."""
    lap_m: float | None = None
    kick_m: float | None = None

    @field_validator("run", "rest", mode="before")
    @classmethod
    def _with_its_unit(cls, written: Any) -> Any:
        if type(written) in (int, float):
            raise ValueError(
                f'expected a unit, as in "{written:g}m" or "{written:g}s", got {written:g}'
            )
        return plain_text(written)

    @field_validator("run")
    @classmethod
    def _is_run(cls, written: str | None) -> str | None:
        return _checked(written, run_length)

    @field_validator("rest")
    @classmethod
    def _is_rest(cls, written: str | None) -> str | None:
        return _checked(written, rest_length)

    @field_validator("race")
    @classmethod
    def _is_race(cls, written: str | None) -> str | None:
        return _checked(written, course_for)

    @field_validator("imagery")
    @classmethod
    def _in_one_line(cls, written: str | None) -> str | None:
        line = None if written is None else " ".join(written.split())
        if line == "":
            raise ValueError("expected words")
        return line

    @field_validator("cues", mode="before")
    @classmethod
    def _cue_places(cls, written: Any) -> Any:
        if written is None:
            return None
        if not isinstance(written, Mapping):
            raise ValueError("expected places in metres to go, as in { turnover = 200 }")  # noqa: TRY004  pydantic's
        return {_cue_name(name): _metres(name, places) for name, places in written.items()}

    @model_validator(mode="after")
    def _makes_sense(self) -> "StepDocument":
        given = [key for key in StepDocument.model_fields if key in self._said()]
        known_by = [key for key in given if key in _ALSO]
        if not known_by:
            raise ValueError(
                f"expected one of {', '.join(_ALSO)}, got {', '.join(given) or 'none'}"
            )
        if len(known_by) > 1:
            raise ValueError(
                f"expected one of {', '.join(_ALSO)}, got {' and '.join(known_by)}: each is a "
                "step of its own"
            )
        (kind,) = known_by
        wrong = [key for key in given if key not in (kind, *_ALSO[kind])]
        if wrong:
            allowed = f"{kind} with {', '.join(_ALSO[kind])}" if _ALSO[kind] else f"{kind} alone"
            raise ValueError(f"expected {allowed}, got {kind} with {', '.join(wrong)}")
        try:
            self.step()
        except UsageError as error:
            raise ValueError(str(error)) from None
        return self

    def step(self) -> Step:
        """Return what the engine runs."""
        if self.repeat is not None:
            if self.steps is None:
                raise UsageError("repeat: expected steps beside it, steps = [...], got none")
            return Repeat(self.repeat, tuple(each.step() for each in self.steps))
        if self.rest is not None:
            length = rest_length(self.rest)
            return Rest(length.duration_s, length.distance_m, length.until)
        if self.race is not None:
            course = course_for(self.race, lap_m=self.lap_m, kick_m=self.kick_m)
            return Run(course, self._race_cues(course), imagery=self.imagery)
        length = run_length(self.run or "")
        effort = Effort(self.effort)
        if length.distance_m is not None:
            return Run(straight(length.distance_m), self._cues(), effort, self.imagery)
        if self.cues:
            raise UsageError("cues: expected a run over metres, as cues are places on it")
        return TimedRun(length.duration_s, effort, self.imagery)

    @classmethod
    def of(cls, step: Step) -> "StepDocument":
        """Return the document of a step; UsageError where a plan file cannot say it."""
        return cls.model_validate(written(step))

    def _said(self) -> set[str]:
        """Return the keys that say something: a key at its default is as good as none."""
        return set(self.model_dump(exclude_defaults=True))

    def _cues(self) -> tuple[CuePoint, ...]:
        places = [
            CuePoint(CueKind(kind), to_go_m)
            for kind, many in (self.cues or {}).items()
            for to_go_m in many
        ]
        return tuple(sorted(places, key=lambda cue: -cue.to_go_m))

    def _race_cues(self, course: Course) -> tuple[CuePoint, ...]:
        if self.cues is not None:
            return self._cues()
        return cues_of_a_race(course)


def _checked(written: str | None, read: Any) -> str | None:
    """Return it as it is; ValueError in kickcue's words where it cannot be read."""
    try:
        if written is not None:
            read(written)
    except UsageError as error:
        raise ValueError(str(error)) from None
    return written


def _cue_name(name: Any) -> Any:
    if name in CUES:
        return name
    guess = did_you_mean(str(name), CUES)
    raise ValueError(
        f"expected one of {', '.join(CUES)}, got {name!r}{f'; {guess}' if guess else ''}"
    )


def _metres(name: str, places: Any) -> tuple[float, ...]:
    """Return one place or a list of them as a tuple."""
    many = places if isinstance(places, Sequence) and not isinstance(places, str) else (places,)
    numbers = [each for each in many if type(each) in (int, float)]
    if len(numbers) != len(many) or not 0 < len(many) <= _MOST_CUES:
        raise ValueError(f"expected metres to go, as in {{ {name} = 200 }}, got {places!r:.60}")
    return tuple(map(float, numbers))
