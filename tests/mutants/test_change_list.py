"""The list of small mistakes: every entry can be tried, and one that cannot is named."""

from pathlib import Path

import pytest

from tests.mutants.change_list import LIST, REPO, Mutant, mutants, stale

LISTED = """
[[file]]
path = "kickcue/rule.py"
tests = "tests/test_rule.py"
changes = [
  ["TTL = 2", "TTL = 4"],
  ["a < b", "a <= b", "tests/test_rule.py::test_of_its_own tests/other"],
]
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a tree with one rule and its test."""
    for name, text in (("kickcue/rule.py", "TTL = 2\n"), ("tests/test_rule.py", "")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_list_fits_the_tree() -> None:
    """Each old text stands just once where the list says, and the tests it names are there."""
    assert [] == [reason for each in mutants(LIST.read_text()) if (reason := stale(each, REPO))]


def test_an_entry_may_name_tests_of_its_own() -> None:
    """GIVEN an entry with other tests than its file's THEN these are run."""
    first, second = mutants(LISTED)

    assert Mutant("kickcue/rule.py", "TTL = 2", "TTL = 4", ("tests/test_rule.py",)) == first
    assert ("tests/test_rule.py::test_of_its_own", "tests/other") == second.tests


def test_a_stale_entry_is_named(tree: Path) -> None:
    """GIVEN an old text, a file or a test that is gone, or a text that stands twice THEN the entry
    is named with the reason; one that fits is not.
    """
    first, second = mutants(LISTED)

    assert stale(first, tree) is None
    named = stale(second, tree)
    assert named is not None
    assert named.startswith("kickcue/rule.py: 'a < b' -> 'a <= b': ")
    assert "stands there 0 times" in named

    (tree / "kickcue/rule.py").write_text("TTL = 2\nTTL = 2\n")
    assert "stands there 2 times" in str(stale(first, tree))
    (tree / "kickcue/rule.py").write_text("TTL = 2\n")
    (tree / "tests/test_rule.py").unlink()
    assert "there is no tests/test_rule.py" in str(stale(first, tree))
    (tree / "kickcue/rule.py").unlink()
    assert "no such file" in str(stale(first, tree))
