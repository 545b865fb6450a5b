"""Any plan that a document can say, for properties."""

from dataclasses import replace

from hypothesis import strategies as st

from kickcue.config.plan_step import CUES
from kickcue.core.course import course_for
from kickcue.core.events import CommandKind, CueKind
from kickcue.core.plan import (
    CuePoint,
    Effort,
    Plan,
    Repeat,
    Rest,
    Run,
    Step,
    TimedRun,
    race,
    straight,
)

FEW = (CuePoint(CueKind.RELAX, 300.0), CuePoint(CueKind.DRIVE, 33.3))
LINE = "the last 50 m: 'somebody' beside me, and \"no\""
metres = st.floats(20.0, 500_000.0)
seconds = st.floats(1.0, 86_400.0) | st.integers(1, 86_400).map(float)
imagery = st.none() | st.sampled_from(["the line", LINE])
efforts = st.sampled_from(Effort)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    distance_m = draw(metres)
    places = sorted(draw(st.sets(st.floats(0.0, distance_m), max_size=6)), reverse=True)
    cues = tuple(CuePoint(CueKind(draw(st.sampled_from(CUES))), place) for place in places)
    return Run(straight(distance_m), cues, draw(efforts), draw(imagery))


@st.composite
def races(draw: st.DrawFn) -> Step:
    event = draw(st.sampled_from(["800m", "mile", "5000m", "3000sc", "10k", "half"]))
    kick_m = draw(st.none() | st.floats(50.0, 700.0))
    track = event in ("800m", "mile", "5000m")
    lap_m = draw(st.none() | st.sampled_from([200.0, 407.04])) if track else None
    (usual,) = race(course_for(event, lap_m=lap_m, kick_m=kick_m)).steps
    assert isinstance(usual, Run)
    return draw(st.sampled_from([usual, replace(usual, cues=()), replace(usual, cues=FEW)]))


stretches: st.SearchStrategy[Step] = (
    runs() | races() | st.builds(TimedRun, st.none() | seconds, efforts, imagery)
)
rests: st.SearchStrategy[Step] = (
    st.builds(Rest, duration_s=seconds)
    | st.builds(Rest, distance_m=metres)
    | st.builds(Rest, until=st.sampled_from([CommandKind.LAP, CommandKind.START]))
)
steps: st.SearchStrategy[Step] = st.recursive(
    stretches | rests,
    lambda inner: st.builds(
        Repeat, st.integers(1, 4), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
plans = st.builds(
    lambda first, more: Plan("mine", (first, *more)), stretches, st.lists(steps, max_size=4)
)
