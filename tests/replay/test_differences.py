"""When a race run again counts as the one recorded: last digits may differ, nothing else."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from kickcue.core.events import (
    Arm,
    Cue,
    CueKind,
    Estimate,
    Mode,
    Notice,
    Output,
    Phase,
    PhaseChange,
)
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.recording.model import Header, Recording
from kickcue.replay.differences import first_difference

ESTIMATE: Final = Estimate(
    NS_PER_S, 1234.5, 2.0, 5.125, 180.0, None, 3, 265.5, 0.25, Mode.MARKS, 3, 4, 0.5
)
CUE: Final = Cue(
    2 * NS_PER_S,
    "last_lap-1",
    CueKind.LAST_LAP,
    "turnover up, stay relaxed",
    None,
    ((200, 100, 1.0), (200, 0, 0.5)),
    9,
    2000,
    400.0,
    3.0,
)
ARM: Final = Arm(2 * NS_PER_S, CUE, 30_000)
PHASE: Final = PhaseChange(3 * NS_PER_S, Phase.LAST_LAP, Phase.BODY)
NOTICE: Final = Notice(4 * NS_PER_S, "pod_silent", "the pod is silent", sensor="pod")
RACE: Final[tuple[Output, ...]] = (ESTIMATE, CUE, ARM, PHASE, NOTICE)


def recorded(*outputs: Output, problems: tuple[str, ...] = ()) -> Recording:
    return Recording(
        path=Path("race.mcap"),
        header=Header(ticks=True),
        inputs=(),
        outputs=outputs,
        problems=problems,
    )


LAST_DIGITS: Final[list[tuple[Output, Output]]] = [
    (ESTIMATE, ESTIMATE._replace(distance_m=1234.5 * (1.0 + 0.9e-6))),
    (ESTIMATE, ESTIMATE._replace(eta_bell_s=0.25 + 0.9e-6)),
    (ESTIMATE, ESTIMATE._replace(t_ns=NS_PER_S + NS_PER_MS)),
    (CUE, replace(CUE, sd_m=3.0 - 0.9e-6)),
    (CUE, replace(CUE, t_ns=CUE.t_ns - NS_PER_MS)),
    (ARM, replace(ARM, due_in_ms=30_001)),
    (ARM, replace(ARM, cue=replace(CUE, to_go_m=400.0000009))),
]


@pytest.mark.parametrize(("then", "now"), LAST_DIGITS)
def test_last_digits_are_no_difference(then: Output, now: Output) -> None:
    """GIVEN numbers within a millionth of themselves or of their unit, times within a millisecond
    THEN it is the race recorded.

    BUT WHEN asked exactly, as of the same Python, THEN it is not.
    """
    assert first_difference(recorded(PHASE, then), (PHASE, now)) is None

    difference = first_difference(recorded(PHASE, then), (PHASE, now), exact=True)
    assert difference is not None
    assert difference.startswith("output 2, ")


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        (
            ESTIMATE,
            ESTIMATE._replace(distance_m=1234.502),
            "output 2, estimate at 1.000000000 s: distance_m was 1234.5 and is now 1234.502",
        ),
        (
            ESTIMATE,
            ESTIMATE._replace(distance_m=1234.5012345678901, speed_mps=5.2),
            (
                "output 2, estimate at 1.000000000 s: distance_m was 1234.5 and is now "
                "1234.5012345678902; speed_mps was 5.125 and is now 5.2"
            ),
        ),
        (
            ESTIMATE,
            ESTIMATE._replace(eta_bell_s=0.2500011),
            "output 2, estimate at 1.000000000 s: eta_bell_s was 0.25 and is now 0.2500011",
        ),
        (
            ESTIMATE,
            ESTIMATE._replace(lap_max=5),
            "output 2, estimate at 1.000000000 s: lap_max was 4 and is now 5",
        ),
        (
            ESTIMATE,
            ESTIMATE._replace(heart_rate_bpm=0.0),
            "output 2, estimate at 1.000000000 s: heart_rate_bpm was unknown and is now 0.0",
        ),
        (
            PHASE,
            replace(PHASE, t_ns=PHASE.t_ns + NS_PER_MS + 1),
            "output 2, phase at 3.000000000 s: t_ns was 3000000000 and is now 3001000001",
        ),
        (
            PHASE,
            replace(PHASE, phase=Phase.LAST_200),
            'output 2, phase at 3.000000000 s: phase was "last_lap" and is now "last_200"',
        ),
        (
            CUE,
            replace(CUE, text="go"),
            'output 2, cue at 2.000000000 s: text was "turnover up, stay relaxed" and is now "go"',
        ),
        (
            CUE,
            replace(CUE, say="go"),
            'output 2, cue at 2.000000000 s: say was unknown and is now "go"',
        ),
        (
            CUE,
            replace(CUE, pulses=((200, 100, 1.0), (201, 0, 0.5))),
            "output 2, cue at 2.000000000 s: pulses.1.on_ms was 200 and is now 201",
        ),
        (
            CUE,
            replace(CUE, pulses=CUE.pulses[:1]),
            (
                "output 2, cue at 2.000000000 s: pulses.1.on_ms was 200 and is now unknown; "
                "pulses.1.off_ms was 0 and is now unknown; pulses.1.intensity was 0.5 and is now "
                "unknown"
            ),
        ),
        (
            ARM,
            replace(ARM, cue=replace(CUE, id="last_lap-2")),
            'output 2, arm at 2.000000000 s: cue.id was "last_lap-1" and is now "last_lap-2"',
        ),
        (
            ARM,
            replace(ARM, due_in_ms=30_002),
            "output 2, arm at 2.000000000 s: due_in_ms was 30000 and is now 30002",
        ),
        (
            NOTICE,
            replace(NOTICE, code="\x1b[2J"),
            (
                "output 2, notice at 4.000000000 s: code was "
                r'"pod_silent" and is now "\u001b[2J"'
            ),
        ),
    ],
)
def test_a_difference_is_shown_with_all_its_digits(then: Output, now: Output, told: str) -> None:
    """GIVEN a number, a time, a count or a word that is another THEN just that is told, so that no
    two equal lines are shown, and a stranger's text moves no cursor.
    """
    assert told == first_difference(recorded(PHASE, then, CUE), (PHASE, now))


def test_what_lacks_or_is_another_kind_is_shown_whole() -> None:
    """GIVEN an output too few, too many, or of another kind THEN it is told as it is."""
    phase = '[phase at 3.000000000 s: phase: "last_lap", previous: "body"]'

    assert f"output 1 was {phase} and is now nothing" == first_difference(recorded(PHASE), ())
    assert f"output 1 was nothing and is now {phase}" == first_difference(recorded(), (PHASE,))
    told = first_difference(recorded(NOTICE), (PHASE,))
    assert told is not None
    assert told.startswith('output 1 was [notice at 4.000000000 s: code: "pod_silent", ')
    assert told.endswith(f" and is now {phase}")


def test_another_order_is_a_difference() -> None:
    """GIVEN two outputs of one moment WHEN told the other way round THEN it is not the same."""
    cue, phase = replace(CUE, t_ns=0), replace(PHASE, t_ns=0)

    assert first_difference(recorded(cue, phase), (phase, cue)) is not None


def test_a_recording_cut_off_may_lack_the_last_outputs() -> None:
    """GIVEN a recording that ends damaged THEN outputs that were not written are no difference.

    BUT one that is written and is another, is.
    """
    cut = recorded(ESTIMATE, problems=("cut off",))

    assert first_difference(cut, RACE) is None
    assert first_difference(cut, (PHASE, *RACE)) is not None
