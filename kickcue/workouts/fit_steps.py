"""The steps of a FIT workout to those of a plan.

FIT has a flat list, in which a step may say "go back to step 2, until that was done 5 times". Each
such step folds what stands between into one ``Repeat``.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kickcue.core.errors import DataError, UsageError
from kickcue.core.plan import Effort, Repeat, Rest, Run, Step, TimedRun
from kickcue.workouts.workout import End, rest, stretch, words

MS_PER_S: Final = 1000
CM_PER_M: Final = 100
DEEPEST: Final = 10
"""Repeats within each other: of two times each, they have more legs than a plan may."""

_TIMES: Final = frozenset({"time", "time_only"})
_RESTS: Final = frozenset({"rest", "recovery"})
_EASY: Final = frozenset({"warmup", "cooldown"})
_REPEATS: Final = "repeat_until_"
_TOLD: Final = {
    "hr_less_than": "when the heart rate has fallen",
    "hr_greater_than": "when the heart rate has risen",
    "calories": "after some calories",
    "reps": "after some movements",
    "training_peaks_tss": "at a training load",
    "repetition_time": "at a send-off time",
    "nothing": "in no way that the file says",
}
"""How a step ends that kickcue has no measure for, to be read after "ends"."""


@dataclass(frozen=True, slots=True)
class FitStep:
    """One ``workout_step``: ``ends_by`` and ``intensity`` in the profile's words.

    ``length`` and ``target`` are raw: ms, cm, or the index of a step.
    """

    index: int
    ends_by: str
    length: int | None
    target: int | None
    intensity: str
    texts: tuple[str | None, ...]

    @property
    def number(self) -> int:
        """As a person counts."""
        return self.index + 1


@dataclass(frozen=True, slots=True)
class _Folded:
    """A step of the plan, and the index of the FIT step that it begins with."""

    index: int
    step: Step
    depth: int = 0


def plan_steps(steps: Sequence[FitStep]) -> tuple[tuple[Step, ...], list[str]]:
    """Return the steps, in order, as those of a plan, and notes; DataError with the step's number.

    ``steps`` are numbered from 0 without gaps.
    """
    folded: list[_Folded] = []
    notes: list[str] = []
    for step in steps:
        try:
            if step.ends_by.startswith(_REPEATS):
                _fold(step, folded, notes)
            else:
                folded.append(_Folded(step.index, _leg(step, notes)))
        except UsageError as error:
            raise DataError(f"step {step.number}: {error}") from None
    return tuple(each.step for each in folded), notes


def _leg(step: FitStep, notes: list[str]) -> Step:
    end = _end(step, notes)
    text = words(step.texts)
    if step.intensity in _RESTS:
        if text:
            notes.append(f"step {step.number} is a rest: its words are not shown ({text})")
        return rest(end)
    return stretch(end, Effort.EASY if step.intensity in _EASY else Effort.HARD, text)


def _end(step: FitStep, notes: list[str]) -> End:
    if step.ends_by in _TIMES:
        return End(duration_s=_positive(step.length, "a time") / MS_PER_S)
    if step.ends_by == "distance":
        return End(distance_m=_positive(step.length, "a distance") / CM_PER_M)
    if step.ends_by != "open":
        power = "at a power" if "power" in step.ends_by else f"by {step.ends_by!r}"
        told = _TOLD.get(step.ends_by, power)
        notes.append(
            f"step {step.number} ends {told}, which kickcue does not follow: press lap instead"
        )
    return End()


def _positive(length: int | None, what: str) -> int:
    if not length:
        raise UsageError(f"expected {what} above 0, got {'none' if length is None else 0}")
    return length


def _fold(step: FitStep, folded: list[_Folded], notes: list[str]) -> None:
    """Put the steps since the one that ``step`` goes back to into one repeat."""
    back_to = step.length
    if back_to is None or back_to >= step.index:
        told = "none" if back_to is None else f"step {back_to + 1}"
        raise UsageError(f"repeat: expected to go back to a step before it, got {told}")
    starts = [each.index for each in folded]
    if back_to not in starts:
        raise UsageError(
            f"goes back to step {back_to + 1}, into the middle of another repeat: "
            "expected repeats beside or around each other"
        )
    at = starts.index(back_to)
    body = tuple(each.step for each in folded[at:])
    depth = 1 + max(each.depth for each in folded[at:])
    if depth > DEEPEST:
        raise UsageError(f"expected at most {DEEPEST} repeats within each other, got more")
    folded[at:] = [_Folded(back_to, Repeat(_times(step, body, notes), body), depth)]


def _times(step: FitStep, body: tuple[Step, ...], notes: list[str]) -> int:
    until = step.ends_by.removeprefix(_REPEATS)
    if until == "steps_cmplt":
        return _positive(step.target, "a number of times")
    if until == "time":
        whole, unit = _positive(step.target, "a time") / MS_PER_S, "s"
        one = _added(body, _seconds, "ends after a time")
    elif until == "distance":
        whole, unit = _positive(step.target, "a distance") / CM_PER_M, "m"
        one = _added(body, _metres, "ends after a distance")
    else:
        raise UsageError(
            f"repeats until {until!r}: expected a number of times, a time or a distance: "
            "change it in the app it comes from"
        )
    times = math.ceil(whole / one)
    notes.append(
        f"step {step.number} repeats until {whole:g} {unit} are over: that is {times} times"
    )
    return times


def _added(steps: Sequence[Step], length_of: Callable[[Step], float | None], what: str) -> float:
    total = 0.0
    for step in steps:
        if isinstance(step, Repeat):
            total += step.times * _added(step.steps, length_of, what)
            continue
        length = length_of(step)
        if length is None:
            raise UsageError(
                f"repeats until a total is reached: expected that every step in it {what}, or a "
                "number of times instead"
            )
        total += length
    return total


def _seconds(step: Step) -> float | None:
    return step.duration_s if isinstance(step, TimedRun | Rest) else None


def _metres(step: Step) -> float | None:
    if isinstance(step, Run):
        return step.course.distance_m
    return step.distance_m if isinstance(step, Rest) else None
