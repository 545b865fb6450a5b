"""A watch in virtual time: when a cue is felt, and that a bad link makes none late or double."""

from dataclasses import replace
from random import Random

import pytest

from kickcue.core.events import Arm, Cue, CueKind, Disarm, Estimate, Mode, Notice, Output
from kickcue.core.units import NS_PER_MS
from kickcue.lab.watch import BadLink, Watch

CUE = Cue(
    0, "last_lap-1", CueKind.LAST_LAP, "Last lap", None, ((100, 0, 1.0),), 2, 2000, 400.0, 3.0
)
PERFECT = BadLink(least_ms=0, usual_ms=1e-6, held_up=0.0, doubled=0.0, lost=0.0)

BEATS = tuple(
    Estimate(ms * NS_PER_MS, None, None, None, None, None, None, None, None, Mode.NONE)
    for ms in (0, 950)
)
"""A watch must have heard something else twice before it can tell whether a cue is late."""


def cue(at_ms: int, cue_id: str = CUE.id) -> Cue:
    return replace(CUE, t_ns=at_ms * NS_PER_MS, id=cue_id)


def arm(at_ms: int, due_in_ms: int) -> Arm:
    return Arm(at_ms * NS_PER_MS, cue(at_ms), due_in_ms)


def after(watch: Watch, *outputs: Output, until_ms: int = 100_000) -> Watch:
    for output in (*BEATS, *outputs):
        watch.run_to(output.t_ns)
        watch.send(output)
    watch.run_to(until_ms * NS_PER_MS)
    return watch


@pytest.mark.parametrize(
    ("sent", "felt_ms"),
    [
        ((cue(5000),), 5000),
        ((arm(1000, 3000), cue(5000)), 4000),
        ((arm(1000, 8000), cue(5000)), 5000),
        ((arm(1000, 3000), arm(2000, 6000), cue(9000)), 8000),
        ((arm(1000, 3000), Disarm(2000 * NS_PER_MS, CUE.id, "why")), None),
        ((arm(1000, 3000),), 4000),
        ((Notice(0, "code", "text"),), None),
    ],
)
def test_when_it_is_felt(sent: tuple[Output, ...], felt_ms: int | None) -> None:
    """GIVEN a faultless link THEN the timer or the cue is felt, whichever is first, once and in
    time.
    """
    watch = after(Watch(), *sent)
    assert felt_ms == (None if watch.bell is None else watch.bell.t_ms)
    assert (0, 0) == (watch.late, watch.doubled)


def test_other_cues_are_no_bell() -> None:
    """GIVEN a cue of another kind THEN it is felt, but the bell is not."""
    watch = after(Watch(), replace(cue(5000, "relax-1"), kind=CueKind.RELAX))
    assert (None, 1) == (watch.bell, len(watch.felt))


def test_two_bells_are_one_too_many() -> None:
    """GIVEN an engine that gives a second bell under another id THEN that counts as felt twice."""
    assert 1 == after(Watch(), cue(5000), cue(9000, "last_lap-2")).doubled


def test_a_link_without_faults_is_none() -> None:
    """GIVEN a link that loses and delays nothing THEN the same is felt at the same time as without
    it.
    """
    sent = (arm(1000, 3000), arm(2000, 6000), cue(7500))
    assert after(Watch(), *sent).felt == after(Watch(PERFECT, Random(1)), *sent).felt


def test_held_up_for_long_is_not_felt() -> None:
    """GIVEN messages before it that came in time and a cue held up for 15 s THEN the cue is
    dropped: nothing is felt.
    """
    held_up = replace(PERFECT, held_up=1.0, held_up_ms=(15_000, 15_000))
    watch = after(
        Watch(PERFECT, Random(1)), arm(1000, 50_000), Disarm(2000 * NS_PER_MS, CUE.id, "why")
    )
    watch.link = held_up
    assert [] == after(watch, cue(101_000), until_ms=200_000).felt


def test_a_bad_link_makes_nothing_late_or_double() -> None:
    """GIVEN 300 races over a link that holds up, loses and doubles THEN nothing is felt late or
    twice, and nearly all bells are felt.
    """
    felt = 0
    for seed in range(300):
        arms = [arm(ms, 40_000 - ms + 7 * (seed % 5)) for ms in range(1000, 40_000, 3000)]
        beats = [BEATS[0]._replace(t_ns=ms * NS_PER_MS) for ms in range(1000, 40_000, 1000)]
        sent: list[Arm | Estimate] = [*arms, *beats]
        sent.sort(key=lambda each: each.t_ns)
        watch = after(Watch(BadLink(), Random(seed)), *sent, cue(40_000))
        assert (0, 0) == (watch.late, watch.doubled)
        felt += watch.bell is not None
    assert felt == 300


def test_lateness_is_told_apart() -> None:
    """GIVEN a watch that would feel a cue past its deadline THEN that is counted: the figure can
    fail.
    """
    watch = Watch(replace(PERFECT, held_up=1.0, held_up_ms=(15_000, 15_000)), Random(1))
    assert 1 == after(watch, cue(5000)).late  # nothing came in time that it could be compared with
