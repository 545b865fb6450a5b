"""What a review holds. Reports, comparisons, a season's page and exports are made of it alone.

Times come twice: ``t_s`` is the recording's, in seconds since its epoch; ``race_s`` counts from the
gun (of a session from its start, of any other run from its first record), and is what people read.
Metres are along the course. Unknown is None, never 0. Cadence is in steps per minute, both feet.
"""

from dataclasses import dataclass
from enum import StrEnum

from kickcue.core.events import CueKind, LegEnd, LegKind, Phase


class ReviewKind(StrEnum):
    """What was run."""

    RACE = "race"
    SESSION = "session"
    RUN = "run"
    """An activity of which nobody said what it was."""


class Ending(StrEnum):
    """How it ended."""

    FINISHED = "finished"
    ABORTED = "aborted"
    CUT_OFF = "cut_off"
    """The recording ends before the race does."""
    RECORDED = "recorded"
    """All of a run that has no end of its own."""


class TimedBy(StrEnum):
    """Where the time at a line comes from."""

    GUN = "gun"
    BUTTON = "button"
    TRACKSIDE = "trackside"
    GATE = "gate"
    BEACON = "beacon"
    WATCH = "watch"
    """A lap in the file of another watch."""
    ESTIMATE = "estimate"


class PacingClass(StrEnum):
    """How the last window stood against the rest; thresholds 3, 6 and 10 %, a judgement."""

    EVEN = "even"
    END_SPURT = "end_spurt"
    RESERVE = "reserve"
    HELD_BACK = "held_back"
    """Or a tactical race."""
    SLOWER = "slower"
    """The last window was more than 3 % slower than the rest."""


