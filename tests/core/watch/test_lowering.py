from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import Pulses
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.lowering import Lowered, lower
from kickcue.core.watch.shaping import audible
from kickcue.core.watch.watch_profile import Actuator, CountingRing, Pattern, UrgentRing, Way
from tests.core.watch.watches import LIST_MOTOR, PULSES, touch, watch

RING = CountingRing(on_ms=50, period_ms=1000, longest_ms=6800, tap_after_ms=600)
ONE_TAP = Actuator(Pattern.FIXED, tap_ms=35)
OWN = Actuator(Pattern.FIXED, urgent_ring=UrgentRing(from_urgency=3, stop_after_ms=3000))
TWO = ((150, 100, 1.0), (150, 0, 0.5))


def test_best_way_is_taken() -> None:
    """GIVEN a watch with a motor THEN the cue is felt."""
    assert Lowered(Way.HAPTIC, ((100, 0, 1.0),)) == lower(watch(), touch(((100, 0, 1.0),)))


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ({Way.HAPTIC}, Lowered(Way.AUDIO, TWO, (Downgrade.SOUND_ONLY,))),
        ({Way.HAPTIC, Way.AUDIO}, Lowered(Way.TEXT, (), (Downgrade.TEXT_ONLY,))),
        ({Way.HAPTIC, Way.AUDIO, Way.TEXT}, Lowered(None, (), (Downgrade.NOT_PLAYED,))),
    ],
)
def test_fallback_goes_from_felt_to_heard_to_read(without: set[Way], expected: Lowered) -> None:
    """GIVEN ways that do not work today WHEN a cue is lowered THEN it takes the next one, unshaped
    by a motor that is not used, and says so.
    """
    assert expected == lower(
        watch(ways=(Way.HAPTIC, Way.AUDIO, Way.TEXT)), touch(TWO), frozenset(without)
    )


def test_loudspeaker_keeps_its_own_limits() -> None:
    """GIVEN a device that only sounds THEN its tones are shaped by its limits and it is named that
    nothing is felt.
    """
    lowered = lower(watch(LIST_MOTOR, ways=(Way.AUDIO,)), touch(((20, 0, 1.0),)))
    assert (
        Lowered(Way.AUDIO, ((100, 0, 1.0),), (Downgrade.SOUND_ONLY, Downgrade.LENGTHENED))
        == lowered
    )


def test_fixed_pulse_is_one_tap() -> None:
    """GIVEN a watch with one pulse of its own WHEN two are asked for THEN there is one, and both
    losses are named.
    """
    assert Lowered(Way.HAPTIC, ((35, 0, 1.0),), (Downgrade.FIXED_PULSE, Downgrade.CUT)) == lower(
        watch(ONE_TAP), touch(TWO)
    )


def test_ring_makes_a_fixed_pulse_count() -> None:
    """GIVEN a ring that a tap ends WHEN three pulses are asked for THEN three are felt: two of the
    ring, and the tap between its second and third.
    """
    lowered = lower(watch(replace(ONE_TAP, counting_ring=RING)), touch(((99, 9, 1.0),) * 3))
    assert ((50, 950, 1.0), (50, 550, 1.0), (35, 0, 1.0)) == lowered.pulses


@given(PULSES, st.integers(1, 12))
def test_a_ring_never_counts_further_than_it_rings(pulses: Pulses, most: int) -> None:
    """However many are asked for, the tap comes while the ring still goes, and no more pulses are
    felt than asked but the one of a bare text.
    """
    lowered = lower(watch(replace(ONE_TAP, counting_ring=RING, max_pulses=most)), touch(pulses))
    asked = len(audible(pulses))
    assert lowered.pulses is not None
    assert min(max(asked, 1), most, 8) == len(lowered.pulses)
    assert sum(on_ms + off_ms for on_ms, off_ms, _ in lowered.pulses[:-1]) <= RING.longest_ms
    assert (not asked) is (Downgrade.TAP_ADDED in lowered.downgrades)


@pytest.mark.parametrize(("urgency", "rings"), [(2, False), (3, True)])
def test_own_setting_is_unknown_and_rings_for_what_is_urgent(urgency: int, rings: bool) -> None:
    """GIVEN a watch whose own setting decides THEN what is felt is unknown, not nothing, and an
    urgent cue rings.
    """
    assert Lowered(Way.HAPTIC, None, (Downgrade.OWN_SETTING,), rings) == lower(
        watch(OWN), touch(TWO, urgency=urgency)
    )
