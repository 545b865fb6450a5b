"""Takes up a race that was interrupted: by a crash, a power cut, or a service that was restarted.

The engine is a pure function of its inputs, and they are all recorded: fed once more, it knows everything it knew. What an engine says to
the last recorded input may not all have been recorded any more; ``bring_back`` returns it, for it may not have reached the wrist either.
The gap is bridged by time alone: what the sensors would have said is lost, and the estimate says how unsure that makes it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kickcue.config.race import SCALE_TERMS, RaceDocument
from kickcue.core.engine import Engine
from kickcue.core.errors import DataError, KickcueError
from kickcue.core.events import Arm, Command, CommandKind, Cue, Disarm, Output, Phase, PhaseChange
from kickcue.core.units import NS_PER_MS, NS_PER_S, ns_to_s
from kickcue.daemon.clock import Clock
from kickcue.recording import Recording, read
from kickcue.recording.header import utc_ns
from kickcue.recording.mcap_records import CUT_OFF
from kickcue.recording.model import INPUTS
from kickcue.recording.straight_file import being_written

LONGEST_GAP_S: Final = 600.0
"""After ten minutes a runner is elsewhere: at another race, or at home."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A race that was interrupted. ``same_boot``: the machine's clock has run on since, so the gap is exact and the run is the same one.

    Times are the race's: ``last_t_ns`` of the last thing recorded, ``now_ns`` of now.
    """

    path: Path
    recording: Recording
    document: RaceDocument
    run_id: str
    same_boot: bool
    last_t_ns: int
    now_ns: int

    @property
    def gap_s(self) -> float:
        """How long nothing was recorded."""
        return ns_to_s(self.now_ns - self.last_t_ns)


def find_unfinished(
    folder: Path,
    document: RaceDocument,
    clock: Clock,
    *,
    utc_now_ns: Callable[[], int] = time.time_ns,
    say: Callable[[str], None] = lambda _: None,
) -> Unfinished | None:
    """Return the race of the newest recording in ``folder`` if it is this one, was started, is not over and broke off minutes ago.

    ``document`` has the present digests of its profiles. Where the newest cannot be gone on with, ``say`` gets the reason in a sentence,
    and the answer is None: an older one was given up for it. A race that was over with its very last input may be returned too; the
    engine of ``bring_back`` then tells so.
    """
    path = _newest(folder, say)
    if path is None:
        return None
    try:
        if being_written(path):
            raise DataError("another kickcue is recording it")
        return _unfinished(path, document, clock, utc_now_ns(), say)
    except OSError as error:
        say(f"{path.name} is not gone on with: it cannot be read: {error.strerror}")
    except KickcueError as error:
        say(f"{path.name} is not gone on with: {str(error).removeprefix(f'{path}: ')}")
    return None


def bring_back(unfinished: Unfinished) -> tuple[Engine, tuple[Output, ...]]:
    """Return an engine that knows what the interrupted one knew, and what it said to the last input that was not recorded any more."""
    engine = Engine(unfinished.document.setup())
    said: tuple[Output, ...] = ()
    for event in unfinished.recording.inputs:
        said = engine.feed(event)
    entries = unfinished.recording.entries
    recorded = next((count for count, entry in enumerate(reversed(entries)) if isinstance(entry, INPUTS)), 0)
    return engine, said[recorded:]


def felt_by_timer(unfinished: Unfinished) -> frozenset[str]:
    """Return the ids of cues that must not be delivered in a new run, armed or given, because the watch's timer has done it in the gap.

    Within one boot the run goes on under its old name and the watch itself knows what it has felt: nothing is to be held back.
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


def _newest(folder: Path, say: Callable[[str], None]) -> Path | None:
    """Return the recording written last: its name would do where the machine knows the time, which a Pi may not."""
    try:
        return max(folder.glob("*.mcap"), key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)
    except OSError as error:
        say(f"{folder} cannot be searched for an interrupted race: {error.strerror}")
        return None


def _unfinished(path: Path, document: RaceDocument, clock: Clock, utc_now_ns: int, say: Callable[[str], None]) -> Unfinished | None:
    recording = read(path)
    header = recording.header
    if header.live is None or header.setup is None or not _is_on(recording):
        return None
    then = RaceDocument.parse(header.setup, "its set-up")
    _require_same(then, document)
    for problem in recording.problems:
        if CUT_OFF not in problem:  # that is what interrupted recordings are
            say(f"{path.name}: {problem}")
    live = _facts(header.live)
    last_t_ns = max(entry.t_ns for entry in recording.entries)
    same_boot = clock.boot is not None and live["boot"] == clock.boot
    if same_boot:
        now_ns = round((clock.began_ns + clock.run_ns() - live["zero_ns"]) * clock.rate)
    else:
        now_ns = last_t_ns if header.utc is None else round((utc_now_ns - (utc_ns(header.utc) or 0)) * clock.rate)
        if now_ns <= last_t_ns:  # a Pi has no clock of its own: until the network tells, it believes that it is some earlier time
            say(f"{path.name}: this machine's clock does not tell how long the race was interrupted: taken as not at all")
    now_ns = max(now_ns, last_t_ns)
    if now_ns - last_t_ns > LONGEST_GAP_S * NS_PER_S:
        raise DataError(f"it broke off {ns_to_s(now_ns - last_t_ns) / 60:.0f} minutes ago, which is too long")
    return Unfinished(path, recording, then, live["run_id"], same_boot, last_t_ns, now_ns)


def _is_on(recording: Recording) -> bool:
    """Tell whether the race has begun and is not over, by the orders and by what the engine said to them."""
    started = any(isinstance(event, Command) and event.kind is CommandKind.START for event in recording.inputs)
    phases = [output.phase for output in recording.outputs if isinstance(output, PhaseChange)]
    return started and (not phases or phases[-1] not in (Phase.FINISHED, Phase.ABORTED))


def _require_same(then: RaceDocument, now: RaceDocument) -> None:
    """Check that the same race is to be run; DataError tells the difference."""
    before, after = ({key: value for key, value in each.as_json().items() if key not in SCALE_TERMS} for each in (then, now))
    if SCALE_TERMS & now.model_fields_set:  # else nobody has said one: it was learned, and may have been learned better since
        before |= {key: getattr(then, key) for key in SCALE_TERMS}
        after |= {key: getattr(now, key) for key in SCALE_TERMS}
    sensors_before, sensors_after = before.pop("sensors", {}), after.pop("sensors", {})
    wrong = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if wrong:
        raise DataError(f"{wrong[0]} was {before.get(wrong[0])!r} and is now {after.get(wrong[0])!r}")
    profiles_before, profiles_after = ({name: each["profile"] for name, each in all_.items()} for all_ in (sensors_before, sensors_after))
    if profiles_before != profiles_after:
        raise DataError(f"its sensors were {profiles_before} and are now {profiles_after}")
    changed = then.changed_profiles()
    if changed:
        raise DataError(f"profile {changed[0]} has changed since")


def _facts(live: Any) -> dict[str, Any]:
    right = {"run_id": str, "boot": str | None, "zero_ns": int, "began_ns": int}
    for key, kind in right.items():
        if key not in live or not isinstance(live[key], kind):
            raise DataError(f"its header's live.{key} is {live.get(key)!r}, which no kickcue writes")
    return dict(live)
