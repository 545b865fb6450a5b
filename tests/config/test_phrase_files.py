"""What the cues say, in every language that comes with kickcue and in files of one's own."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from kickcue.config.phrase_files import languages, load_vocabulary
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.errors import AskedWronglyError

ENGLISH = Path(__file__).resolve().parents[2] / "kickcue" / "phrases" / "en.toml"


def test_the_languages_that_come_with_it() -> None:
    """English is there, and more than one other."""
    assert "en" in languages()
    assert len(languages()) >= 3


@pytest.mark.parametrize("language", languages())
def test_every_language_is_complete(language: str) -> None:
    """Every language has every phrase, short enough for a watch's face, with something to say aloud, each told apart from the others."""
    vocabulary = load_vocabulary(language)
    assert set(PhraseKey) == set(vocabulary)
    assert all(1 <= len(phrase.text) <= 40 and phrase.say for phrase in vocabulary.values())
    assert len(vocabulary) == len({phrase.text for phrase in vocabulary.values()}) == len({phrase.say for phrase in vocabulary.values()})


@pytest.mark.parametrize(("one", "other"), list(combinations(languages(), 2)))
def test_every_language_is_translated(one: str, other: str) -> None:
    """No phrase of one language was left standing in another."""
    first, second = load_vocabulary(one), load_vocabulary(other)
    assert [] == [key for key in PhraseKey if first[key].text == second[key].text or first[key].say == second[key].say]


def test_the_words_of_the_last_lap() -> None:
    """In English the last lap is the promise of the project, word for word, and the smile is one of two ways to relax."""
    vocabulary = load_vocabulary()
    assert "Last lap: turnover up, stay relaxed" == vocabulary[PhraseKey.LAST_LAP].text
    assert ("Stay relaxed", "Smile, stay relaxed") == (vocabulary[PhraseKey.RELAX].text, vocabulary[PhraseKey.RELAX_SMILE].text)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """A path to a TOML file of the same form works like a shipped language."""
    mine = tmp_path / "mine.toml"
    mine.write_text(ENGLISH.read_text(encoding="utf-8").replace("Quick feet!", "Dance!"), encoding="utf-8")
    assert "Dance!" == load_vocabulary(str(mine))[PhraseKey.TURNOVER].say


def test_a_file_of_ones_own_without_about(tmp_path: Path) -> None:
    """GIVEN a file that lacks the words for a place that is not known well THEN its plain ones are said in their place."""
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
            edited('text = "Drive through the line"', 'text = "Drive through the line, all the way, and then"'),
            ["drive.text", "'Drive through", "40"],
        ),
        (edited('text = "Ready"', 'text = ""'), ["ready.text = ''", "not be empty"]),
        (edited('say = "Quick feet!"', ""), ["turnover.say", "missing"]),
        (edited("[hold]", "[holt]"), ["holt", "did you mean 'hold'?"]),
        (edited("[hold]", "[hold"), ["not TOML", "line"]),
        (edited("[hold_about]", "[hold_abuot]"), ["hold_abuot", "did you mean 'hold_about'?"]),
        (edited('text = "Ready"', "text = 3"), ["ready.text = 3", "string"]),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, edit: Callable[[str], str], told: list[str]) -> None:
    """WHEN a file of one's own is wrong THEN one line says which file, which key, which value and what would be right."""
    mine = tmp_path / "mine.toml"
    mine.write_text(edit(ENGLISH.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(AskedWronglyError) as caught:
        load_vocabulary(str(mine))
    message = str(caught.value)
    assert [] == [word for word in (str(mine), *told) if word not in message]
    assert "\n" not in message


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """WHEN the file is absent or no text THEN one line says so."""
    noise = tmp_path / "noise.toml"
    noise.write_bytes(b"\xff\xfe\x00")
    for path in (noise, tmp_path / "absent.toml"):
        with pytest.raises(AskedWronglyError, match=rf"^phrases {path}: cannot be read: [^\n]+$"):
            load_vocabulary(str(path))


def test_an_unknown_language() -> None:
    """WHEN the language is not there THEN the line names those that are, and that a file would do."""
    with pytest.raises(AskedWronglyError, match=r"^language 'tlh': should be one of de, en, fr.*, or a \.toml file of your own$"):
        load_vocabulary("tlh")
