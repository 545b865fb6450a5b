"""A plan as a FIT workout, for a watch that runs it without kickcue.

What a watch has no word for is left out and told: cues, the lines of a course, a rest that ends
when the runner runs off.
"""

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.config.atomic_write import replace_file
from kickcue.config.extras import how_to_get
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind
from kickcue.core.plan import Effort, Leg, Plan, Repeat, Rest, Run, Step, TimedRun, straight
from kickcue.workouts.fit_steps import CM_PER_M, MS_PER_S

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage  # type: ignore[import-untyped]

NAME_BYTES: Final = 31
NOTE_BYTES: Final = 199
"""As long as the fields are, with a zero at the end, in the workouts that Garmin's watches hold."""

_MOST: Final = 0xFFFFFFFE  # of four bytes; the last number means "none"
_TIME, _DISTANCE, _OPEN, _REPEAT = 0, 1, 5, 6
_ACTIVE, _REST, _WARMUP, _COOLDOWN = 0, 1, 2, 3
_NO_TARGET: Final = 2
_DEVELOPMENT: Final = 255  # the maker that FIT has for software without a number of its own


@dataclass(frozen=True, slots=True)
class _Row:
    """One step as FIT has it: ``length`` in s, in m, or the index of a step.

    A repeat has no intensity.
    """

    ends_by: int
    length: float
    target: int = 0
    intensity: int | None = None
    words: str | None = None


def write_fit_workout(plan: Plan, path: Path) -> tuple[str, ...]:
    """Write the plan; return a sentence for each thing that it has and the file has not.

    UsageError where a step does not fit into FIT, where the library is missing, or where the file
    cannot be written.
    """
    data, lost = fit_workout(plan, round(time.time()))
    replace_file(path, data)
    return lost


def fit_workout(plan: Plan, made_s: int) -> tuple[bytes, tuple[str, ...]]:
    """Return the bytes of the file, and what is lost; ``made_s`` is in seconds since 1970."""
    lost: dict[str, None] = {}
    rows = _rows(plan, lost)
    return _encoded(_cut(plan.name, NAME_BYTES, lost), rows, made_s), tuple(lost)


def _rows(plan: Plan, lost: dict[str, None]) -> list[_Row]:
    last_hard = max(
        (at for at, leg in enumerate(_written(plan.steps)) if _is_hard(leg)), default=-1
    )
    rows: list[_Row] = []
    seen = 0

    def add(steps: Sequence[Step]) -> None:
        nonlocal seen
        for step in steps:
            if isinstance(step, Repeat):
                begin = len(rows)
                add(step.steps)
                if step.times > 1:
                    rows.append(_Row(_REPEAT, begin, step.times))
            else:
                rows.append(_row(len(rows) + 1, step, 0 <= last_hard < seen, lost))
                seen += 1

    add(plan.steps)
    return rows


def _written(steps: Sequence[Step]) -> Iterator[Leg]:
    """Yield every stretch and rest once, however often it is run."""
    for step in steps:
        if isinstance(step, Repeat):
            yield from _written(step.steps)
        else:
            yield step


def _is_hard(leg: Leg) -> bool:
    return isinstance(leg, Run | TimedRun) and leg.effort is Effort.HARD


def _row(number: int, leg: Leg, over: bool, lost: dict[str, None]) -> _Row:
    """Return the row of one leg; ``over``: nothing hard comes after it."""
    ends_by, length = _length(number, leg)
    if isinstance(leg, Rest):
        if leg.until is CommandKind.START:
            lost["a rest that ends when you run off (press lap on the watch)"] = None
        return _Row(ends_by, length, intensity=_REST)
    if isinstance(leg, Run):
        _tell_course(leg, lost)
    easy = _COOLDOWN if over else _WARMUP
    return _Row(
        ends_by,
        length,
        intensity=_ACTIVE if leg.effort is Effort.HARD else easy,
        words=_cut(leg.imagery, NOTE_BYTES, lost) if leg.imagery else None,
    )


