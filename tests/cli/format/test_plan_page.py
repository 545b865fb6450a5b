"""How a plan is drawn: the line of time, the steps, what it comes to."""

import re

import pytest
from hypothesis import given

from kickcue.cli.format.plan_estimate import Paces, guesses, totals
from kickcue.cli.format.plan_page import COLUMNS, plan_page, said
from kickcue.cli.format.plan_strip import strip
from kickcue.cli.format.timeline import BLOCKS, PLAIN
from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import load_plan, shipped_plans
from kickcue.core.events import CommandKind
from kickcue.core.plan import Effort, Plan, Repeat, Rest, Run, TimedRun, straight
from tests.config.random_plans import plans

FIVE = Plan(
    "five",
    (
        TimedRun(600.0, Effort.EASY),
        Repeat(5, (Run(straight(1000.0)), Rest(duration_s=120.0))),
        Rest(distance_m=200.0),
        Run(straight(400.0)),
    ),
)


def test_the_line_shows_lengths_in_proportion_and_repeats_in_brackets() -> None:
    """GIVEN 10 minutes easy, 5 x 1000 m with 2 minutes, a jog, 400 m WHEN drawn THEN each has its
    share, at 30 s a character, and the repeat stands there once with its times.
    """
    lines, column_s = strip(FIVE, Paces(), 60, PLAIN)
    assert 30 == column_s
    assert [f"{'=' * 20} 5x[ {'#' * 8} .... ] ... ###"] == lines


def test_it_takes_the_finest_scale_that_fits() -> None:
    """GIVEN less room THEN a character is more seconds, and the line is never longer."""
    scales = [strip(FIVE, Paces(), columns, PLAIN)[1] for columns in (200, 60, 30, 25)]
    assert scales == sorted(scales)
    assert all(len(strip(FIVE, Paces(), it, PLAIN)[0][0]) <= it for it in (200, 60, 30, 25))


@given(plans)
def test_no_plan_is_wider_than_the_page_and_colour_says_nothing(plan: Plan) -> None:
    """GIVEN any plan WHEN its page is drawn, with blocks or plain THEN no line passes 80 columns,
    no letter is a control, and both have the same words.
    """
    document = PlanDocument.of(plan, "A plan", "About it. " * 20)
    plain = "\n".join(plan_page(document, Paces(), PLAIN))
    blocks = "\n".join(plan_page(document, Paces(), BLOCKS))
    assert max(map(len, plain.splitlines())) <= COLUMNS
    assert "\x1b" not in plain + blocks
    assert re.findall(r"[a-z]{2,}", plain) == re.findall(r"[a-z]{2,}", blocks)


@pytest.mark.parametrize("name", sorted(shipped_plans()))
def test_a_shipped_plan_takes_one_line_and_shows_all_its_imagery(name: str) -> None:
    """The line of each shipped plan is one line of at most 78 columns, and every word to imagine
    stands on its page.
    """
    document = load_plan(name)
    lines, _ = strip(document.plan(), Paces(), 78, PLAIN)
    assert 1 == len(lines)
    page = " ".join(" ".join(plan_page(document, Paces(), PLAIN)).replace("|", "").split())
    for leg in document.plan().legs():
        if isinstance(leg, Run | TimedRun) and leg.imagery:
            assert leg.imagery in page


def test_what_it_comes_to() -> None:
    """GIVEN the same session THEN metres are summed by kind, those by time are about, and the
    seconds follow from the paces.
    """
    found = totals(guesses(FIVE.legs(), Paces(hard_s=200.0, easy_s=400.0)))
    assert (5400.0, 1500.0, 200.0) == (found.hard_m, found.easy_m, found.rest_m)
    assert 600.0 + 5 * (200.0 + 120.0) + 100.0 + 80.0 == pytest.approx(found.duration_s)
    assert not found.open
    assert "5.4 km hard, about 1.5 km easy, 200 m between, about 40 minutes" == said(found)


@pytest.mark.parametrize(
    ("legs", "wait_s"),
    [
        ((Run(straight(70.0)), Rest(until=CommandKind.START)), 50.0),
        ((Run(straight(1000.0)), Rest(until=CommandKind.START)), 180.0),
        ((TimedRun(60.0), Rest(until=CommandKind.START)), 120.0),
        ((Run(straight(70.0)), Rest(until=CommandKind.LAP)), 120.0),
    ],
)
def test_a_rest_that_waits_is_guessed_and_that_is_told(
    legs: tuple[Run | TimedRun | Rest, ...], wait_s: float
) -> None:
    """GIVEN a rest until the runner runs off THEN it is the walk back, at most 3 minutes; what
    waits for a press is 2 minutes; and the page says that it is a guess.
    """
    found = guesses(legs, Paces())
    assert wait_s == pytest.approx(found[1].duration_s)
    assert totals(found).open
    page = plan_page(PlanDocument.of(Plan("p", legs)), Paces(), PLAIN)
    assert "guessed" in list(page)[-1].replace("\n", " ")
