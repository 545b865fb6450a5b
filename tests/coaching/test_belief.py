"""Beliefs are true to the last digit, of the runner's own recordings alone, and never a blame."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import pytest
from hypothesis import given, strategies as st

from kickcue.coaching.belief import Belief, Evidence, Kind, beliefs, within_s
from kickcue.coaching.belief_words import BeliefWords, sentence
from kickcue.coaching.script_files import _folder, script_languages
from kickcue.config.toml_file import read_toml
from kickcue.core.course import Course, course_for
from kickcue.core.events import Command, LegResult, Mark, Notification, PhaseChange
from kickcue.recording.model import Entry
from tests.coaching.made_up_record import FIRST_DAY, evidence, race, run, session
from tests.recording.event_strategies import events_of

COURSE = course_for("5000m")
LANGUAGES = script_languages()
ROUNDING = 0.0501
"""Told to a tenth."""
SHAMING_WORDS = re.compile(
    r"slow|langsam|\blent|worse|schlecht|\bpire|\bmoins|wenig|\bless\b|\bonly|\bnur\b|seulement|"
    r"\bbut\b|\baber\b|\bmais\b|should|sollte|devrais|fail|versag|échou|never|\bnie\b|jamais|"
    r"rival|gegner|adversaire|behind|hinter\b|derrière|lost|verlor|perdu",
    re.IGNORECASE,
)


def told(*record: Evidence) -> list[tuple[Kind, str]]:
    return [(belief.kind, sentence(belief)) for belief in beliefs(record)]


def of_session(times_s: Sequence[float], metres: float = 200.0) -> list[tuple[Kind, str]]:
    return told(evidence("s.mcap", session(times_s, metres)))


# ---- what is said


def test_the_last_repetition_after_ten() -> None:
    """GIVEN ten repetitions of 31.2 s on average and a last of 29.8 s THEN that is said, with the
    day.
    """
    times_s = [31.0, 31.4] * 5 + [29.8]

    assert of_session(times_s)[0] == (
        Kind.LAST_REPEAT,
        (
            "On 12 June 2026 the last of your 11 repeats of 200 m took 29.8 s: 1.4 s faster than "
            "the average of the 10 before."
        ),
    )


def test_the_last_lap_of_a_race_and_the_even_ones_before() -> None:
    """GIVEN a 5000 m of even laps with a kick THEN both are said; the first 200 m are no lap."""
    laps_s = [37.0, *([75.0, 75.3] * 5), 75.8, 70.0]

    record = [evidence("r.mcap", race(laps_s), course=COURSE)]

    assert told(*record) == [
        (
            Kind.LAST_LAP,
            (
                "On 12 June 2026 your last lap of the 5000 metres took 70.0 s: 5.2 s faster than "
                "the average of the 11 full laps before."
            ),
        ),
        (
            Kind.EVEN_LAPS,
            "On 12 June 2026 11 laps in a row of your 5000 metres were within 0.8 s of each other.",
        ),
    ]


def test_the_end_of_a_run() -> None:
    """GIVEN 6 km at 4 m/s of which the last 250 m are run at 6 m/s THEN the last 200 m took 33 s,
    and the last kilometre 229 s.
    """
    record = evidence("run.fit", run([4.0] * 1438 + [6.0] * 42))
    ((kind, text),) = told(record)

    assert (kind, text) == (
        Kind.FASTEST_END,
        "On 12 June 2026 the last 200 m of 6 km took 33 s: your fastest 200 m of that run.",
    )
    kilometre = next(end for end in record.performance.endings if end.metres == 1000.0)
    assert (229, 250) == (round(kilometre.seconds), round(kilometre.mean_before_s))


def test_the_most_repetitions() -> None:
    """GIVEN three sessions THEN the one with more repetitions than the others is named, and none
    where two have as many.
    """
    sessions = [evidence(f"{n}.mcap", session([40.0, 42.0] * (n // 2)), day=n) for n in (8, 6, 10)]
    assert told(*sessions)[-1] == (
        Kind.MOST_REPEATS,
        "On 22 June 2026 you ran 10 repeats in one session: the most of your 3 sessions read here.",
    )
    again = evidence("again.mcap", session([40.0, 42.0] * 5))
    assert Kind.MOST_REPEATS not in dict(told(*sessions, again))


def test_the_newest_first_and_each_of_another_kind() -> None:
    """GIVEN ten sessions with a fast last repetition, and an old race THEN the newest session and
    the race are told, one sentence each before a second of any.
    """
    record = [
        evidence(f"{day}.mcap", session([40.0, 40.0, 40.0, 36.0]), day=day) for day in range(1, 11)
    ]
    record.append(evidence("race.mcap", race([38.0, *([76.0] * 11), 70.0]), course=COURSE))

    found = beliefs(reversed(record))

    assert [(each.kind, each.evidence.name) for each in found] == [
        (Kind.LAST_REPEAT, "10.mcap"),
        (Kind.LAST_LAP, "race.mcap"),
        (Kind.EVEN_LAPS, "race.mcap"),
    ]


def test_another_recording_before_the_same_again() -> None:
    """GIVEN a race that shows two things, and an older session THEN one of the race is told, that
    of the session, and only then the other.
    """
    newest = evidence("race.mcap", race([38.0, *([76.0] * 11), 70.0]), day=9, course=COURSE)
    older = evidence("s.mcap", session([40.0, 40.0, 40.0, 36.0]))
    assert [Kind.LAST_LAP, Kind.LAST_REPEAT, Kind.EVEN_LAPS] == [
        belief.kind for belief in beliefs([older, newest])
    ]
    assert 2 == len(beliefs([older, newest], most=2))


# ---- what is not said


@pytest.mark.parametrize(
    "times_s",
    [
        [],
        [30.0],
        [30.0, 25.0],
        [30.0, 30.0, 29.1],
        [30.0, 30.0, 31.0],
        [30.0, 30.0, 30.0, 34.0],
    ],
)
def test_nothing_is_said_of_few_slower_or_hardly_faster_repetitions(times_s: list[float]) -> None:
    """GIVEN too few repetitions, a difference that timing by speed may have made up, or a slower
    last one THEN there is nothing to say.
    """
    assert [] == of_session(times_s)


def test_a_difference_must_exceed_its_error() -> None:
    """GIVEN times good to half a second THEN 1.2 s on two repetitions are not enough, for two
    standard deviations of that difference are 1.22 s; on ten 1.1 s are, which exceeds 1.05 s.
    """
    assert [] == of_session([30.0, 30.0, 28.8])
    assert Kind.LAST_REPEAT in dict(of_session([30.0, 30.0, 28.7]))
    assert Kind.LAST_REPEAT in dict(of_session([30.0] * 10 + [28.9]))


def test_short_repetitions_are_not_called_even() -> None:
    """GIVEN 200 m found by speed within 0.2 s THEN nothing is said, for their error is larger than
    what is even for a repetition of 30 s; 1000 m within 2 s are even.
    """
    assert [] == of_session([30.0, 30.1, 30.2])
    assert dict(of_session([200.0, 201.0, 202.0], 1000.0)) == {
        Kind.EVEN_REPEATS: "On 12 June 2026 your 3 repeats of 1000 m were within 2.0 s of each "
        "other."
    }


# ---- every number is the recording's


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A recording by its times; ``metres`` None is a race of 5000 m."""

    metres: float | None
    times_s: list[float]
    day: int

    def evidence(self, number: int) -> Evidence:
        if self.metres is None:
            return evidence(f"{number}", race(self.times_s), day=self.day, course=COURSE)
        return evidence(f"{number}", session(self.times_s, self.metres), day=self.day)


