"""What goes into the engine and what comes out.

Every event is frozen, slotted and carries ``t_ns``: nanoseconds since the recording's epoch, from
one monotonic clock. Inputs are recorded before anything looks at them; outputs are recorded beside
them. Unknown is ``None``, never 0.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from kickcue.core.units import NS_PER_S, s_to_ns


class MarkSource(StrEnum):
    """Who says "at the line"."""

    BUTTON = "button"
    GATE = "gate"
    BEACON = "beacon"
    TRACKSIDE = "trackside"


class CommandKind(StrEnum):
    """What the runner, or in training a helper, can order."""

    START = "start"
    LAP = "lap"
    UNDO_LAP = "undo_lap"
    FINISH = "finish"
    ABORT = "abort"
    DISTANCE = "distance"
    """The race is another distance than it was said to be."""


class Orderer(StrEnum):
    """Who gives an order."""

    RUNNER = "runner"
    TRACKSIDE = "trackside"


class CueKind(StrEnum):
    """Why the wrist is touched."""

    READY = "ready"
    EVEN = "even"
    SPLIT = "split"
    LAST_LAP = "last_lap"
    HOLD = "hold"
    RELAX = "relax"
    TURNOVER = "turnover"
    DRIVE = "drive"
    REP = "rep"
    LAST_REP = "last_rep"
    TICK = "tick"
    GO = "go"
    IMAGE = "image"
    THROUGH = "through"
    TALL = "tall"
    REST_HALF = "rest_half"


class Phase(StrEnum):
    """Where in the race the runner is; the transitions stand in ``cueing/phases.py``."""

    WAITING = "waiting"
    BODY = "body"
    LAST_LAP = "last_lap"
    LAST_200 = "last_200"
    LAST_100 = "last_100"
    LAST_50 = "last_50"
    FINISHED = "finished"
    ABORTED = "aborted"


class LegKind(StrEnum):
    """What a leg of a session is."""

    REP = "rep"
    EASY = "easy"
    REST = "rest"
    EXTRA = "extra"
    """A repetition more than the plan has."""


class LegEnd(StrEnum):
    """By what a leg ended."""

    DISTANCE = "distance"
    TIME = "time"
    PRESS = "press"
    LINE = "line"
    """The finish line, by position or beacon."""
    RUNNING = "running"
    """The runner ran off: a rest is over."""
    STOPPED = "stopped"
    """The runner stopped before its end."""
    SESSION = "session"
    """The whole session was ended."""


class Mode(StrEnum):
    """On what evidence the distance stands, best first."""

    MARKS = "marks"
    POD_LEARNED = "pod_learned"
    POD = "pod"
    CADENCE = "cadence"
    CLOCK = "clock"
    NONE = "none"


class Level(StrEnum):
    """How loud a notice is."""

    INFO = "info"
    WARNING = "warning"


# ---- inputs


@dataclass(frozen=True, slots=True)
class Notification:
    """A GATT notification as it came.

    ``char`` is the 16-bit UUID as four lower-case hex digits (or a full 128-bit UUID).
    """

    t_ns: int
    sensor: str
    char: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """A sensor's connection came up or went down."""

    t_ns: int
    sensor: str
    up: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody or something says that the runner is at the line now."""

    t_ns: int
    source: MarkSource


@dataclass(frozen=True, slots=True)
class Command:
    """An order; ``lap`` is the same as a button mark.

    Where nobody tells who gave it, it is the runner's.
    ``race_distance_m``: of ``distance`` alone, how long the race is.
    """

    t_ns: int
    kind: CommandKind
    by: Orderer | None = None
    race_distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A position fix, WGS 84 degrees.

    ``accuracy_m`` is one standard deviation, ``age_s`` how long before ``t_ns`` the runner was
    there, where the source tells them.
    """

    t_ns: int
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    age_s: float | None = None

    def come_at(self, t_ns: int) -> "Fix":
        """Return the fix as if it came at ``t_ns``, which is no earlier, and so much older."""
        if t_ns == self.t_ns:
            return self
        return replace(self, t_ns=t_ns, age_s=(self.age_s or 0.0) + (t_ns - self.t_ns) / NS_PER_S)

    def as_it_was(self) -> "Fix":
        """Return the fix with ``t_ns`` when the runner was there, which was before it came."""
        return (
            self
            if self.age_s is None
            else replace(self, t_ns=self.t_ns - s_to_ns(max(self.age_s, 0.0)), age_s=None)
        )


