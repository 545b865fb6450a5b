"""Repetitions that end at a finish line whose place is known."""

import pytest

from kickcue.core.crossing.gate import Gate
from kickcue.core.engine_config import EngineConfig
from kickcue.core.events import Fix, LegEnd, LegKind, LegResult, Mark, MarkSource, Notice, Output
from kickcue.core.plan import Plan, Repeat, Rest, Run, straight
from kickcue.core.session.session_engine import SessionEngine
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulated_document
from kickcue.lab.simulate_session import SimulatedSession, simulate_session
from kickcue.replay.run_engine import drive

PLAN = Plan("at the gate", (Repeat(2, (Run(straight(200.0)), Rest(duration_s=60.0))),))
NORTH_DEG_PER_M = 1.0 / 111_195.0
MPS = 5.0


def session() -> SimulatedSession:
    return simulate_session(PLAN, 3, PodFaults())


def told(*more: Mark) -> list[Output]:
    """Return what the engine says with positions each half second that cross the gate northwards
    at the end of each repetition.
    """
    one = session()
    fixes = [
        Fix(s_to_ns(rep.ended_s + 0.5 * k), 51.0 + MPS * 0.5 * k * NORTH_DEG_PER_M, 0.0)
        for rep in one.repetitions
        for k in range(-40, 20)
    ]
    config = simulated_document("5000m").engine_config()
    gate = Gate(lat_deg=51.0, lon_deg=0.0, heading_deg=0.0)
    engine = SessionEngine(EngineConfig(PLAN, config.sensors, config.vocabulary, gate=gate))
    inputs = sorted([*one.inputs, *fixes, *more], key=lambda event: event.t_ns)
    return [out for _, outs in drive(engine, inputs, ticks_recorded=False) for out in outs]


def ends(outputs: list[Output]) -> list[tuple[LegEnd, float]]:
    return [
        (each.by, ns_to_s(each.ended_ns))
        for each in outputs
        if isinstance(each, LegResult) and each.kind is LegKind.REP
    ]


def test_the_line_ends_a_repetition() -> None:
    """GIVEN a gate and a pod that is 3 % off WHEN the gate is crossed THEN the repetition ends
    there, once: a runner who slows down before or behind it moves nothing.
    """
    true = [rep.ended_s for rep in session().repetitions]
    found = ends(told())
    assert [LegEnd.LINE, LegEnd.LINE] == [by for by, _ in found]
    assert true == pytest.approx([ended_s for _, ended_s in found], abs=0.1)


def test_a_press_behind_the_line_is_none() -> None:
    """WHEN the lap key is pressed 2 s after the line THEN the line stands, and one is told so."""
    outputs = told(Mark(s_to_ns(session().repetitions[0].ended_s + 2.0), MarkSource.BUTTON))
    assert ends(told()) == ends(outputs)
    codes = [each.code for each in outputs if isinstance(each, Notice)]
    assert 1 == codes.count("mark_ignored")
