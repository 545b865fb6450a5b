"""FIT bytes to the messages of one workout, strictly.

A recording is worth saving from damage, half a workout is not: it would be run as a whole one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import fitdecode  # type: ignore[import-untyped]
from fitdecode.records import FitDataMessage  # type: ignore[import-untyped]

from kickcue.core.errors import DataError
from kickcue.core.plan import MOST_LEGS
from kickcue.workouts.fit_steps import FitStep, plan_steps
from kickcue.workouts.workout import Workout, build, check_size

_RUNNABLE: Final = frozenset(
    {"running", "walking", "hiking", "generic", "training", "fitness_equipment", "all"}
)
"""Sports whose workouts can be run; ``fitness_equipment`` is a treadmill."""

_MOST_FRAMES: Final = 2 * MOST_LEGS + 100
"""Steps, each with a definition of its own, and what else a file may have."""
_FIRST_FRAMES: Final = 16
"""Among them is the ``file_id``: it should be the first message."""

_INDEX: Final = 0x0FFF  # the rest of a message index are flags
# Numbers of fields in the FIT profile.
_FILE_TYPE = 0
_SPORT, _STEP_COUNT, _WORKOUT_NAME = 4, 6, 8
_NAME, _ENDS_BY, _LENGTH, _TARGET, _INTENSITY, _NOTES, _MESSAGE_INDEX = 0, 1, 2, 4, 7, 8, 254

_HINTS: Final = {
    "activity": "it is a recording: kickcue replay and kickcue reps read it",
    "course": "it is a route",
}


@dataclass(frozen=True, slots=True)
class _Message:
    name: str
    values: dict[int, Any]
    """By the numbers of the fields: words where the profile has one, otherwise raw numbers."""
    raw: dict[int, Any]

    def whole(self, field: int) -> int | None:
        value = self.raw.get(field)
        return value if isinstance(value, int) else None

    def text(self, field: int) -> str | None:
        value = self.values.get(field)
        return value if isinstance(value, str) else None


def read(data: bytes, fallback_name: str) -> Workout:
    """Return the workout of a FIT file; DataError where it is none, or a damaged one."""
    _check_type(data)
    check_size(data)
    messages = _decoded(data)
    headers = [message for message in messages if message.name == "workout"]
    if len(headers) > 1:
        raise DataError(f"expected one workout, got {len(headers)}: export one of them")
    about = headers[0] if headers else _Message("workout", {}, {})
    sport = about.values.get(_SPORT) or "generic"
    if sport not in _RUNNABLE:
        raise DataError(f"expected a workout for running, got one for {sport}")
    steps = _in_order([message for message in messages if message.name == "workout_step"])
    notes = _count_notes(about.whole(_STEP_COUNT), len(steps))
    tree, its_notes = plan_steps(steps)
    return build(about.text(_WORKOUT_NAME) or fallback_name, tree, [*notes, *its_notes])


def _check_type(data: bytes) -> None:
    """Refuse another kind of FIT file by its first message, damaged or not."""
    try:
        first = next(
            (each for each in _messages(data, strict=False) if each.name == "file_id"), None
        )
    # Damaged bytes lead the library into KeyError, struct.error, AssertionError and more.
    except Exception:  # noqa: BLE001
        return
    kind = first.values.get(_FILE_TYPE) if first else None
    if kind not in (None, "workout"):
        hint = _HINTS.get(str(kind))
        raise DataError(
            f"expected a FIT workout, got a FIT file of type {kind}"
            + (f" ({hint})" if hint else "")
        )


def _decoded(data: bytes) -> list[_Message]:
    """Return all messages of an undamaged file."""
    try:
        return list(_messages(data, strict=True))
    except DataError:
        raise
    except fitdecode.FitEOFError:
        raise DataError(_again("the FIT file is truncated")) from None
    except fitdecode.FitCRCError:
        raise DataError(_again("the FIT file is damaged (checksum mismatch)")) from None
    # As above: whatever it is, the bytes are to blame.
    except Exception:  # noqa: BLE001
        raise DataError(_again("the FIT file is damaged")) from None


def _again(damage: str) -> str:
    return f"{damage}: download or export it again"


def _messages(data: bytes, *, strict: bool) -> Iterator[_Message]:
    """Yield the data messages; ``strict``: of a whole file whose checksum holds."""
    most = _MOST_FRAMES if strict else _FIRST_FRAMES
    reader = fitdecode.FitReader(
        data,
        processor=None,
        check_crc=fitdecode.CrcCheck.RAISE if strict else fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.RAISE,
    )
    with reader:
        for count, frame in enumerate(reader):
            if count > most:
                raise DataError(f"expected at most {MOST_LEGS} steps, got more")
            if isinstance(frame, FitDataMessage):
                fields = [item for item in frame.fields if item.field_def is not None]
                yield _Message(
                    frame.name,
                    {item.field_def.def_num: item.value for item in fields},
                    {item.field_def.def_num: item.raw_value for item in fields},
                )


def _in_order(messages: list[_Message]) -> list[FitStep]:
    """Return the steps by their own numbers, or as they stand where they have none."""
    numbers = [message.whole(_MESSAGE_INDEX) for message in messages]
    if any(number is None for number in numbers):
        indices = list(range(len(messages)))
    else:
        indices = [number & _INDEX for number in numbers if number is not None]
    steps = sorted(
        (_step(index, message) for index, message in zip(indices, messages, strict=True)),
        key=lambda step: step.index,
    )
    for place, step in enumerate(steps):
        if step.index != place:
            wrong = "is there twice" if step.index < place else "comes after a gap"
            raise DataError(
                f"step {step.number} {wrong}: expected steps numbered without gaps from 1 on"
            )
    return steps


def _step(index: int, message: _Message) -> FitStep:
    return FitStep(
        index,
        str(message.values.get(_ENDS_BY) or "nothing"),
        message.whole(_LENGTH),
        message.whole(_TARGET),
        str(message.values.get(_INTENSITY) or "active"),
        (message.text(_NAME), message.text(_NOTES)),
    )


def _count_notes(told: int | None, count: int) -> list[str]:
    if not count:
        raise DataError("expected at least one step, got none")
    if told is not None and told > count:
        raise DataError(_again(f"expected {told} steps, as its header says, got {count}"))
    if told is not None and told < count:
        return [f"the header says {told} steps, but there are {count}: all of them count"]
    return []
