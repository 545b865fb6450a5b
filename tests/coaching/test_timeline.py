"""When lines are said and cues are given, for any race, goal and script."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kickcue.coaching.imagined_race import ImaginedRace
from kickcue.coaching.place import place
from kickcue.coaching.script import Script, ScriptLine
from kickcue.coaching.script_files import load_script, script_languages, scripts
from kickcue.coaching.timeline import (
    SHORTEST_PAUSES,
    Spoken,
    TimelineStep,
    reading_s,
    steps,
    timeline,
)
from kickcue.config.phrase_files import load_vocabulary
from kickcue.core.course import EVENTS, course_for
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError
from kickcue.core.events import Cue, CueKind
from kickcue.core.records import bounds_s

PLACES = ("before", "gun", "1 %", "30 %", "99 %", "bell", "200 to go", "50 to go", "line", "after")
WORDS = load_script("calm", "en").words


def made(*lines: tuple[str, str, float]) -> Script:
    return Script(
        "made.toml",
        "en",
        5.0,
        tuple(ScriptLine(place(at), say, rest) for at, say, rest in lines),
        WORDS,
    )


def ordered(
    script: Script, event: str = "5000m", goal_s: float = 930.0, rules: Rules = Rules.TRAINING
) -> tuple[TimelineStep, ...]:
    course = course_for(event)
    imagined = ImaginedRace(course, goal_s, script.words)
    return steps(script, imagined, load_vocabulary(script.language, course), rules)


def words(found: tuple[TimelineStep, ...]) -> list[str]:
    """Return what is said, and the kinds of cues."""
    return [each.what.text if isinstance(each.what, Spoken) else each.what.kind for each in found]


def test_cues_and_lines_are_in_the_order_of_the_race() -> None:
    """GIVEN lines in any order THEN they come in that of the race, each cue before the lines of its
    place, and lines of one place as the script has them.
    """
    script = made(
        ("after", "over", 3),
        ("bell", "bell one", 3),
        ("bell", "bell two", 3),
        ("lap 13", "last lap begins", 3),
        ("before", "before", 3),
        ("line", "line", 3),
        ("50 to go", "fifty", 3),
        ("100 to go", "hundred", 3),
        ("200 to go", "two hundred", 3),
        ("lap 12", "lap twelve", 3),
        ("97 %", "nearly", 3),
        ("gun", "gun", 3),
    )
    assert words(ordered(script)) == [
        "before",
        "gun",
        "lap twelve",
        "nearly",
        "last lap begins",
        CueKind.LAST_LAP,
        "bell one",
        "bell two",
        CueKind.TURNOVER,
        "two hundred",
        CueKind.DRIVE,
        "hundred",
        "fifty",
        "line",
        "over",
    ]


@given(
    event=st.sampled_from(EVENTS),
    share=st.floats(0.0, 1.0),
    minutes=st.floats(1.0, 30.0),
    lines=st.lists(
        st.tuples(
            st.sampled_from(PLACES), st.sampled_from(("{goal}", "{lap}")), st.floats(0.1, 60)
        ),
        min_size=1,
        max_size=20,
    ),
    pace=st.floats(0.0, 0.5),
)
def test_any_session(
    event: str, share: float, minutes: float, lines: list[tuple[str, str, float]], pace: float
) -> None:
    """GIVEN any race, goal and script WHEN it is laid out THEN it takes the minutes within 1 %,
    nothing overlaps, pauses keep the measure of the script, and the cues are those of race day in
    its order, the bell's right before the first line of the bell.
    """
    fastest_s, slowest_s = bounds_s(course_for(event))
    found = ordered(
        made(*((at, f"{at}: {say}", rest) for at, say, rest in (*lines, ("bell", "", 3.0)))),
        event,
        fastest_s + share * (slowest_s - fastest_s),
    )
    lasts_s = [pace * reading_s(each.what) for each in found]
    try:
        session = timeline(found, lasts_s, minutes)
    except UsageError:
        rests_s = math.fsum(each.pause_s for each in found)
        assert math.fsum(lasts_s) + SHORTEST_PAUSES * rests_s > 60 * minutes
        return
    assert [each.what for each in found] == [entry.what for entry in session.entries]
    ends_s = [*(entry.at_s for entry in session.entries[1:]), 60 * minutes]
    rests_s_each = [
        end_s - entry.at_s - entry.lasts_s
        for entry, end_s in zip(session.entries, ends_s, strict=True)
    ]
    scale = rests_s_each[0] / found[0].pause_s
    assert scale >= SHORTEST_PAUSES - 1e-6
    for rest_s, each in zip(rests_s_each, found, strict=True):
        assert rest_s == pytest.approx(scale * each.pause_s, rel=1e-6, abs=1e-6)
    assert session.total_s == pytest.approx(60 * minutes, rel=0.01)
    cues = [(at, each.what) for at, each in enumerate(found) if isinstance(each.what, Cue)]
    assert all(one.t_ns < other.t_ns for (_, one), (_, other) in pairwise(cues))
    assert CueKind.LAST_LAP is cues[0][1].kind
    said = [text.partition(":")[0] for text in words(found)]
    assert "bell" == said[cues[0][0] + 1]
    assert "bell" not in said[: cues[0][0]]
    order = [PLACES.index(each) for each in said if each in PLACES]
    assert sorted(order) == order


def test_the_cues_are_those_of_race_day() -> None:
    """The wrist feels the patterns, words and deadlines that the engine gives on the day."""
    cues = [each.what for each in ordered(load_script("calm")) if isinstance(each.what, Cue)]
    assert [CueKind.LAST_LAP, CueKind.TURNOVER, CueKind.DRIVE] == [cue.kind for cue in cues]
    assert [400.0, 200.0, 100.0] == [cue.to_go_m for cue in cues]
    assert [PULSES[cue.kind] for cue in cues] == [cue.pulses for cue in cues]
    assert "Last lap: turnover up, stay relaxed" == cues[0].text
    assert [2000] * 3 == [cue.ttl_ms for cue in cues]
    assert 3 == len({cue.id for cue in cues})


def test_a_race_that_has_no_cues_has_none_in_the_mind() -> None:
    """GIVEN the rules of a sanctioned race THEN only the words are left; on the road no cue
    speaks.
    """
    assert not any(
        isinstance(each.what, Cue) for each in ordered(load_script("calm"), rules=Rules.SANCTIONED)
    )
    road = ordered(load_script("calm"), "10k", 2100.0, Rules.ROAD)
    assert [None] * 3 == [each.what.say for each in road if isinstance(each.what, Cue)]


def test_too_short_is_told() -> None:
    """WHEN the minutes do not hold the words THEN the least that would is told, and is enough."""
    found = ordered(load_script("calm"))
    lasts_s = [reading_s(each.what) for each in found]
    with pytest.raises(UsageError, match=r"^minutes: expected at least 2\.\d for this ") as caught:
        timeline(found, lasts_s, 1.0)
    least = float(str(caught.value).split("at least ")[1].split()[0])
    assert timeline(found, lasts_s, least).total_s == 60 * least
    with pytest.raises(UsageError):
        timeline(found, lasts_s, least - 0.1)


def test_a_place_that_the_race_does_not_have() -> None:
    """WHEN a script speaks of a lap or a distance that this race does not have THEN file, line and
    what would be right are told.
    """
    lines = (
        ScriptLine(place("lap 20"), "x", 1.0, row=7),
        ScriptLine(place("5000 to go"), "x", 1.0),
    )
    for line, told in zip(
        lines,
        (
            "mine.toml: line 7: at: expected at most lap 4 in a 1500m, got 'lap 20'",
            "mine.toml: at: expected at most 1500 to go in this race, got '5000 to go'",
        ),
        strict=True,
    ):
        with pytest.raises(UsageError) as caught:
            ordered(Script("mine.toml", "en", 5.0, (line,), WORDS), "1500m", 240.0)
        assert told == str(caught.value)


@pytest.mark.parametrize("language", script_languages())
@pytest.mark.parametrize("name", scripts())
@pytest.mark.parametrize("event", ["300m", "800m", "mile", "5000m", "3000sc", "10k", "marathon"])
def test_every_script_is_true_of_every_race(event: str, name: str, language: str) -> None:
    """GIVEN a script of kickcue and any race THEN no placeholder is left, no line speaks of a bell
    or laps where there are none, and it fits its usual minutes.
    """
    course = course_for(event)
    script = load_script(name, language)
    found = ordered(script, event, 1.5 * bounds_s(course)[0])
    said = [each.what for each in found if isinstance(each.what, Spoken)]
    assert not any("{" in each.text + each.say for each in said)
    if course.lap_m is None:
        lap_words = {"en": ("bell", "lap"), "de": ("Glocke", "Runde"), "fr": ("cloche", "tour")}
        text = " ".join(each.text for each in said).lower()
        assert not any(f" {word.lower()}" in text for word in lap_words[language])
    timeline(found, [reading_s(each.what) for each in found], script.minutes)


@pytest.mark.parametrize("language", script_languages())
@pytest.mark.parametrize("name", scripts())
def test_every_script_has_what_makes_it_one(name: str, language: str) -> None:
    """Each has lines at each place that matters, a rival who does not get by, a place for belief,
    and every script exists in every language with the same places.
    """
    script = load_script(name, language)
    assert {"before", "gun", "bell", "200 to go", "100 to go", "50 to go", "line", "after"} <= {
        str(line.at) for line in script.lines
    }
    assert 1 == sum("{rival}" in line.say for line in script.lines)
    assert 1 == sum("{belief}" in line.say for line in script.lines)
    assert [(line.at, line.on, line.pause_s) for line in load_script(name).lines] == [
        (line.at, line.on, line.pause_s) for line in script.lines
    ]
