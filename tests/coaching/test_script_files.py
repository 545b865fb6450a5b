"""Scripts as files: kickcue's, and those of one's own."""

from pathlib import Path

import pytest

from kickcue.coaching.script import PLACEHOLDERS, On
from kickcue.coaching.script_files import load_script, script_languages, scripts
from kickcue.core.errors import UsageError

GOOD = """language = "en"
minutes = 2

[[line]]
at = "bell"
say = "You hear the bell in the {event}."
pause_s = 4
on = "bell"

[[line]]
at = "97 %"
say = '''
  A line   over
  two rows'''
"""


def test_what_comes_with_it() -> None:
    """Three scripts in three languages."""
    assert ("calm", "fierce", "short") == scripts()
    assert ("de", "en", "fr") == script_languages()


def test_a_script_of_ones_own(tmp_path: Path) -> None:
    """A path to a TOML file works like a name; what is left out has its usual value, and white
    space is of no matter.
    """
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    script = load_script(str(path), "fr")
    assert ("en", 2.0) == (script.language, script.minutes)
    assert [(4.0, On.BELL, 4), (3.0, None, 10)] == [
        (line.pause_s, line.on, line.row) for line in script.lines
    ]
    assert "A line over two rows" == script.lines[1].say


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"bell"\nsay', '"bel"\nsay', ["line 4: line[1].at", "before, gun", "did you mean bell?"]),
        ('"97 %"', '"100 %"', ["line 10: line[2].at", "less than 100 %"]),
        ('"97 %"', '"lap 0"', ["line 10: line[2].at", "lap 1 or a later one"]),
        ('"97 %"', "97", ["line 10: line[2].at", "a place in quotes"]),
        ("{event}", "{evnt}", ["line 4: line[1].say", "{evnt}", "did you mean event?"]),
        ("{event}", "{event!r}", ["line 4: line[1].say"]),
        ("{event}", "{event.x}", ["line 4: line[1].say"]),
        ("{event}", "{}", ["line 4: line[1].say"]),
        ("{event}", "{event", ["line 4: line[1].say", "each { with its }"]),
        ("pause_s = 4", "pause_s = 0", ["line 4: line[1].pause_s", "more than 0, got 0"]),
        ("pause_s = 4", "pause_s = 500", ["line 4: line[1].pause_s", "at most 120, got 500"]),
        ("pause_s = 4", "paus_s = 4", ["line 4: line[1].paus_s", "did you mean 'pause_s'?"]),
        ('on = "bell"', 'on = "grass"', ["line 4: line[1].on", "track, road, bell"]),
        ("minutes = 2", "minutes = 90", ["minutes", "at most 30, got 90"]),
        ('language = "en"', "", ["language: is missing"]),
        ("[[line]]", "[[line]", ["line 4, column", "not TOML"]),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, told: list[str]) -> None:
    """WHEN a script is wrong THEN one line says which file, which line of it, which key, and what
    would be right.
    """
    path = tmp_path / "mine.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load_script(str(path))
    message = str(caught.value)
    assert [] == [part for part in (str(path), *told) if part not in message]
    assert "\n" not in message


def test_names_and_languages_that_there_are_not() -> None:
    """A slip is told with what there is."""
    with pytest.raises(UsageError, match=r"^script: expected one of calm, fierce, short, or a .*"):
        load_script("wild")
    with pytest.raises(UsageError, match=r"^script calm: expected a language of de, en, fr, or a"):
        load_script("calm", "tlh")


def test_the_script_of_the_documentation(tmp_path: Path) -> None:
    """The example that readers copy is a script."""
    page = Path(__file__).resolve().parents[2] / "docs" / "visualisation.md"
    path = tmp_path / "mine.toml"
    path.write_text(page.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])
    assert ["before", "bell"] == [str(line.at) for line in load_script(str(path)).lines]


def test_the_documentation_names_every_placeholder() -> None:
    """What a line may have in braces stands in the table."""
    page = Path(__file__).resolve().parents[2] / "docs" / "visualisation.md"
    text = page.read_text(encoding="utf-8")
    assert [] == [name for name in PLACEHOLDERS if f"`{{{name}}}`" not in text]
