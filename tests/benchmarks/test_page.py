"""The page of figures keeps to 100 columns, whatever machine it is written on."""

import pytest

from tests.benchmarks.page import COLUMNS, filled

MACHINE = "Intel(R) Xeon(R) Platinum 8370C Processor with a name that goes on, 64 cores, load 12.5"


def test_no_line_is_longer_than_the_page_is_wide() -> None:
    """GIVEN a machine with a long name WHEN the page is written THEN no line has more than 100
    columns, no word is lost, and a heading or a table is no part of a paragraph.
    """
    lines = [
        "# How fast it is",
        "",
        f"kickcue 0.1.0, 2026-11-29, {MACHINE}, Linux x86_64, Python 3.11.7.",
        "Written by `make bench`.",
        "",
        "| what | figure |",
        "|---|---|",
    ]

    page = filled(lines)

    assert max(map(len, page)) <= COLUMNS
    assert " ".join(lines).split() == " ".join(page).split()
    assert [lines[0], "", *lines[-3:]] == [*page[:2], *page[-3:]]
    assert 2 + 2 + 3 == len(page)


def test_a_row_that_is_too_long_is_an_error() -> None:
    """GIVEN a row of a table that is too long WHEN the page is written THEN it is not: the words of
    the row have to be shorter.
    """
    with pytest.raises(ValueError, match="at most 100 columns, got 104"):
        filled([f"| {'x' * 100} |"])
