"""What the cues say, in every language that comes with kickcue and in files of one's own."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from kickcue.config.phrase_files import languages, load_vocabulary
from kickcue.core.course import Course, course_for
from kickcue.core.cueing.phrases import OPENING, PhraseKey
from kickcue.core.errors import UsageError

ENGLISH = Path(__file__).resolve().parents[2] / "kickcue" / "phrases" / "en.toml"


def test_the_languages_that_come_with_it() -> None:
    """English is there, and more than one other."""
    assert "en" in languages()
    assert len(languages()) >= 3


@pytest.mark.parametrize("language", languages())
def test_every_language_is_complete(language: str) -> None:
    """Every language has every phrase, short enough for a watch's face, with something to say
    aloud, each told apart from the others.
    """
    vocabulary = load_vocabulary(language)
    assert set(PhraseKey) == set(vocabulary)
    assert all(1 <= len(phrase.text) <= 40 and phrase.say for phrase in vocabulary.values())
    assert (
        len(vocabulary)
        == len({phrase.text for phrase in vocabulary.values()})
        == len({phrase.say for phrase in vocabulary.values()})
    )


@pytest.mark.parametrize(("one", "other"), list(combinations(languages(), 2)))
def test_every_language_is_translated(one: str, other: str) -> None:
    """No phrase of one language was left standing in another, but for a bare number."""
    first, second = load_vocabulary(one), load_vocabulary(other)
    assert [] == [
        key
        for key in PhraseKey
        if first[key].text == second[key].text or first[key].say == second[key].say
        if key is not PhraseKey.TICK
    ]


def test_the_words_of_the_last_lap() -> None:
    """In English the last lap is the promise of the project, word for word, and the smile is one of
    two ways to relax.
    """
    vocabulary = load_vocabulary()
    assert "Last lap: turnover up, stay relaxed" == vocabulary[PhraseKey.LAST_LAP].text
    assert ("Stay relaxed", "Smile, stay relaxed") == (
        vocabulary[PhraseKey.RELAX].text,
        vocabulary[PhraseKey.RELAX_SMILE].text,
    )


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """A path to a TOML file of the same form works like a shipped language."""
    mine = tmp_path / "mine.toml"
    mine.write_text(
        ENGLISH.read_text(encoding="utf-8").replace("Quick feet!", "Dance!"), encoding="utf-8"
    )
    assert "Dance!" == load_vocabulary(str(mine))[PhraseKey.TURNOVER].say


def test_a_file_of_ones_own_without_about(tmp_path: Path) -> None:
    """GIVEN a file that lacks the words for a place that is not known well THEN its plain ones are
    said in their place.
    """
    text = ENGLISH.read_text(encoding="utf-8")
    for key in ("last_lap_about", "hold_about"):
        before, _, after = text.partition(f"[{key}]")
        text = before + after[after.index("\n[") + 1 :]
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    vocabulary = load_vocabulary(str(mine))
    assert vocabulary[PhraseKey.LAST_LAP] == vocabulary[PhraseKey.LAST_LAP_ABOUT]
    assert vocabulary[PhraseKey.HOLD] == vocabulary[PhraseKey.HOLD_ABOUT]


def edited(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            edited(
                'text = "Drive through the line"',
                'text = "Drive through the line, all the way, and then"',
            ),
            ["drive.text", "'Drive through", "40"],
        ),
        (
            edited('text = "Ready"', 'text = ""'),
            ["ready.text: expected a value, got ''"],
        ),
        (edited('say = "Quick feet!"', ""), ["turnover.say", "missing"]),
        (edited("[hold]", "[holt]"), ["holt", "did you mean 'hold'?"]),
        (edited("[hold]", "[hold"), ["not TOML", "line"]),
        (edited("[hold_about]", "[hold_abuot]"), ["hold_abuot", "did you mean 'hold_about'?"]),
        (edited('text = "Ready"', "text = 3"), ["ready.text: expected text in quotes, got 3"]),
    ],
)
def test_a_broken_file_is_told_in_one_line(
    tmp_path: Path, edit: Callable[[str], str], told: list[str]
) -> None:
    """WHEN a file of one's own is wrong THEN one line says which file, which key, which value and
    what would be right.
    """
    mine = tmp_path / "mine.toml"
    mine.write_text(edit(ENGLISH.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_vocabulary(str(mine))
    message = str(caught.value)
    assert [] == [word for word in (str(mine), *told) if word not in message]
    assert "\n" not in message


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """WHEN the file is absent, no text or too long for phrases THEN one line says so."""
    for name, content in (("noise", b"\xff\xfe\x00"), ("long", b"#" * 300_000), ("absent", None)):
        path = tmp_path / f"{name}.toml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UsageError, match=rf"^{path}(, line 1)?: [^\n]+$"):
            load_vocabulary(str(path))


def test_an_unknown_language() -> None:
    """WHEN the language is not there THEN the line names those that are,
    and that a file would do.
    """
    with pytest.raises(
        UsageError,
        match=r"^language: expected one of de, en, fr, or a \.toml file of your own, got 'tlh'$",
    ):
        load_vocabulary("tlh")


WINDOWS: dict[str, tuple[Course, str]] = {
    "kilometre": (course_for("10k"), "kilometre"),
    "mile": (course_for("5000m", kick_m=1609.344), "mile"),
    "metres": (course_for("5000m", kick_m=600.0), "600"),
    "a lap more": (course_for("3000m", kick_m=800.0), "800"),
    "a whole race": (course_for("300m"), "300"),
}
FALSE = {"en": "lap", "de": "Runde", "fr": "tour"}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("case", WINDOWS)
def test_what_opens_the_last_window_says_what_that_is(language: str, case: str) -> None:
    """GIVEN a last window that is no lap THEN no phrase speaks of one, each fits a watch's face,
    and all differ.
    """
    course, _ = WINDOWS[case]
    vocabulary = load_vocabulary(language, course)
    assert set(PhraseKey) == set(vocabulary)
    for key in OPENING:
        phrase = vocabulary[key]
        assert FALSE[language] not in phrase.text + phrase.say
        assert "{" not in phrase.text + phrase.say
        assert 1 <= len(phrase.text) <= 40
        assert ":" in phrase.text, "what is shown large ends there"
    assert (
        len(vocabulary)
        == len({phrase.text for phrase in vocabulary.values()})
        == len({phrase.say for phrase in vocabulary.values()})
    )
    for key in set(PhraseKey) - set(OPENING) - {PhraseKey.SPLIT}:
        assert load_vocabulary(language)[key] == vocabulary[key]


@pytest.mark.parametrize("case", WINDOWS)
def test_the_words_of_other_windows(case: str) -> None:
    """In English they are named as runners name them."""
    course, word = WINDOWS[case]
    assert all(word in load_vocabulary("en", course)[key].text for key in OPENING)
    assert word in course.window_name


@pytest.mark.parametrize(
    "course", [course_for("5000m"), course_for("1500m", indoor=True), course_for("5000m", lane=4)]
)
def test_a_lap_is_a_lap(course: Course) -> None:
    """GIVEN a kick of one lap, whatever its length THEN it is the last lap."""
    assert load_vocabulary("en") == load_vocabulary("en", course)
    assert "last lap" == course.window_name


OLD = """language = "de"
""" + "".join(
    f'[{key}]\ntext = "{key}: mein"\nsay = "Mein {key}."\n'
    for key in (
        "ready",
        "even_ease",
        "even_lift",
        "last_lap",
        "hold",
        "relax",
        "relax_smile",
        "turnover",
        "drive",
    )
)


def test_a_file_of_ones_own_that_knows_laps_alone(tmp_path: Path) -> None:
    """GIVEN a file from before other windows had words WHEN the kick is a lap THEN all is its own;
    else what is true is borrowed.
    """
    mine = tmp_path / "mine.toml"
    mine.write_text(OLD, encoding="utf-8")
    assert (
        "last_lap: mein"
        == load_vocabulary(str(mine), course_for("5000m"))[PhraseKey.LAST_LAP_ABOUT].text
    )
    on_the_road = load_vocabulary(str(mine), course_for("10k"))
    assert load_vocabulary("de", course_for("10k"))[PhraseKey.HOLD] == on_the_road[PhraseKey.HOLD]
    assert "turnover: mein" == on_the_road[PhraseKey.TURNOVER].text
    mine.write_text(OLD.replace('"de"', '"tlh"'), encoding="utf-8")
    assert (
        "600 m to go: hold form"
        == load_vocabulary(str(mine), course_for("5000m", kick_m=600.0))[PhraseKey.HOLD].text
    )


def test_ones_own_words_for_other_windows(tmp_path: Path) -> None:
    """GIVEN own words for so many metres, without those for a place in doubt THEN they are said
    there, too.
    """
    mine = tmp_path / "mine.toml"
    mine.write_text(
        OLD + '[last_metres]\ntext = "Los, {metres}"\nsay = "Noch {metres}."\n', encoding="utf-8"
    )
    vocabulary = load_vocabulary(str(mine), course_for("5000m", kick_m=600.0))
    assert ["Los, 600", "Los, 600"] == [
        vocabulary[key].text for key in (PhraseKey.LAST_LAP, PhraseKey.LAST_LAP_ABOUT)
    ]
    assert "Noch 600." == vocabulary[PhraseKey.LAST_LAP].say
