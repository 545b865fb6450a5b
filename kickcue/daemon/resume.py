"""Takes up a race that was interrupted: by a crash, a power cut, or a service that was restarted.

The engine is a pure function of its inputs, and they are all recorded: fed once more, it knows
everything it knew. The engine's outputs for the last recorded input may not all have been recorded
any more; ``bring_back`` returns it, for it may not have reached the wrist either. The gap is
bridged by time alone: what the sensors would have sent is lost, and the estimate's stated error
grows with that.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kickcue.config.race_document import SCALE_TERMS, RaceDocument
from kickcue.core.cueing.phases import RACING
from kickcue.core.engine_choice import AnyEngine, engine_for
from kickcue.core.errors import DataError, KickcueError
from kickcue.core.events import Arm, Command, CommandKind, Cue, Disarm, Output, PhaseChange
from kickcue.core.units import NS_PER_MS, NS_PER_S, ns_to_s
from kickcue.daemon.clock import Clock
from kickcue.daemon.gap import STOOD_STILL_NS, LastRecord, UtcNow, utc_gap_ns, was_set_since
from kickcue.daemon.left_recordings import newest_first, set_aside
from kickcue.daemon.system_clock import kernel_clock_is_set
from kickcue.recording import Recording
from kickcue.recording.header import is_simulated
from kickcue.recording.locked_file import being_written
from kickcue.recording.mcap_reader import read
from kickcue.recording.mcap_records import CUT_OFF
from kickcue.recording.mcap_recovery import ForeignError, survey
from kickcue.recording.model import INPUTS, Entry
from kickcue.recording.utc import utc_ns

LOG: Final = logging.getLogger(__name__)
LONGEST_GAP_S: Final = 600.0
"""After ten minutes a runner is elsewhere: at another race, or at home."""
LARGEST_BYTES: Final = 32 << 20
"""Some 16 hours of a race: more than that takes the memory that a service is given."""
DAMAGED_SHARE: Final = 0.05
"""With more records than this unreadable, nobody knows where the runner is."""
AHEAD_NS: Final = NS_PER_S
"""Nothing was recorded later than now; clocks are rounded where a laboratory lets time fly."""
LATEST_NS: Final = 1 << 62
LONGEST_RUN_NS: Final = (1 << 31) * NS_PER_MS
"""The range of ``sent_ms``."""
RUN_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
SHOWN_LETTERS: Final = 60


class _AnotherError(DataError):
    """The recording is in order, and its race is not the one that is to be run now."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A race that was interrupted.

    ``same_boot``: the machine's clock has run on since, so the gap is exact and the run is the same
    one. ``recording`` holds what was recorded, its outputs as the ``engine`` gave
    them again when all of it was replayed. ``missing`` are those that were not recorded any more.
    Times are the race's: ``last_t_ns`` of the last thing recorded, ``now_ns`` of now.
    """

    path: Path
    recording: Recording
    document: RaceDocument
    run_id: str
    same_boot: bool
    last_t_ns: int
    now_ns: int
    engine: AnyEngine
    missing: tuple[Output, ...]

    @property
    def gap_s(self) -> float:
        """How long nothing was recorded."""
        return ns_to_s(self.now_ns - self.last_t_ns)


def find_unfinished(  # noqa: PLR0913  what is looked for, and two clocks
    folder: Path,
    document: RaceDocument,
    clock: Clock,
    *,
    utc_now_ns: Callable[[], int] = time.time_ns,
    utc_is_set: Callable[[], bool] = kernel_clock_is_set,
    report: Callable[[str], None] = lambda _: None,
) -> Unfinished | None:
    """Return the race of the newest recording in ``folder``, if it can be gone on with.

    It has to be this one, started, not over, and broken off minutes ago.

    ``document`` has the present digests of its profiles. ``report`` gets one sentence about each
    recording that was not taken up although it may seem so. The newest recording that can be read
    decides: an older one was given up for it. What is none of kickcue's, or simulated, is passed
    over, one that is damaged is set aside, and neither ever raises.
    """
    for path in newest_first(folder, report):
        try:
            recording = _read(path)
            if is_simulated(recording.header):
                continue
            utc = UtcNow(utc_now_ns(), utc_is_set())
            return _unfinished(recording, document, clock, utc, report)
        except BlockingIOError:
            report(f"cannot resume {path.name}: another process is writing it")
        except OSError as error:
            report(f"cannot resume {path.name}: unreadable ({error.strerror})")
        except ForeignError as error:
            report(f"ignored {path.name}: {error}")
        except _AnotherError as error:
            report(f"{path.name} not resumed: {error}")
            return None
        # No recording may keep a race from starting, whatever is wrong with it.
        except Exception as error:  # noqa: BLE001
            set_aside(path, _why(path, error), report)
    return None


def _why(path: Path, error: Exception) -> str:
    if isinstance(error, KickcueError):
        return str(error).removeprefix(f"{path}: ")
    LOG.error("unexpected error while reading %s", path.name, exc_info=error)
    return f"{type(error).__name__} while reading it"


def _read(path: Path) -> Recording:
    """Return a recording of kickcue's own that can be written on.

    BlockingIOError where somebody is writing it.
    """
    if being_written(path):
        raise BlockingIOError
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise ForeignError(f"expected at most {LARGEST_BYTES >> 20} MB, got {size >> 20} MB")
    data = path.read_bytes()
    contents, _ = survey(data)
    recording = read(path, data)
    if len(recording.entries) < (1 - DAMAGED_SHARE) * contents.messages:
        raise DataError(
            f"{contents.messages - len(recording.entries)} of its {contents.messages} records are "
            "unreadable"
        )
    return recording


def _replayed(
    recording: Recording, document: RaceDocument
) -> tuple[Recording, AnyEngine, tuple[Output, ...]]:
    """Return the recording with an engine's outputs, that engine, and the outputs not recorded.

    The outputs are the engine's and not the recorded ones: they are the same, unless the file is
    damaged.
    """
    engine = engine_for(document.engine_config())
    entries: list[Entry] = []
    outputs: tuple[Output, ...] = ()
    for event in recording.inputs:
        outputs = engine.feed(event)
        entries += (event, *outputs)
    recorded = next(
        (
            count
            for count, entry in enumerate(reversed(recording.entries))
            if isinstance(entry, INPUTS)
        ),
        0,
    )
    missing = outputs[recorded:]
    again = Recording.of(
        recording.path,
        recording.header,
        entries[: len(entries) - len(missing)],
        problems=recording.problems,
    )
    return again, engine, missing


def felt_by_timer(unfinished: Unfinished) -> frozenset[str]:
    """Return the ids of cues that the watch's timer has given in the gap.

    They must not be delivered in a new run, armed or given.

    Within one boot the run goes on under its old name and the watch itself knows what it has felt:
    nothing is to be held back.
    """
    if unfinished.same_boot:
        return frozenset()
    armed: dict[str, int] = {}
    for output in unfinished.recording.outputs:
        if isinstance(output, Arm):
            armed[output.cue.id] = output.t_ns + output.due_in_ms * NS_PER_MS
        elif isinstance(output, Disarm):
            armed.pop(output.cue_id, None)
        elif isinstance(output, Cue):
            armed.pop(output.id, None)
    return frozenset(cue_id for cue_id, due_ns in armed.items() if due_ns <= unfinished.now_ns)


def _unfinished(
    recording: Recording,
    document: RaceDocument,
    clock: Clock,
    utc: UtcNow,
    report: Callable[[str], None],
) -> Unfinished | None:
    path, header = recording.path, recording.header
    if header.live is None or header.setup is None or not _is_on(recording):
        return None
    then = RaceDocument.parse(header.setup, "its configuration")
    live = _facts(header.live)
    _require_same(then, document, _corrected_to_m(recording))
    for problem in recording.problems:
        if CUT_OFF not in problem:  # that is what interrupted recordings are
            report(f"{path.name}: {problem}")
    last_t_ns = _last_ns(recording)
    began_utc_ns = utc_ns(header.utc)
    recorded_ns = None if began_utc_ns is None else began_utc_ns + round(last_t_ns / clock.rate)
    then_utc = LastRecord(recorded_ns, path.stat().st_mtime_ns, live.get("utc_set", True))
    same_boot = clock.boot is not None and live["boot"] == clock.boot
    if same_boot:
        now_ns = _now_ns(live, clock, last_t_ns)
        gap_ns = utc_gap_ns(then_utc, utc)
        if (
            gap_ns is not None
            and last_t_ns + round((gap_ns - STOOD_STILL_NS) * clock.rate) > now_ns
        ):
            # The machine's clock stood still and is not to be gone on with.
            same_boot, now_ns = False, last_t_ns + round(gap_ns * clock.rate)
    else:
        now_ns = last_t_ns + round(
            _after_reboot_ns(path, then_utc, utc, clock, report) * clock.rate
        )
    now_ns = max(now_ns, last_t_ns)
    if now_ns - last_t_ns > LONGEST_GAP_S * NS_PER_S:
        raise _AnotherError(
            f"it was interrupted {ns_to_s(now_ns - last_t_ns) / 60:.0f} minutes ago, which is too "
            "long"
        )
    again, engine, missing = _replayed(recording, then)
    return Unfinished(
        path, again, then, live["run_id"], same_boot, last_t_ns, now_ns, engine, missing
    )


def _after_reboot_ns(
    path: Path, then: LastRecord, now: UtcNow, clock: Clock, report: Callable[[str], None]
) -> int:
    """Return how long the race was interrupted where the machine's clock began anew."""
    if was_set_since(then, now):
        since_start_ns = clock.began_ns + clock.run_ns()
        report(
            f"{path.name}: the clock was set meanwhile: assuming a gap of this machine's uptime, "
            f"{ns_to_s(since_start_ns):.0f} s"
        )
        return since_start_ns
    gap_ns = utc_gap_ns(then, now)
    # A Pi has no clock of its own: until the network sets it, it believes that it is some earlier
    # time.
    if not gap_ns:
        report(
            f"{path.name}: this machine's clock does not show how long the race was interrupted: "
            "assuming no gap"
        )
    return gap_ns or 0