@dataclass(frozen=True, slots=True)
class BeaconReading:
    """An advertisement of the beacon at the finish line, and how strong it was at the runner's."""

    t_ns: int
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class Ack:
    """A watch's answer: the cue was felt, or dropped and why.

    ``latency_ms`` is the watch's own figure.
    """

    t_ns: int
    cue_id: str
    felt: bool
    why: str | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """The recorder was stopped, or goes on: a watch's timer, in an imported activity.

    In a live race nobody says so. While it is stopped the runner is not in the race: no cue is
    given, and neither distance nor clock goes on.
    """

    t_ns: int
    running: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; recorded too, so that a replay sees the same moments."""

    t_ns: int


Input = Notification | Link | Mark | Command | Fix | BeaconReading | Ack | Timer | Tick


# ---- outputs

Pulses = tuple[tuple[int, int, float], ...]
"""Canonical vibration: (on_ms, off_ms, intensity 0..1) each."""


class Estimate(NamedTuple):
    """Where the runner is and how sure that is.

    A tuple, for it is made twice a second: a frozen dataclass takes three times as long.
    ``distance_sd_m`` and ``eta_bell_sd_s`` are one standard deviation. ``lap`` is the likeliest
    one; ``lap_min`` to ``lap_max`` are those it may be, the same where it is known
    (``position/uncertainty.py``).
    """

    t_ns: int
    distance_m: float | None
    distance_sd_m: float | None
    speed_mps: float | None
    cadence_spm: float | None
    heart_rate_bpm: float | None
    lap: int | None
    to_go_m: float | None
    eta_bell_s: float | None
    mode: Mode
    lap_min: int | None = None
    lap_max: int | None = None
    eta_bell_sd_s: float | None = None


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """The race entered ``phase``."""

    t_ns: int
    phase: Phase
    previous: Phase


@dataclass(frozen=True, slots=True)
class LegBegin:
    """A leg of a session has begun, at ``began_ns``, which may lie a little before ``t_ns``.

    ``leg`` of ``legs`` counts them all, ``rep`` of ``reps`` the repetitions: that of a rest is the
    one before it, 0 before the first.
    """

    t_ns: int
    kind: LegKind
    leg: int
    legs: int
    rep: int
    reps: int
    began_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class LegResult:
    """A leg of a session is over; a later one of the same ``leg`` replaces it.

    ``distance_m`` is what was run, None for a rest and where nobody knows.
    """

    t_ns: int
    kind: LegKind
    leg: int
    rep: int
    began_ns: int
    ended_ns: int
    by: LegEnd
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Cue:
    """Touch the wrist now. Past ``ttl_ms`` after ``t_ns`` it is worthless and must be dropped."""

    t_ns: int
    id: str
    kind: CueKind
    text: str
    say: str | None
    pulses: Pulses
    urgency: int
    ttl_ms: int
    to_go_m: float | None
    sd_m: float | None


@dataclass(frozen=True, slots=True)
class Arm:
    """The watch should set a timer: ``cue`` is due ``due_in_ms`` after ``t_ns``.

    A later Arm of the same id replaces it.
    """

    t_ns: int
    cue: Cue
    due_in_ms: int


@dataclass(frozen=True, slots=True)
class Disarm:
    """The armed cue will not come."""

    t_ns: int
    cue_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for the screen and the log, never for the wrist.

    ``code`` is stable, ``text`` is for people.
    """

    t_ns: int
    code: str
    text: str
    level: Level = Level.INFO
    sensor: str | None = None


Output = Estimate | PhaseChange | LegBegin | LegResult | Cue | Arm | Disarm | Notice


def mark_source(event: Input | Output) -> MarkSource | None:
    """Return who says by an event that the runner is at the line; None: nobody does.

    An order for a lap is a press of the button.
    """
    if isinstance(event, Mark):
        return event.source
    ordered = isinstance(event, Command) and event.kind is CommandKind.LAP
    return MarkSource.BUTTON if ordered else None
