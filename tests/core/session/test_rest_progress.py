"""What falls due in a rest, and when."""

from typing import Final

import pytest
from hypothesis import given, strategies as st

from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Cue, CueKind, Output
from kickcue.core.plan import Rest
from kickcue.core.session.rest_progress import RestProgress
from kickcue.core.session.session_cues import SessionCues
from kickcue.core.units import NS_PER_S, s_to_ns
from tests.core.session.scripted import VOCABULARY, WHEN_READY

BEGAN_S: Final = 100.0


def progress(rest: Rest, *, leads_to_rep: bool = True) -> RestProgress:
    cues = SessionCues(VOCABULARY, Rules.TRAINING, {})
    image = "The bell." if leads_to_rep else None
    return RestProgress(rest, s_to_ns(BEGAN_S), image, cues, leads_to_rep=leads_to_rep)


def cues_of(rest: RestProgress, times_s: list[float]) -> list[tuple[float, str]]:
    """Return what comes at these times after the beginning, with the text."""
    found = []
    for after_s in times_s:
        out: list[Output] = []
        rest.advance(s_to_ns(BEGAN_S + after_s), out)
        found += [(after_s, each.text) for each in out if isinstance(each, Cue)]
    return found


def driven(rest: RestProgress, until_s: float) -> list[tuple[float, str]]:
    """Return all that comes if it is asked whenever it wants to be."""
    found, after_s = [], 0.0
    while after_s <= until_s:
        out: list[Output] = []
        due_ns = rest.advance(s_to_ns(BEGAN_S + after_s), out)
        found += [(after_s, each.text) for each in out if isinstance(each, Cue)]
        if due_ns is None:
            break
        assert due_ns > s_to_ns(BEGAN_S + after_s)
        after_s = due_ns / NS_PER_S - BEGAN_S
    return found


def test_a_rest_of_two_minutes() -> None:
    """GIVEN two minutes THEN its half, the imagery in the runner's words 15 s before the end, and
    3, 2, 1, go come at their seconds, and it is over.
    """
    rest = progress(Rest(120.0))
    assert [
        (60.0, "Half the rest"),
        (105.0, "The bell."),
        (117.0, "3"),
        (118.0, "2"),
        (119.0, "1"),
        (120.0, "Go"),
    ] == driven(rest, 200.0)
    assert rest.over


@given(st.floats(1.0, 90.0) | st.floats(1.0, 3600.0))
def test_a_rest_of_any_length(duration_s: float) -> None:
    """GIVEN any rest by time THEN "go" is its end and the last that comes; a short one has no half,
    a very short one no countdown.
    """
    rest = progress(Rest(duration_s))
    found = driven(rest, 4000.0)
    assert "Go" == found[-1][1]
    assert found[-1][0] == pytest.approx(duration_s, abs=1e-6)
    texts = [text for _, text in found]
    assert ("Half the rest" in texts) == (duration_s >= 60.0)
    assert ("3" in texts) == (duration_s >= 10.0)
    assert sorted(found, key=lambda each: each[0]) == found


def test_a_late_tick_is_left_out() -> None:
    """GIVEN a countdown that is looked at too late THEN the ticks that are more than a second late
    are left out: they would count wrongly.
    """
    assert [(118.5, "2"), (119.0, "1"), (120.0, "Go")] == cues_of(
        progress(Rest(120.0)), [116.0, 118.5, 119.0, 120.0]
    )[-3:]
    assert "3" not in [text for _, text in cues_of(progress(Rest(120.0)), [116.0, 118.5])]


def test_a_late_end_is_an_end() -> None:
    """GIVEN a rest that nobody looks at for a minute after its end THEN it is over without "go"."""
    rest = progress(Rest(30.0))
    assert [] == cues_of(rest, [90.0])
    assert rest.over


def test_a_rest_by_distance() -> None:
    """GIVEN 200 m to walk THEN the imagery comes at 140 m, "go" at 200 m, each once."""
    rest = progress(Rest(distance_m=200.0))
    found: list[tuple[int, str]] = []
    for metre in range(1, 260):
        rest.walk(1.0)
        out: list[Output] = []
        rest.advance(s_to_ns(BEGAN_S + metre), out)
        found += [(metre, each.text) for each in out if isinstance(each, Cue)]
    assert [(140, "The bell."), (200, "Go")] == found


def test_a_rest_until_the_runner_is_ready() -> None:
    """GIVEN a rest until the runner runs off THEN the imagery comes 10 s into it, and no "go"."""
    rest = progress(WHEN_READY)
    assert [(10.0, "The bell.")] == driven(rest, 600.0)
    assert not rest.over


@pytest.mark.parametrize("rest", [Rest(120.0), Rest(distance_m=50.0), WHEN_READY])
def test_no_imagery_where_no_repetition_follows(rest: Rest) -> None:
    """GIVEN the last rest THEN there is nothing to imagine."""
    last = progress(rest, leads_to_rep=False)
    last.walk(100.0)
    texts = [text for _, text in driven(last, 600.0)]
    assert [] == [text for text in texts if "bell" in text or "finish" in text]


def test_a_rest_that_began_later() -> None:
    """GIVEN a beginning that is put right THEN everything that is still due moves with it."""
    rest = progress(Rest(60.0))
    rest.began_ns += 3 * NS_PER_S
    assert (63.0, "Go") == driven(rest, 100.0)[-1]


def test_the_words_of_the_vocabulary() -> None:
    """GIVEN no words of the runner's own THEN those of the language are said."""
    cues = SessionCues(VOCABULARY, Rules.TRAINING, {})
    rest = RestProgress(WHEN_READY, s_to_ns(BEGAN_S), None, cues, leads_to_rep=True)
    out: list[Output] = []
    rest.advance(s_to_ns(BEGAN_S + 10.0), out)
    (cue,) = (each for each in out if isinstance(each, Cue))
    assert (CueKind.IMAGE, "See the finish of your race") == (cue.kind, cue.text)
