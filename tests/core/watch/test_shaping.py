from dataclasses import replace

import pytest
from hypothesis import given

from kickcue.core.cueing.pulse_patterns import PULSES as CANONICAL
from kickcue.core.events import Pulses
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.shaping import audible, shaped
from kickcue.core.watch.watch_profile import LONGEST_MS, Actuator, Amplitude, Pattern
from tests.core.watch.watches import LIST_MOTOR, PULSES, motors

FREE = Actuator(Pattern.SEQUENCE, amplitude=Amplitude.CONTINUOUS)


def _least(motor: Actuator) -> tuple[int, int]:
    """Return the shortest pulse and the shortest gap on the motor's grid."""
    step = motor.quantum_ms
    return -(-motor.min_on_ms // step) * step, -(-motor.min_gap_ms // step) * step


def _total_ms(pulses: Pulses) -> int:
    return sum(on_ms + off_ms for on_ms, off_ms, _ in pulses)


@given(PULSES, motors())
def test_limits_are_kept(pulses: Pulses, motor: Actuator) -> None:
    """Whatever is asked of whatever motor, each pulse, each gap, the whole and the strengths are
    within what it can do.
    """
    played, _ = shaped(pulses, motor)
    shortest, gap = _least(motor)
    assert all(shortest <= on_ms <= motor.max_on_ms for on_ms, _, _ in played)
    assert all(off_ms >= gap for _, off_ms, _ in played[:-1])
    assert all(ms % motor.quantum_ms == 0 for on_ms, off_ms, _ in played for ms in (on_ms, off_ms))
    assert _total_ms(played) <= motor.max_total_ms
    levels = {level for *_, level in played}
    if motor.amplitude is Amplitude.CONTINUOUS:
        assert all(motor.amplitude_floor <= level <= 1.0 for level in levels)
    else:
        assert levels <= (set(motor.amplitude_steps) or {1.0})


@given(PULSES, motors())
def test_count_is_never_more_and_is_kept_where_it_can_be(pulses: Pulses, motor: Actuator) -> None:
    """Never more pulses than asked for; fewer only where the motor or the time does not allow so
    many, and then that is named.
    """
    played, lost = shaped(pulses, motor)
    asked = len(audible(pulses))
    shortest, gap = _least(motor)
    possible = (
        asked <= motor.max_pulses and asked * shortest + (asked - 1) * gap <= motor.max_total_ms
    )
    assert len(played) <= min(asked, motor.max_pulses)
    assert bool(played) is bool(asked)
    assert possible <= (len(played) == asked)
    assert (len(played) < asked) is bool({Downgrade.JOINED, Downgrade.CUT} & set(lost))


@given(PULSES, motors())
def test_equal_motor_gets_equal_pulses(pulses: Pulses, motor: Actuator) -> None:
    """GIVEN a motor that knows equal pulses only THEN all are equal, and all gaps."""
    played, _ = shaped(pulses, replace(motor, pattern=Pattern.EQUAL))
    assert len({(on_ms, level) for on_ms, _, level in played}) <= 1
    assert len({off_ms for _, off_ms, _ in played[:-1]}) <= 1


@given(PULSES, motors())
def test_what_fits_is_not_touched(pulses: Pulses, motor: Actuator) -> None:
    """Pulses that a motor plays are played as they are when they are asked for: shaping twice is
    shaping once.
    """
    played, _ = shaped(pulses, motor)
    assert (played, ()) == shaped(played, motor)


@given(PULSES)
def test_audible_pulses_are_felt_and_last_as_long(pulses: Pulses) -> None:
    """Pulses of no length or no strength become part of the pause before them."""
    kept = audible(pulses)
    assert all(on_ms > 0 and level > 0 for on_ms, _, level in kept)
    assert [p[0] for p in pulses if p[0] > 0 and p[2] > 0] == [on_ms for on_ms, _, _ in kept]
    assert kept[-1:] == () or kept[-1][1] == 0


@pytest.mark.parametrize("kind", sorted(CANONICAL))
def test_a_motor_that_can_do_all_plays_the_cues_as_they_are(kind: str) -> None:
    """GIVEN a motor without limits THEN nothing of the vocabulary is changed or lost."""
    pulses = {each.value: CANONICAL[each] for each in CANONICAL}[kind]
    assert (pulses, ()) == shaped(pulses, FREE)


@pytest.mark.parametrize(
    ("motor", "pulses", "expected", "lost"),
    [
        pytest.param(
            {},
            ((300, 150, 0.6), (300, 0, 0.8)),
            ((180, 150, 1.0), (240, 0, 1.0)),
            [Downgrade.INTENSITY_AS_LENGTH],
            id="length",
        ),
        pytest.param(
            {},
            ((300, 0, 0.1),),
            ((180, 0, 1.0),),
            [Downgrade.INTENSITY_AS_LENGTH],
            id="never-below-0.6-of-it",
        ),
        pytest.param(
            {},
            ((150, 0, 0.6),),
            ((100, 0, 1.0),),
            [Downgrade.INTENSITY_AS_LENGTH, Downgrade.LENGTHENED],
            id="length-before-clamping",
        ),
        pytest.param(
            {},
            ((200, 20, 1.0), (200, 0, 1.0)),
            ((200, 50, 1.0), (200, 0, 1.0)),
            [Downgrade.GAPS_WIDENED],
            id="gap",
        ),
        pytest.param(
            {"max_pulses": 2},
            ((100, 90, 1.0), (100, 60, 1.0), (100, 0, 1.0)),
            ((100, 90, 1.0), (260, 0, 1.0)),
            [Downgrade.JOINED],
            id="shortest-gap-closed",
        ),
        pytest.param(
            {"max_pulses": 2, "max_on_ms": 200},
            ((150, 90, 1.0), (110, 60, 1.0), (200, 0, 1.0)),
            ((150, 90, 1.0), (200, 0, 1.0)),
            [Downgrade.CUT],
            id="first-and-last-kept",
        ),
        pytest.param(
            {"pattern": Pattern.EQUAL},
            ((500, 150, 1.0), (150, 150, 1.0), (150, 0, 1.0)),
            ((267, 150, 1.0), (267, 150, 1.0), (267, 0, 1.0)),
            [Downgrade.EQUALISED],
            id="equal",
        ),
        pytest.param(
            {"quantum_ms": 40},
            ((150, 70, 1.0), (150, 0, 1.0)),
            ((160, 80, 1.0), (160, 0, 1.0)),
            [Downgrade.ROUNDED],
            id="grid",
        ),
        pytest.param(
            {"max_total_ms": 450},
            ((200, 150, 1.0), (200, 0, 1.0)),
            ((200, 50, 1.0), (200, 0, 1.0)),
            [Downgrade.GAPS_SHORTENED],
            id="gaps-first",
        ),
        pytest.param(
            {"max_total_ms": 350},
            ((200, 150, 1.0), (200, 0, 1.0)),
            ((150, 50, 1.0), (150, 0, 1.0)),
            [Downgrade.GAPS_SHORTENED, Downgrade.SHORTENED],
            id="then-the-pulses",
        ),
        pytest.param(
            {"max_total_ms": 200},
            ((200, 150, 1.0), (120, 0, 1.0)),
            ((200, 0, 1.0),),
            [Downgrade.CUT],
            id="then-the-count",
        ),
        pytest.param(
            {"amplitude": Amplitude.STEPS, "amplitude_steps": (0.5, 1.0)},
            ((200, 100, 0.6), (200, 0, 0.9)),
            ((200, 100, 0.5), (200, 0, 1.0)),
            [Downgrade.INTENSITY_ROUNDED],
            id="steps",
        ),
    ],
)
def test_shaping(
    motor: dict[str, object], pulses: Pulses, expected: Pulses, lost: list[Downgrade]
) -> None:
    """GIVEN a motor with one limit WHEN pulses go beyond it THEN they become these, and exactly
    what was lost is named.
    """
    limited = replace(LIST_MOTOR, **motor)  # type: ignore[arg-type]  # keys of the dataclass
    assert (expected, tuple(lost)) == shaped(pulses, limited)


def test_no_profile_can_make_a_cue_endless() -> None:
    """The longest that any motor is given is ten seconds."""
    assert LONGEST_MS == Actuator(Pattern.SEQUENCE).max_total_ms


def test_a_pulse_too_long_is_cut_to_the_longest_and_that_alone_is_told() -> None:
    """GIVEN a motor that plays 400 ms at most WHEN 500 ms are asked for THEN it plays 400, which is
    called shortened and no rounding.
    """
    motor = replace(FREE, max_on_ms=400)
    assert (((400, 0, 1.0),), (Downgrade.SHORTENED,)) == shaped(((500, 0, 1.0),), motor)
