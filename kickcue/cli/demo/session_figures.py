"""What a repetition of a simulated session truly was, and how far off kickcue and its cues were."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kickcue.core.events import Cue, CueKind, LegResult
from kickcue.core.plan import CuePoint, Run
from kickcue.core.session.numbered_legs import NumberedLeg
from kickcue.core.session.stretch_progress import THROUGH_AHEAD_S, THROUGH_SHARE
from kickcue.core.units import ns_to_s
from kickcue.lab.simulate_session import SimulatedSession, TrueLeg

START: Final = "start"
LINE: Final = "line"


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition: its true time, and what kickcue made of it, None where it was not found.

    ``start_late_s``: how far its beginning, as corrected, is off. ``cues``: by their places, how
    many seconds after its true moment each came; None: the plan has it, and it did not come.
    """

    rep: int
    text: str
    true_s: float
    kickcue_s: float | None = None
    start_late_s: float | None = None
    cues: Mapping[str, float | None] = field(default_factory=dict)


def repetition(
    session: SimulatedSession, true: TrueLeg, result: LegResult | None, cues: Iterable[Cue]
) -> Repetition:
    """Return the figures; ``cues`` are those that came while the repetition was on."""
    moments = dict(_moments(session, true))
    late: dict[str, float | None] = dict.fromkeys(moments)
    for cue in cues:
        place = _place(true.leg, cue)
        if place is not None and late.get(place, 0.0) is None:
            late[place] = ns_to_s(cue.t_ns) - moments[place]
    if result is None:
        return Repetition(true.leg.rep, true.leg.text, true.ended_s - true.began_s, cues=late)
    return Repetition(
        true.leg.rep,
        true.leg.text,
        true.ended_s - true.began_s,
        ns_to_s(result.ended_ns - result.began_ns),
        ns_to_s(result.began_ns) - true.began_s,
        late,
    )


def places(repetitions: Sequence[Repetition]) -> tuple[str, ...]:
    """Return every place at which one of them has a cue, as they come in a repetition."""
    found = {place for each in repetitions for place in each.cues}
    return tuple(sorted(found, key=_order))


def _order(place: str) -> float:
    if place in {START, LINE}:
        return -1e9 if place == START else 0.0
    return -float(place.removesuffix(" m"))


def _moments(session: SimulatedSession, true: TrueLeg) -> Iterable[tuple[str, float]]:
    """Yield each place of a cue and the true second at which it should come."""
    yield START, true.began_s
    leg = true.leg.leg
    if not isinstance(leg, Run):
        return
    length_m = leg.course.distance_m
    began_m = session.truth.distance_at(true.began_s)
    for point in leg.cues:
        if point.to_go_m < length_m:
            yield (
                _point(point),
                session.truth.time_at(began_m + length_m - point.to_go_m),
            )
    lasted_s = true.ended_s - true.began_s
    yield LINE, true.ended_s - min(THROUGH_AHEAD_S, THROUGH_SHARE * lasted_s)


def _place(leg: NumberedLeg, cue: Cue) -> str | None:
    """Return where in the repetition the cue belongs; None for one that has no place."""
    if cue.kind in {CueKind.REP, CueKind.LAST_REP}:
        return START
    if cue.kind is CueKind.THROUGH:
        return LINE
    points = leg.leg.cues if isinstance(leg.leg, Run) else ()
    same = [point for point in points if point.kind is cue.kind]
    if not same:
        return None
    if cue.to_go_m is None:  # it has opened the repetition, in place of the number
        return START
    at_m = cue.to_go_m
    return _point(min(same, key=lambda point: abs(point.to_go_m - at_m)))


def _point(point: CuePoint) -> str:
    return f"{point.to_go_m:g} m"
