"""What is left of a stranger's text: letters, and escapes for everything that would do something to
a terminal.
"""

import json

import pytest
from hypothesis import given, strategies as st

from kickcue.cli.format.console import json_line
from kickcue.core.printable import LINES, is_printable, printable

EVIL = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x1b\x07\x9b\x85\u202e\u2066\u2069\u200b\u200f\u2028\u2029\ufeff\ud800\r\n"
        ),
    )
)


@given(EVIL)
def test_nothing_is_left_that_does_something(text: str) -> None:
    """No control, no change of direction, no line end, nothing that cannot be encoded; what is
    printable stays; a second time changes nothing.
    """
    found = printable(text)
    assert all(map(is_printable, found))
    assert "".join(filter(is_printable, text)) == text or found != text
    assert printable(found) == found
    found.encode()


@given(EVIL)
def test_lines_stay_lines_where_they_may(text: str) -> None:
    """GIVEN a text of several lines WHEN line ends may stay THEN they do, and nothing else that is
    not printable.
    """
    found = printable(text, keep=LINES)
    assert [printable(line) for line in text.replace("\t", " ").split("\n")] == found.replace(
        "\t", " "
    ).split("\n")


@given(
    st.dictionaries(
        EVIL.filter(lambda text: "\ud800" not in text),
        EVIL.filter(lambda text: "\ud800" not in text),
    )
)
def test_json_is_printable_and_means_the_same(value: dict[str, str]) -> None:
    """GIVEN any texts WHEN written as a line of JSON THEN a reader gets them back unchanged, and
    the line is printable.
    """
    line = json_line(value)
    assert all(map(is_printable, line))
    assert value == json.loads(line)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zürich ± 3 °C, 走る, ❤️, 5\u00a0km", "Zürich ± 3 °C, 走る, ❤️, 5\u00a0km"),
        ("\x1b[2J\x9b1m", r"\x1b[2J\x9b1m"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("a\u200bb\u3164\u00ad", r"a\u200bb\u3164\xad"),
        ("a\nb\u2028c\td", r"a\nb\u2028c\td"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    """Letters of all languages and spaces stay; controls, direction marks, line ends and the unseen
    get escapes.
    """
    assert shown == printable(text)