def _tell_course(run: Run, lost: dict[str, None]) -> None:
    if run.cues:
        lost["cues (a watch without kickcue gives none)"] = None
    course = run.course
    if course.lap_m is not None or course.crossings_m != straight(course.distance_m).crossings_m:
        lost["the lines of a course (the watch counts metres alone)"] = None


def _length(number: int, leg: Leg) -> tuple[int, float]:
    """Return how a leg ends, and after how many s or m: to the ms and cm that FIT has."""
    distance_m = leg.course.distance_m if isinstance(leg, Run) else None
    if isinstance(leg, Rest):
        distance_m = leg.distance_m
    duration_s = None if isinstance(leg, Run) else leg.duration_s
    if distance_m is not None:
        return _DISTANCE, _fitting(number, distance_m, CM_PER_M, "m")
    if duration_s is not None:
        return _TIME, _fitting(number, duration_s, MS_PER_S, "s")
    return _OPEN, 0


def _fitting(number: int, length: float, scale: int, unit: str) -> float:
    whole = round(length * scale)
    if not 1 <= whole <= _MOST:
        raise UsageError(
            f"step {number}: expected {1 / scale:g} to {_MOST / scale:.0f} {unit}, which is what "
            f"a FIT workout can hold, got {length:g}"
        )
    return whole / scale


def _cut(text: str, most: int, lost: dict[str, None]) -> str:
    """Return a text of at most so many bytes, whole characters, in one line."""
    line = " ".join(text.replace("\0", " ").split()).encode(errors="replace")
    if len(line) <= most:
        return line.decode()
    lost[f"the end of {line.decode()[:24]!r}... (a watch holds {most} bytes of it)"] = None
    return f"{line[: most - 3].decode(errors='ignore').rstrip()}..."


def _encoded(name: str, rows: Sequence[_Row], made_s: int) -> bytes:
    try:
        from fit_tool.fit_file_builder import (  # type: ignore[import-untyped]  # noqa: PLC0415
            FitFileBuilder,
        )
    except ImportError:
        raise UsageError(
            f"writing FIT workouts needs the fit-tool library: {how_to_get('workouts')}"
        ) from None
    builder = FitFileBuilder(auto_define=True)
    builder.add_all([*_head(name, rows, made_s), *_messages(rows)])
    return bytes(builder.build().to_bytes())


def _head(name: str, rows: Sequence[_Row], made_s: int) -> Iterator["DataMessage"]:
    from fit_tool.profile.messages.file_id_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FileIdMessage,
    )
    from fit_tool.profile.messages.workout_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        WorkoutMessage,
    )
    from fit_tool.profile.profile_type import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FileType,
        Sport,
    )

    from kickcue.recording.fit import FIT_EPOCH_S  # noqa: PLC0415  fitdecode is slow

    file_id = FileIdMessage()
    file_id.type = FileType.WORKOUT
    file_id.manufacturer = _DEVELOPMENT
    file_id.product = 0
    # A watch tells its workouts apart by this number.
    file_id.serial_number = zlib.crc32(repr((name, rows)).encode()) or 1
    # A machine without a clock of its own may believe that it is 1970.
    file_id.time_created = max(made_s, FIT_EPOCH_S) * MS_PER_S
    yield file_id
    workout = WorkoutMessage()
    workout.workout_name = name
    workout.sport = Sport.RUNNING
    workout.num_valid_steps = len(rows)
    yield workout


def _messages(rows: Sequence[_Row]) -> Iterator["DataMessage"]:
    from fit_tool.profile.messages.workout_step_message import (  # type: ignore[import-untyped]  # noqa: PLC0415
        WorkoutStepMessage,
    )

    for index, row in enumerate(rows):
        step = WorkoutStepMessage()
        step.message_index = index
        step.duration_type = row.ends_by  # first: the unit of the length goes by it
        step.duration_value = row.length
        step.target_value = row.target
        if row.ends_by != _REPEAT:
            step.target_type = _NO_TARGET
            step.intensity = row.intensity
        if row.words:
            step.notes = row.words
        yield step