TIMES = st.integers(6000, 9000).map(lambda hundredths: hundredths / 100.0)
NEAR = st.integers(7200, 7500).map(lambda hundredths: hundredths / 100.0)
DAYS = st.integers(0, 400)
RECORDINGS = st.lists(
    st.one_of(
        st.builds(
            MadeUp,
            st.sampled_from([200.0, 400.0, 1000.0]),
            st.lists(TIMES, max_size=12) | st.lists(NEAR, max_size=12),
            DAYS,
        ),
        st.builds(
            MadeUp,
            st.none(),
            st.lists(TIMES, min_size=13, max_size=13) | st.lists(NEAR, min_size=13, max_size=13),
            DAYS,
        ),
    ),
    max_size=6,
)


def numbers_of(text: str) -> list[float]:
    """Return the numbers behind the date, in order of size."""
    plain = re.sub(r"(\d),(\d)", r"\1.\2", text)
    after_year = re.split(r"20\d\d", plain, maxsplit=1)[1]
    return sorted(float(number) for number in re.findall(r"\d+(?:\.\d+)?", after_year))


def expected(belief: Belief, made: MadeUp, everything: Sequence[MadeUp]) -> list[float]:
    """Return the numbers that the sentence must have but for rounding, by the times alone.

    Fails where it would not be true.
    """
    times_s = made.times_s if made.metres is not None else made.times_s[1:]
    length = [5000.0 if made.metres is None else made.metres]
    if belief.kind in (Kind.LAST_LAP, Kind.LAST_REPEAT):
        *before, last = times_s
        gain_s = fmean(before) - last
        assert gain_s >= 1.0
        count = [] if made.metres is None else [len(times_s)]
        return sorted([*count, *length, last, gain_s, len(before)])
    if belief.kind in (Kind.EVEN_LAPS, Kind.EVEN_REPEATS):
        counted = times_s[: int(belief.figures["count"])]
        spread_s = max(counted) - min(counted)
        assert spread_s <= 0.03 * fmean(counted)
        return sorted([len(counted), within_s(spread_s), *length])
    assert belief.kind is Kind.MOST_REPEATS
    sessions = [each for each in everything if each.metres is not None and each.times_s]
    assert all(len(each.times_s) < len(times_s) for each in sessions if each is not made)
    return sorted([len(times_s), len(sessions)])


