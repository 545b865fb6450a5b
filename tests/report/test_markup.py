"""Text from outside becomes text in the page, and nothing else."""

from html import unescape

from hypothesis import given, strategies as st

from kickcue.core.printable import printable
from kickcue.report.markup import Markup, tag, text
from kickcue.report.shell import for_script
from tests.report.parsed_page import parsed


@given(words=st.text())
def test_any_text_reads_as_itself(words: str) -> None:
    """GIVEN any text WHEN it is put into a page THEN a reader sees what a terminal would show."""
    assert printable(words) == unescape(text(words))
    assert "<" not in text(words)


@given(words=st.text())
def test_no_text_ends_an_attribute(words: str) -> None:
    """GIVEN any text WHEN it is an attribute THEN it is that attribute's whole value."""
    found = parsed(tag("p", "x", title=words))

    assert [("title", printable(words))] == found.attributes


@given(words=st.text(), between=st.sampled_from(["</script>", "<!--", "<script", "]]>"]))
def test_no_text_ends_a_script(words: str, between: str) -> None:
    """GIVEN any text with what ends a script element WHEN it is data for a script THEN the element
    holds all of it.
    """
    strange = words + between + words
    found = parsed(
        f'<script type="application/json" id="data">{for_script({"a": strange})}</script>'
    )

    assert strange == found.data["a"]
    assert ["script"] == found.elements


def test_markup_is_not_escaped_twice() -> None:
    """GIVEN an element in an element THEN both are elements."""
    assert tag("p", tag("b", "a & b"), None, " <") == "<p><b>a &amp; b</b> &lt;</p>"
    assert isinstance(tag("p"), Markup)
    assert tag("input", checked=True, hidden=None, class_="x") == '<input checked class="x">'
