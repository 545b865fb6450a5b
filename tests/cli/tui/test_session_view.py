"""The screen of a session: what it says in each leg, and that it fits."""

from dataclasses import replace
from typing import Final

import pytest

from kickcue.cli.tui.race_state import RaceBoard
from kickcue.cli.tui.session_state import SessionState, following, planned_s
from kickcue.core.course import course_for
from kickcue.core.events import (
    Estimate,
    LegBegin,
    LegEnd,
    LegKind,
    LegResult,
    Mode,
    Phase,
)
from kickcue.core.plan import Effort, Plan, Repeat, Rest, Run, TimedRun, straight
from kickcue.core.session.numbered_legs import numbered
from kickcue.core.units import s_to_ns
from tests.cli.tui.test_race_view import FULL, drawn

PLAN: Final = Plan(
    "two-hundreds",
    (
        TimedRun(600.0, Effort.EASY),
        Repeat(4, (Run(straight(200.0)), Rest(duration_s=90.0))),
        Run(straight(200.0)),
    ),
)
LEGS: Final = numbered(PLAN)
SIZES: Final = [(80, 24), (60, 40), (110, 30)]
RUNNING: Final = Estimate(0, 76.0, 2.0, 6.1, 190.0, 171.0, None, 124.0, None, Mode.POD)
RESTING: Final = Estimate(0, None, None, 1.4, 96.0, 142.0, None, None, None, Mode.POD)


def run(rep: int, seconds: float, by: LegEnd = LegEnd.DISTANCE, m: float = 200.0) -> LegResult:
    return LegResult(0, LegKind.REP, 2 * rep, rep, 0, s_to_ns(seconds), by, m)


RUNS: Final = tuple(run(rep, 33.0 - 0.1 * rep) for rep in range(1, 6))


def begin(kind: LegKind, leg: int, rep: int, text: str) -> LegBegin:
    return LegBegin(0, kind, leg, len(LEGS), rep, 5, 0, text)


def board(
    leg: LegBegin | None,
    on_s: float = 20.0,
    *,
    runs: tuple[LegResult, ...] = (),
    phase: Phase = Phase.BODY,
) -> RaceBoard:
    return replace(
        FULL,
        title="Two hundreds: 5 x 200 m, training",
        course=course_for("5000m"),
        phase=phase,
        estimate=RUNNING
        if leg is not None and leg.kind in (LegKind.REP, LegKind.EXTRA)
        else RESTING,
        session=SessionState(
            "Two hundreds: 5 x 200 m",
            5,
            leg,
            on_s,
            None if leg is None else planned_s(LEGS, leg),
            None if leg is None else following(LEGS, leg),
            runs,
        ),
    )


EASY: Final = begin(LegKind.EASY, 1, 0, "easy 10:00")
WAIT: Final = begin(LegKind.REST, 2, 0, "rest until you run off")
REP_2: Final = begin(LegKind.REP, 4, 2, "200 m")
REST_2: Final = begin(LegKind.REST, 5, 2, "rest 1:30")
REP_5: Final = begin(LegKind.REP, 10, 5, "200 m")
AFTER_ALL: Final = begin(LegKind.REST, 10, 5, "rest until you run off")
EXTRA: Final = begin(LegKind.EXTRA, 11, 6, "200 m")

