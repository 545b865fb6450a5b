import pytest
from hypothesis import given, strategies as st

from kickcue.core.watch.text_encoding import fitted, shortened, title_and_body

CHARSETS = st.sampled_from(["ascii", "latin-1", "utf-8"])


@given(st.text(), CHARSETS, st.integers(0, 200))
def test_fitted_text_fits(text: str, charset: str, most: int) -> None:
    """Whatever the text, it has the charset's bytes, at most so many, and nothing that ends a line
    or parts a title from a body.
    """
    found = fitted(text, charset, most)
    assert len(found.encode(charset)) <= most
    assert not set("\0\n\r\x03\x10\x11\x13") & set(found)
    assert found == fitted(found, charset, most)


@pytest.mark.parametrize(
    ("text", "charset", "expected"),
    [
        ("Letzte Runde: Frequenz hoch", "ascii", "Letzte Runde: Frequenz hoch"),
        ("Fréquence, relâché", "ascii", "Frequence, relache"),
        ("Fréquence, relâché", "latin-1", "Fréquence, relâché"),
        ("Gleichmäßig \u2013 \u2018ruhig\u2019\u2026", "ascii", "Gleichmassig - 'ruhig'..."),
        ("笑 up", "latin-1", "? up"),
        ("a\0b\nc", "utf-8", "a b c"),
    ],
)
def test_letters_that_a_watch_does_not_have(text: str, charset: str, expected: str) -> None:
    """Accents go first, then the letter becomes a question mark;
    control characters become spaces.
    """
    assert expected == fitted(text, charset, 99)


def test_a_character_is_never_cut_in_half() -> None:
    """GIVEN room for one and a half characters THEN one is kept."""
    assert "é" == shortened("éé", "utf-8", 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Turnover up: stay relaxed", ("Turnover up", "stay relaxed")),
        ("Ready", ("Ready", "")),
        ("Allure : calme", ("Allure", "calme")),
    ],
)
def test_title_and_body(text: str, expected: tuple[str, str]) -> None:
    """What stands before the first colon is the title."""
    assert expected == title_and_body(text)
