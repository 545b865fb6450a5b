"""How the cues feel."""

from itertools import combinations

import pytest

from kickcue.core.cueing.pulse_patterns import PULSES, URGENCY
from kickcue.core.events import CueKind, Pulses

LAST_WINDOW = (CueKind.LAST_LAP, CueKind.RELAX, CueKind.TURNOVER, CueKind.DRIVE)


def test_every_kind_can_be_felt_and_ranked() -> None:
    """No kind of cue is without pulses or urgency."""
    assert set(CueKind) == set(PULSES) == set(URGENCY)


@pytest.mark.parametrize(("kind", "pulses"), PULSES.items())
def test_limits(kind: CueKind, pulses: Pulses) -> None:
    """At most four pulses within 1.3 s, each long enough to be felt, apart enough to be counted,
    and none stronger than the motor.
    """
    assert 1 <= len(pulses) <= 4, kind
    assert sum(on + off for on, off, _ in pulses) <= 1300
    assert all(on >= 100 for on, _, _ in pulses)
    assert all(off >= 100 for _, off, _ in pulses[:-1])
    assert 0 == pulses[-1][1]
    assert all(0.0 < intensity <= 1.0 for _, _, intensity in pulses)


def test_the_last_lap_is_told_apart_by_counting() -> None:
    """No two cues of the last lap have the same number of pulses; HOLD, which takes LAST_LAP's
    place, has the same number.
    """
    counts = {kind: len(PULSES[kind]) for kind in LAST_WINDOW}
    assert [] == [(a, b) for a, b in combinations(LAST_WINDOW, 2) if counts[a] == counts[b]]
    assert counts[CueKind.LAST_LAP] == len(PULSES[CueKind.HOLD])


def test_no_two_feel_the_same() -> None:
    """Every kind has a pattern of its own."""
    assert len(PULSES) == len(set(PULSES.values()))


def test_nothing_outranks_the_last_lap() -> None:
    """The opening of the last lap is the most urgent thing there is, alone with its stand-in."""
    assert {CueKind.LAST_LAP, CueKind.HOLD} == {
        kind for kind, urgency in URGENCY.items() if urgency == max(URGENCY.values())
    }
