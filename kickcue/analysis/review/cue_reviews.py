"""What became of each cue: whether it was on time, whether it was felt, and what followed it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kickcue.analysis.review.body_readings import step_m
from kickcue.analysis.review.lap_table import Track
from kickcue.analysis.review.model import CueReview, Repeat, Response
from kickcue.core.course import Course
from kickcue.core.events import Ack, Cue, CueKind
from kickcue.core.units import ns_to_s

AROUND_S: Final = 10.0
"""Before and after the cue are compared over so long..."""
LEAST_S: Final = 5.0
"""...or over as much of it as was run in one go, which is at least this."""
SPEED_PERCENT: Final = 1.5
"""A change of speed by less is none: over 10 s a pod's mean speed differs by about 1 % from one
stretch to the next at an even pace (a judgement)."""
CADENCE_PERCENT: Final = 1.5
"""The same of cadence: at 180 steps a minute 10 s hold 30 steps, half a step is 1.7 %."""
RUNNING_MPS: Final = 2.0
"""Who walked before a cue did not answer it by running off: that was the start."""


def cue_reviews(
    cues: Iterable[Cue],
    acks: Sequence[Ack],
    track: Track,
    course: Course | None,
    runs: Sequence[Repeat] = (),
) -> Iterator[CueReview]:
    """Yield the cues that were given from the start to the end, in order.

    ``runs`` are the repetitions; without any all of it was run in one go. What was walked or stood
    before one or after it is no answer to a cue in it.
    """
    for cue in cues:
        race_s = track.time.at(cue.t_ns)
        if 0.0 <= race_s <= track.curve.to_s:
            run = next((run for run in runs if 0.0 <= race_s - run.race_s <= run.seconds), None)
            span = (0.0, track.curve.to_s)
            if run is not None:
                span = (run.race_s, min(run.race_s + run.seconds, track.curve.to_s))
            elif runs:
                span = (race_s, race_s)
            yield _review(cue, race_s, _answer(cue, acks), Around(track, span), course)


@dataclass(frozen=True, slots=True)
class Around:
    """The track around a cue, and from when to when it was run in one go."""

    track: Track
    span: tuple[float, float]

    def mps(self, from_s: float, to_s: float) -> float | None:
        """Return the mean speed between two times; None where too little of them was run."""
        from_s, to_s = self._run(from_s, to_s)
        if to_s - from_s < LEAST_S or self.track.curve.straight_over(from_s, to_s):
            return None
        return self.track.curve.mps(from_s, to_s)

    def spm(self, from_s: float, to_s: float) -> float | None:
        """Return the mean cadence, as far as it was run."""
        return self.track.body.cadence.mean(*self._run(from_s, to_s))

    def _run(self, from_s: float, to_s: float) -> tuple[float, float]:
        return max(from_s, self.span[0]), min(to_s, self.span[1])


def _review(
    cue: Cue, race_s: float, ack: Ack | None, around: Around, course: Course | None
) -> CueReview:
    track = around.track
    past, future = (race_s - AROUND_S, race_s), (race_s, race_s + AROUND_S)
    before, after = around.mps(*past), around.mps(*future)
    spm = around.spm(*past), around.spm(*future)
    ran = before is not None and before >= RUNNING_MPS
    speed, steps = (_percent(before, after), _percent(*spm)) if ran else (None, None)
    at_m = None if track.curve.to_m <= 0.0 else track.curve.at(race_s)
    return CueReview(
        id=cue.id,
        kind=cue.kind,
        text=cue.text,
        t_s=ns_to_s(cue.t_ns),
        race_s=race_s,
        at_m=at_m,
        to_go_m=None if at_m is None or course is None else max(course.distance_m - at_m, 0.0),
        sd_m=cue.sd_m,
        late_s=_late_s(cue, race_s, track, course),
        felt=None if ack is None else ack.felt,
        dropped=None if ack is None or ack.felt else ack.why,
        latency_ms=None if ack is None else ack.latency_ms,
        before_mps=before,
        after_mps=after,
        speed_percent=speed,
        cadence_percent=steps,
        step_percent=_percent(step_m(before, spm[0]), step_m(after, spm[1])) if ran else None,
        response=_response(speed, steps),
    )


def _answer(cue: Cue, acks: Sequence[Ack]) -> Ack | None:
    """Return the watch's answer to the cue; of several one that it was felt."""
    answers = [ack for ack in acks if ack.cue_id == cue.id and ack.t_ns >= cue.t_ns]
    return next((ack for ack in answers if ack.felt), answers[0] if answers else None)


def _percent(before: float | None, after: float | None) -> float | None:
    return 100.0 * (after / before - 1.0) if before and after is not None else None


def _response(speed: float | None, cadence: float | None) -> Response:
    if speed is None:
        return Response.UNKNOWN
    if abs(speed) > SPEED_PERCENT:
        return Response.FASTER if speed > 0.0 else Response.SLOWER
    quicker = cadence is not None and cadence > CADENCE_PERCENT
    return Response.TURNOVER_ONLY if quicker else Response.UNCHANGED


def _late_s(cue: Cue, race_s: float, track: Track, course: Course | None) -> float | None:
    """Return how long after its line a cue came; None of one that is for no line."""
    line_m = None if course is None else _line_m(cue.kind, track.curve.at(race_s), course)
    if line_m is None or line_m > track.curve.to_m:
        return None
    return race_s - track.curve.time_at(line_m)


def _line_m(kind: CueKind, at_m: float, course: Course) -> float | None:
    if kind in (CueKind.LAST_LAP, CueKind.HOLD):
        return course.bell_m
    if kind is CueKind.SPLIT:
        return min(course.crossings_m, key=lambda line_m: abs(line_m - at_m))
    return None