def _last_ns(recording: Recording) -> int:
    """Return the time of the last input; DataError where time jumps and does not stay there.

    The ticks of a run come each second, unless the machine sleeps: then what follows is as late as
    the one that jumps.
    """
    before_ns, jump = 0, None
    for event in recording.inputs:
        if event.t_ns - before_ns > 2 * LONGEST_GAP_S * NS_PER_S:
            jump = (before_ns, event.t_ns)
        elif event.t_ns >= before_ns:
            jump = None
        before_ns = max(before_ns, event.t_ns)
    if jump is not None:
        raise DataError(f"its time jumps from {ns_to_s(jump[0]):.0f} s to {ns_to_s(jump[1]):.0f} s")
    return before_ns


def _now_ns(live: dict[str, Any], clock: Clock, last_t_ns: int) -> int:
    """Return the race time now by this boot's clock.

    DataError where that and what was recorded exclude each other.
    """
    machine_ns = clock.began_ns + clock.run_ns()
    now_ns: int = round((machine_ns - live["zero_ns"]) * clock.rate)
    if last_t_ns - now_ns > AHEAD_NS * clock.rate:
        raise DataError(f"its last record is {ns_to_s(last_t_ns - now_ns):.0f} s in the future")
    if not live["zero_ns"] - LONGEST_RUN_NS < live["began_ns"] <= live["zero_ns"]:
        raise DataError("its start time is impossible")
    return now_ns


