"""The phases of a race as one table.

Two rules. Everything that moves the race from one phase to another stands in ``TRANSITIONS``; a
pair that is not there is illegal, raises and changes nothing. And the machine knows nothing of
metres, probabilities or clocks: the engine decides *that* the bell line is passed and says
``Signal.BELL``; what follows from it is decided here. That a second START is a new start, and that
an end (UNDO) or a start (RECALL) was a mistake, the engine decides as well.

Signals come from the estimate (BELL, TO_GO_200, TO_GO_100, TO_GO_50, LINE) or from people (START,
FINISH, ABORT, UNDO, RECALL). A race whose last window is shorter than 200 m gets its signals in the
same order, some of them at once. UNDO is the runner taking back a lap: if that puts the bell ahead
again, the body of the race is where we are. RECALL is the first start taken back.
"""

from collections.abc import Mapping
from enum import StrEnum

from kickcue.core.errors import IllegalTransitionError
from kickcue.core.events import Phase


class Signal(StrEnum):
    """What can move a race on."""

    START = "start"
    BELL = "bell"
    TO_GO_200 = "to_go_200"
    TO_GO_100 = "to_go_100"
    TO_GO_50 = "to_go_50"
    LINE = "line"
    UNDO = "undo"
    FINISH = "finish"
    ABORT = "abort"
    RECALL = "recall"


_STARTS = {Signal.START: Phase.BODY, Signal.RECALL: Phase.WAITING}
_PRESSED_ENDS = {Signal.FINISH: Phase.FINISHED, Signal.ABORT: Phase.ABORTED}
_ENDS = {Signal.LINE: Phase.FINISHED, **_PRESSED_ENDS}

TRANSITIONS: Mapping[Phase, Mapping[Signal, Phase]] = {
    Phase.WAITING: {Signal.START: Phase.BODY, Signal.ABORT: Phase.ABORTED},
    Phase.BODY: {Signal.BELL: Phase.LAST_LAP, **_STARTS, **_PRESSED_ENDS},
    Phase.LAST_LAP: {Signal.TO_GO_200: Phase.LAST_200, Signal.UNDO: Phase.BODY, **_STARTS, **_ENDS},
    Phase.LAST_200: {Signal.TO_GO_100: Phase.LAST_100, Signal.UNDO: Phase.BODY, **_STARTS, **_ENDS},
    Phase.LAST_100: {Signal.TO_GO_50: Phase.LAST_50, Signal.UNDO: Phase.BODY, **_STARTS, **_ENDS},
    Phase.LAST_50: {Signal.UNDO: Phase.BODY, **_STARTS, **_ENDS},
    Phase.FINISHED: {Signal.UNDO: Phase.BODY, Signal.START: Phase.BODY},
    Phase.ABORTED: {Signal.UNDO: Phase.BODY, Signal.START: Phase.BODY},
}

RACING = frozenset({Phase.BODY, Phase.LAST_LAP, Phase.LAST_200, Phase.LAST_100, Phase.LAST_50})
IN_LAST_WINDOW = RACING - {Phase.BODY}
OVER = frozenset({Phase.FINISHED, Phase.ABORTED})


def after(phase: Phase, signal: Signal) -> Phase:
    """Return the phase that follows; raise IllegalTransitionError where the table has none."""
    try:
        return TRANSITIONS[phase][signal]
    except KeyError:
        allowed = ", ".join(TRANSITIONS[phase]) or "nothing"
        raise IllegalTransitionError(
            f"cannot {signal} while {phase} (possible: {allowed})"
        ) from None


def diagram() -> str:
    """Return the table as a Mermaid state diagram, for the docs."""
    rows = [
        f"    {phase} --> {target}: {signal}"
        for phase, row in TRANSITIONS.items()
        for signal, target in row.items()
    ]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Phase.WAITING}", *rows]) + "\n"
