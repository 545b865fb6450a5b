from dataclasses import replace

from kickcue.core.watch.indistinguishable_cues import CUES, alike, undeclared
from kickcue.core.watch.watch_profile import Actuator, Alike, Amplitude, Pattern
from tests.core.watch.watches import LIST_MOTOR, watch

FREE = replace(LIST_MOTOR, amplitude=Amplitude.CONTINUOUS)
ONE_TAP = Actuator(Pattern.FIXED, tap_ms=35)
EVERY = frozenset(CUES)
BOTH = {
    "long": (((200, 0, 1.0),), 1),
    "short": (((100, 0, 1.0),), 1),
    "twice": (((100, 90, 1.0), (100, 0, 1.0)), 1),
}


def test_a_capable_motor_tells_all_cues_apart() -> None:
    """GIVEN a motor that plays any list THEN no two cues of the vocabulary are the same."""
    assert () == alike(watch(FREE))
    assert [] == list(undeclared(watch(FREE)))


def test_a_motor_of_one_pulse_plays_all_cues_alike() -> None:
    """GIVEN a watch of one pulse THEN all cues are one, and that is an error as long as the profile
    does not admit it.
    """
    assert (EVERY,) == alike(watch(ONE_TAP))
    (sentence,) = undeclared(watch(ONE_TAP))
    assert sentence.startswith(
        "drive, even, hold, last_lap, ready, relax, split and turnover feel the same on this "
        "watch: expected an [[alike]] block"
    )
    assert [] == list(
        undeclared(replace(watch(ONE_TAP), alike=(Alike(EVERY, "nothing", "one tap"),)))
    )


def test_words_do_not_hide_a_collapse() -> None:
    """Cues are compared without their words: what is read is not felt."""
    assert (EVERY,) == alike(replace(watch(ONE_TAP, "gadgetbridge_intent")))


def test_two_lengths_collapse_where_the_motor_knows_one() -> None:
    """GIVEN cues of one pulse, long and short WHEN the motor has one length THEN these two are
    alike, and the third is not.
    """
    narrow = replace(LIST_MOTOR, max_on_ms=100)
    assert (frozenset({"long", "short"}),) == alike(watch(narrow), BOTH)


def test_an_admission_that_is_not_true_is_an_error() -> None:
    """GIVEN a profile that says less of itself than is true THEN that is told too: it would hide
    the next collapse.
    """
    profile = replace(
        watch(), alike=(Alike(frozenset({"long", "twice"}), "text", "it was so once"),)
    )
    assert ["long and twice are declared alike, but do not all feel the same"] == list(
        undeclared(profile, BOTH)
    )