class Response(StrEnum):
    """What followed a cue; speed judges, not cadence."""

    FASTER = "faster"
    TURNOVER_ONLY = "turnover_only"
    """Quicker steps that were so much shorter: no speed came of them."""
    UNCHANGED = "unchanged"
    SLOWER = "slower"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """The course of a race; ``lap_m`` None on the road."""

    event: str
    distance_m: float
    lap_m: float | None
    marker_m: float
    kick_m: float
    window_name: str
    lines_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Means over a stretch; ``step_m`` is the length of one step."""

    cadence_spm: float | None
    step_m: float | None
    heart_rate_bpm: float | None
    most_heart_rate_bpm: float | None


@dataclass(frozen=True, slots=True)
class Lap:
    """From one line to the next.

    ``full``: as long as the laps of the course; the partial first one is not, and neither is what
    is left over at the end of a run. ``error_s``: half of the 95 % interval of ``seconds``, None
    where that is unknown. ``timed_by`` is the line at its end.
    """

    number: int
    from_m: float
    to_m: float
    full: bool
    seconds: float
    error_s: float | None
    timed_by: TimedBy
    t_s: float
    race_s: float
    mps: float
    body: Body


@dataclass(frozen=True, slots=True)
class Pacing:
    """How the race was paced (SCIENCE of pacing: docs/report.md, "Figures").

    ``last_s`` is the time of the last window of ``last_m`` (the last lap; the last kilometre on the
    road), ``rest_s`` what as many metres took on the mean before it. ``kick_percent`` is by how
    much less time the last window took, ``kick_speed_percent`` by how much faster it was run. The
    coefficients of variation and the RMSSD are those of the full laps (kilometres).
    ``half_percent``: second half minus first, in per cent of the whole time. ``saved_up_s``: the
    same effort earlier could have been worth so much, an upper bound; None where nothing was saved.
    """

    last_m: float
    last_s: float
    rest_s: float
    kick_percent: float
    kick_speed_percent: float
    last_200_s: float | None
    last_200_kick_percent: float | None
    lap_cv_percent: float | None
    inner_lap_cv_percent: float | None
    """Of the laps but the first and the last."""
    kilometre_cv_percent: float | None
    lap_rmssd_s: float | None
    first_half_s: float
    second_half_s: float
    half_percent: float
    pacing: PacingClass
    saved_up_s: float | None
    tactical: bool = False
    """Whether the runner said that it was for the place: then nothing was saved up."""


@dataclass(frozen=True, slots=True)
class CueReview:
    """A cue, what became of it and what followed it.

    ``late_s``: of a cue for a line, how long after the line it was given, by what is known now;
    negative is early. ``felt`` None: no watch answered. ``before_mps`` is the mean of the 10 s
    before the cue, ``after_mps`` that of the 10 s after it, without what lies before the start or
    after the end of the race or the repetition; the percentages are the change between.
    """

    id: str
    kind: CueKind
    text: str
    t_s: float
    race_s: float
    at_m: float | None
    to_go_m: float | None
    sd_m: float | None
    late_s: float | None
    felt: bool | None
    dropped: str | None
    latency_ms: float | None
    before_mps: float | None
    after_mps: float | None
    speed_percent: float | None
    cadence_percent: float | None
    step_percent: float | None
    response: Response


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """The phase from ``race_s`` on, and where that was."""

    phase: Phase
    t_s: float
    race_s: float
    at_m: float | None


@dataclass(frozen=True, slots=True)
class MarkReview:
    """A mark of a line, and where the estimate stood just before it.

    ``line_m`` None: it was of no line (a double press, a slip). ``error_m`` is estimate minus line,
    ``half_width_m`` half of the 95 % interval told then.
    """

    t_s: float
    race_s: float
    by: TimedBy
    line_m: float | None
    error_m: float | None
    half_width_m: float | None


@dataclass(frozen=True, slots=True)
class PositionReview:
    """How well the place was known.

    ``inside``: how many of ``marks`` lay within the interval told before them. ``pod_scale``: true
    metres per metre of the pod, over the whole race; None without a pod or a known distance.
    """

    marks: int
    inside: int
    worst_error_m: float | None
    median_error_m: float | None
    pod_scale: float | None


@dataclass(frozen=True, slots=True)
class SensorReview:
    """One sensor from start to end: ``covered`` is the share of the time with fresh values."""

    name: str
    profile: str | None
    notifications: int
    rate_hz: float | None
    covered: float
    longest_silence_s: float
    longest_silence_race_s: float | None
    broken: int
    lost_links: int


@dataclass(frozen=True, slots=True)
class DeliveryReview:
    """How the cues came to the wrist; latency is the watch's own figure, in ms.

    None where there was no wrist: nothing is delivered in a replay, an import, a simulation.
    """

    given: int
    felt: int
    dropped: int
    unanswered: int
    median_latency_ms: float | None
    worst_latency_ms: float | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """One repetition; ``rest_s`` is the time since the one before, None for the first.

    ``whole``: both its ends were seen. ``by`` is None where it was found in a foreign recording.
    """

    number: int
    kind: LegKind
    t_s: float
    race_s: float
    seconds: float
    metres: float | None
    mps: float | None
    rest_s: float | None
    whole: bool
    by: LegEnd | None
    body: Body


@dataclass(frozen=True, slots=True)
class Repeats:
    """A session's repetitions. ``alike``: those of one length, whole; the figures are theirs.

    ``last_percent``: by how much faster the last was run than the mean of the others.
    ``planned`` None: there is no plan.
    """

    each: tuple[Repeat, ...]
    planned: int | None
    found_by: str
    alike: int
    mean_s: float | None
    spread_s: float | None
    fastest_s: float | None
    slowest_s: float | None
    mean_rest_s: float | None
    rest_spread_s: float | None
    last_percent: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when: a pause of the recorder, or a gap without any reading."""

    from_race_s: float
    to_race_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """A notice of the engine."""

    t_s: float
    race_s: float
    code: str
    text: str
    level: str
    sensor: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """Columns of one length, a row a second from start to end; None where nothing is known.

    Of more than a day every second, third, ... row is there.
    ``distance_m`` never goes back. ``error_m`` is half of the 95 % interval that was told then,
    ``offset_m`` the distance told then minus ``distance_m``, which is by all that is known now.
    """

    race_s: tuple[float, ...]
    distance_m: tuple[float | None, ...]
    mps: tuple[float | None, ...]
    cadence_spm: tuple[float | None, ...]
    step_m: tuple[float | None, ...]
    heart_rate_bpm: tuple[float | None, ...]
    error_m: tuple[float | None, ...]
    offset_m: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """All of it. ``headline`` is one sentence; ``title`` names the race, the plan or the run.

    ``utc`` is the moment of the start, ISO 8601. ``laps`` are the laps of a race, kilometres of the
    road or of a run (the laps of its watch where it has any); empty for a session, whose
    repetitions are ``repeats``.
    """

    kind: ReviewKind
    title: str
    headline: str
    file: str
    made_by: str | None
    utc: str | None
    start_t_s: float
    seconds: float
    stopped_s: float
    ending: Ending
    distance_m: float | None
    half_width_m: float | None
    course: CourseFacts | None
    laps: tuple[Lap, ...]
    pacing: Pacing | None
    repeats: Repeats | None
    body: Body
    cues: tuple[CueReview, ...]
    phases: tuple[PhaseSpan, ...]
    marks: tuple[MarkReview, ...]
    position: PositionReview | None
    sensors: tuple[SensorReview, ...]
    delivery: DeliveryReview | None
    pauses: tuple[Span, ...]
    gaps: tuple[Span, ...]
    told: tuple[Told, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    series: Series
