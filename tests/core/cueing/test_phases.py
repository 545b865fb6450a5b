"""The phases of a race: every phase with every signal."""

from itertools import product
from typing import Final

import pytest

from kickcue.core.cueing.phases import IN_LAST_WINDOW, RACING, TRANSITIONS, Signal, after, diagram
from kickcue.core.errors import IllegalTransitionError
from kickcue.core.events import Phase
from tests.core.cueing.phases_document import PAGE, made_anew

EVERY_PAIR: Final = tuple(product(Phase, Signal))
NEXT: Final = {
    (Phase.WAITING, Signal.START): Phase.BODY,
    (Phase.WAITING, Signal.ABORT): Phase.ABORTED,
    (Phase.BODY, Signal.BELL): Phase.LAST_LAP,
    (Phase.LAST_LAP, Signal.TO_GO_200): Phase.LAST_200,
    (Phase.LAST_200, Signal.TO_GO_100): Phase.LAST_100,
    (Phase.LAST_100, Signal.TO_GO_50): Phase.LAST_50,
    **{
        (phase, Signal.UNDO): Phase.BODY
        for phase in (Phase.LAST_LAP, Phase.LAST_200, Phase.LAST_100, Phase.LAST_50)
    },
    **{
        (phase, Signal.LINE): Phase.FINISHED
        for phase in (Phase.LAST_LAP, Phase.LAST_200, Phase.LAST_100, Phase.LAST_50)
    },
    **{(phase, Signal.FINISH): Phase.FINISHED for phase in RACING},
    **{(phase, Signal.ABORT): Phase.ABORTED for phase in RACING},
    **{(phase, Signal.START): Phase.BODY for phase in (*RACING, Phase.FINISHED, Phase.ABORTED)},
    **{(phase, Signal.UNDO): Phase.BODY for phase in (Phase.FINISHED, Phase.ABORTED)},
    **{(phase, Signal.RECALL): Phase.WAITING for phase in RACING},
}
"""The whole table once more, in other words: by signal, not by phase."""


@pytest.mark.parametrize(("phase", "signal"), EVERY_PAIR)
def test_every_pair(phase: Phase, signal: Signal) -> None:
    """Each phase with each signal leads where the race's course says, or raises one line that names
    both and what is allowed.
    """
    wanted = NEXT.get((phase, signal))
    if wanted is not None:
        assert wanted is after(phase, signal)
        return
    before = {p: dict(row) for p, row in TRANSITIONS.items()}
    with pytest.raises(IllegalTransitionError) as caught:
        after(phase, signal)
    message = str(caught.value)
    assert f"cannot {signal} while {phase} (possible: " in message
    assert all(allowed in message for allowed in TRANSITIONS[phase])
    assert "\n" not in message
    assert before == {p: dict(row) for p, row in TRANSITIONS.items()}


def test_no_phase_is_missing() -> None:
    """Every phase has a row, and every phase is reached from somewhere."""
    assert set(Phase) == set(TRANSITIONS)
    assert set(Phase) == {target for row in TRANSITIONS.values() for target in row.values()}


def test_a_start_is_taken_back_to_the_wait_before_it_and_nothing_else_is() -> None:
    """Back before the gun leads the recall of a start alone, from wherever the race is."""
    pairs = (
        (p, signal, target) for p, row in TRANSITIONS.items() for signal, target in row.items()
    )
    back = {(phase, signal) for phase, signal, target in pairs if target is Phase.WAITING}
    assert {(phase, Signal.RECALL) for phase in RACING} == back


@pytest.mark.parametrize("phase", sorted(RACING))
def test_a_race_can_always_be_ended(phase: Phase) -> None:
    """While a race is on, people can finish and abort it."""
    assert (Phase.FINISHED, Phase.ABORTED) == (
        after(phase, Signal.FINISH),
        after(phase, Signal.ABORT),
    )


def test_ends_are_ends() -> None:
    """Only people lead out of a finished or aborted race: by a new start, or by taking the end
    back. Neither counts as racing.
    """
    ends = {
        phase for phase, row in TRANSITIONS.items() if row.keys() == {Signal.START, Signal.UNDO}
    }
    assert {Phase.FINISHED, Phase.ABORTED} == ends
    assert not ends & RACING


def test_the_race_can_only_be_undone_to_the_body() -> None:
    """A lap can be taken back in the whole last window, an end after it, and nothing else."""
    ends = {Phase.FINISHED, Phase.ABORTED}
    assert IN_LAST_WINDOW | ends == {
        phase for phase, row in TRANSITIONS.items() if Signal.UNDO in row
    }
    assert RACING == IN_LAST_WINDOW | {Phase.BODY}


def test_the_document_shows_the_table() -> None:
    """``docs/phases.md`` holds the diagram made from the table, and tells of every phase and signal
    in words.
    """
    text = PAGE.read_text(encoding="utf-8")
    assert made_anew(text) == text, "run python tests/core/cueing/phases_document.py"
    assert f"```mermaid\n{diagram()}```" in text
    table = text.split("## In words", 1)[1]
    assert [] == [name for name in (*Phase, *Signal) if f"`{name}`" not in table]