@given(RECORDINGS)
def test_every_number_is_the_recordings(recordings: list[MadeUp]) -> None:
    """GIVEN any recordings WHEN sentences are made of them THEN each has the figures and the date
    of its recording in every language, is true, is of another kind, and no word of it shames.
    """
    found = beliefs([made.evidence(number) for number, made in enumerate(recordings)])

    assert len({belief.kind for belief in found}) == len(found) <= 3
    for belief in found:
        made = recordings[int(belief.evidence.name)]
        assert made.day == (belief.evidence.began - FIRST_DAY).days
        for language in LANGUAGES:
            text = sentence(belief, language)
            assert numbers_of(text) == pytest.approx(
                expected(belief, made, recordings), rel=0.0, abs=ROUNDING
            )
            day = belief.evidence.began
            assert re.search(rf"\b{day.day}\b.* {day.year}\b", text)
            assert not SHAMING_WORDS.search(text)
            assert "{" not in text


@given(st.lists(st.integers(0, 100_000).map(lambda n: n / 1000.0), min_size=1))
def test_a_spread_is_never_told_too_small(times_s: list[float]) -> None:
    """WHEN a spread is told in tenths THEN it is no smaller than it is, nor 0.1 s larger."""
    spread_s = max(times_s) - min(times_s)
    assert spread_s - 1e-6 <= within_s(spread_s) < spread_s + 0.1


def test_each_language_says_everything_and_shames_nobody() -> None:
    """Every language has each sentence, with a date, and no word of them shames."""
    document: Mapping[str, dict[str, object]] = read_toml(_folder() / "belief.toml").document
    assert set(document) == set(LANGUAGES)
    for words in document.values():
        assert set(words) == {*BeliefWords.__dataclass_fields__}
        for kind in Kind:
            form = words[kind.value]
            assert isinstance(form, str)
            assert "{date}" in form
            assert not SHAMING_WORDS.search(form)


@given(
    st.lists(
        st.one_of(
            events_of(LegResult),
            events_of(Command),
            events_of(Mark),
            events_of(Notification),
            events_of(PhaseChange),
        ),
        max_size=12,
    ),
    st.sampled_from([None, COURSE, course_for("800m"), course_for("10k")]),
)
def test_any_events_make_sentences_or_none(entries: list[Entry], course: Course | None) -> None:
    """GIVEN any events, in any order THEN what is said of them has no empty place."""
    for belief in beliefs([evidence("any.mcap", entries, course=course)]):
        for language in LANGUAGES:
            assert re.search(r"nan|inf|[{}]", sentence(belief, language)) is None