def _is_on(recording: Recording) -> bool:
    """Tell whether the race has begun and is not over, by the orders and the engine's answers."""
    started = any(
        isinstance(event, Command) and event.kind is CommandKind.START for event in recording.inputs
    )
    phases = [output.phase for output in recording.outputs if isinstance(output, PhaseChange)]
    return started and (not phases or phases[-1] in RACING)


def _corrected_to_m(recording: Recording) -> float | None:
    """Return the race's distance as last corrected, None where nobody has corrected it."""
    orders = [event for event in recording.inputs if isinstance(event, Command)]
    corrections = [order.race_distance_m for order in orders if order.kind is CommandKind.DISTANCE]
    return corrections[-1] if corrections else None


def _require_same(then: RaceDocument, now: RaceDocument, corrected_to_m: float | None) -> None:
    """Check that the same race is to be run; ``_AnotherError`` names the difference.

    One whose distance was corrected is the same also where the settings were put right meanwhile.
    """
    before, after = (
        {key: value for key, value in each.as_json().items() if key not in SCALE_TERMS}
        for each in (then, now)
    )
    if SCALE_TERMS & now.model_fields_set:
        # Else nobody has set one: it was learned, and may have been learned better since.
        before |= {key: getattr(then, key) for key in SCALE_TERMS}
        after |= {key: getattr(now, key) for key in SCALE_TERMS}
    if now.course().distance_m == corrected_to_m:
        before["race"] = after["race"]
    if then.plan != now.plan:
        raise _AnotherError(_another_plan(then, now))
    sensors_before, sensors_after = before.pop("sensors", {}), after.pop("sensors", {})
    _require_alike(before, after)
    _require_same_sensors(sensors_before, sensors_after)
    changed = then.changed_profiles()
    if changed:
        raise _AnotherError(f"profile {changed[0]} has changed since")


def _require_alike(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    wrong = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if wrong:
        raise _AnotherError(
            f"{wrong[0]} was {_shown(before.get(wrong[0]))} and is now "
            f"{_shown(after.get(wrong[0]))}"
        )


def _require_same_sensors(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    profiles_before, profiles_after = (
        {name: each["profile"] for name, each in sensors.items()} for sensors in (before, after)
    )
    if profiles_before != profiles_after:
        raise _AnotherError(
            f"its sensors were {_shown(profiles_before)} and are now {_shown(profiles_after)}"
        )


def _another_plan(then: RaceDocument, now: RaceDocument) -> str:
    if then.name == now.name:
        return f"the plan {_shown(then.name)} has changed since"
    return (
        f"it was the {then.kind} {_shown(then.name)} and is now the {now.kind} {_shown(now.name)}"
    )


def _facts(live: Any) -> dict[str, Any]:
    for key, holds in _FACTS.items():
        if key not in live or not holds(live[key]):
            raise DataError(
                f"its header's live.{key} is {_shown(live.get(key))}, which kickcue never writes"
            )
    for key, holds in _LATER_FACTS.items():
        if key in live and not holds(live[key]):
            raise DataError(
                f"its header's live.{key} is {_shown(live[key])}, which kickcue never writes"
            )
    return dict(live)


def _is_moment(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LATEST_NS


_FACTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "run_id": lambda value: isinstance(value, str) and RUN_ID.fullmatch(value) is not None,
    "boot": lambda value: value is None or isinstance(value, str),
    "zero_ns": _is_moment,
    "began_ns": _is_moment,
}
_LATER_FACTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "utc_set": lambda value: isinstance(value, bool)
}
"""What earlier versions did not write."""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 3]}..."