STAGES: Final[dict[str, tuple[RaceBoard, tuple[str, ...]]]] = {
    "waiting": (board(None, phase=Phase.WAITING), ("waiting", "repetitions", "press s to begin")),
    "easy": (board(EASY), ("easy 10:00", "to go", "next: rep 1 of 5, 200 m")),
    "wait": (board(WAIT), ("rest until you run off", "so far", "next: rep 1 of 5, 200 m")),
    "rep": (board(REP_2, runs=RUNS[:1]), ("rep 2 of 5  200 m", "± 4 m to go", "next: rest 1:30")),
    "rest": (
        board(REST_2, runs=RUNS[:2]),
        ("rest after rep 2 of 5", "to go", "rep 2: 200 m in 32.8 s; next: rep 3 of 5, 200 m"),
    ),
    "rest over": (board(REST_2, 95.0, runs=RUNS[:2]), ("rest after rep 2 of 5", "over")),
    "last": (board(REP_5, runs=RUNS[:4]), ("rep 5 of 5", "rep 4: 200 m in 32.6 s")),
    "after all": (
        board(AFTER_ALL, runs=RUNS),
        ("rest after rep 5 of 5", "f to finish, or run one more"),
    ),
    "extra": (board(EXTRA, runs=RUNS), ("rep 6, one more", "m to go")),
    "finished": (
        board(AFTER_ALL, runs=RUNS, phase=Phase.FINISHED),
        ("finished", "the last one was 0.2 s faster than the mean", "1: 32.9  2: 32.8", "5: 32.5"),
    ),
    "stopped": (board(None, phase=Phase.ABORTED), ("stopped",)),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stage", STAGES)
def test_each_leg_is_told_at_every_size(stage: str, size: tuple[int, int]) -> None:
    """GIVEN a session WHEN drawn THEN the screen says which leg is on, how far it is and what comes
    next, and not a line or column is too many.
    """
    shown, expected = STAGES[stage]
    lines = drawn(shown, *size)
    text = "\n".join(lines)
    for words in expected:
        assert words in text
    assert len(lines) == size[1]
    assert max(map(len, lines)) <= size[0]
    assert "Traceback" not in text


def test_nothing_moves_while_a_session_goes_on() -> None:
    """GIVEN the legs of a session WHEN drawn one after the other THEN every line below the figure
    stays where it was.
    """
    rows = {
        next(n for n, line in enumerate(drawn(shown)) if line.startswith("  strap"))
        for shown, _ in STAGES.values()
    }
    assert len(rows) == 1


def large(shown: RaceBoard) -> list[str]:
    """Return the three rows of the large figure."""
    return [line[:42].rstrip() for line in drawn(shown)[5:8]]


def test_a_rest_counts_down_and_then_up() -> None:
    """GIVEN a rest of 1:30 WHEN 20 s, 89.5 s and 95 s of it are over THEN 1:10 and 0:01 are to go,
    and 0:05 are over; one without a length counts up.
    """
    assert large(board(REST_2, 20.0)) == large(board(REST_2, 20.9))
    assert large(board(REST_2, 20.0)) != large(board(REST_2, 21.2))
    figures = {
        at_s: [row[3:18].rstrip() for row in large(board(REST_2, at_s))]
        for at_s in (20.0, 89.5, 95.0)
    }
    up = {at_s: [row[3:18].rstrip() for row in large(board(WAIT, at_s))] for at_s in (70.0, 1.0)}
    assert (figures[20.0], figures[89.5]) == (up[70.0], up[1.0])
    assert "over" in large(board(REST_2, 95.0))[2]


def test_a_repetition_that_was_cut_short_says_how_far_it_went() -> None:
    """GIVEN a repetition that ended after 169 m WHEN the session is over THEN that stands beside
    its time, and no mean is made of both lengths.
    """
    runs = (*RUNS[:2], run(3, 29.0, LegEnd.STOPPED, 169.0))
    text = "\n".join(drawn(board(AFTER_ALL, runs=runs, phase=Phase.FINISHED)))
    assert "3: 29.0 (169 m)" in text
    assert "mean" not in text


def test_of_many_repetitions_the_latest_are_shown() -> None:
    """GIVEN forty repetitions WHEN the session is over THEN the last ones are there."""
    runs = tuple(run(rep, 30.0) for rep in range(1, 41))
    text = "\n".join(drawn(board(AFTER_ALL, runs=runs, phase=Phase.FINISHED)))
    assert "40: 30.0" in text
    assert "…" in text


@pytest.mark.parametrize("stage", STAGES)
def test_a_session_can_be_drawn_in_ascii(stage: str) -> None:
    """GIVEN a terminal that is not UTF-8 WHEN drawn THEN every character is ASCII, none a "?"
    besides those of the words.
    """
    text = "\n".join(drawn(STAGES[stage][0], ascii_only=True))
    assert text.isascii()
    assert text.count("?") == "\n".join(drawn(STAGES[stage][0])).count("?")


def test_the_waiting_after_the_last_repetition_leads_nowhere() -> None:
    """GIVEN the legs of a plan WHEN the runner is waited for THEN the plan's next leg follows where
    there is one: the repetition waited for, nothing after the last and after an extra one.
    """
    for leg, rep in ((EASY, 1), (WAIT, 1), (REST_2, 3)):
        coming = following(LEGS, leg)
        assert coming is not None
        assert coming.rep == rep or coming.kind is LegKind.REP
    assert following(LEGS, AFTER_ALL) is None
    assert following(LEGS, EXTRA) is None
    assert planned_s(LEGS, WAIT) is None
    assert planned_s(LEGS, REST_2) == 90.0
