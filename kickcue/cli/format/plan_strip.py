"""A session as a line of time: runs as blocks with a length, rests thin, repeats in brackets."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from kickcue.cli.format.plan_estimate import LegGuess, Paces, guesses
from kickcue.cli.format.timeline import Shades
from kickcue.core.plan import Effort, Plan, Repeat, Rest, Step

_SCALES_S: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)


def strip(plan: Plan, paces: Paces, columns: int, using: Shades) -> tuple[list[str], int]:
    """Return the lines, nearly always one, and how many seconds a character is.

    The scale is the finest with which the session fits into ``columns``.
    """
    # A step that is repeated stands there once: with the first of its times for all.
    legs = list(guesses(plan.legs(), paces))
    for second_s in _SCALES_S:
        line = " ".join(_drawn(plan.steps, iter(legs), second_s, using))
        if len(line) <= columns:
            return [line], second_s
    return wrap(line, columns, break_on_hyphens=False), second_s


def _drawn(
    steps: Sequence[Step], legs: Iterator[LegGuess], column_s: int, using: Shades
) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Repeat):
            times = [" ".join(_drawn(step.steps, legs, column_s, using)) for _ in range(step.times)]
            yield f"{step.times}x[ {times[0]} ]"
        else:
            yield _block(next(legs), column_s, using)


def _block(guess: LegGuess, column_s: int, using: Shades) -> str:
    leg = guess.leg
    if isinstance(leg, Rest):
        shade = using.gap
    else:
        shade = using.strong if leg.effort is Effort.HARD else using.weaker
    return shade * max(round(guess.duration_s / column_s), 1)
