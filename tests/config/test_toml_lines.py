"""The line of each value of a TOML text."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from kickcue.config.plan_files import shipped_plans
from kickcue.config.profile_files import SENSORS
from kickcue.config.toml_lines import Path, toml_lines, with_line

TEXT = '''\
# first = 1
a = "x = [1" # [no]
b.c = [1,
  2.5, # two
  { d = 3, "e" = ["]"] },
]

[block."q".r]
many = """
text
"""
after = 1

[[list]]
[[list]]
f = 2026-01-01T10:00:00Z
  [[list.list]]
  g = { h = 1 }
'''


def _paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the path of everything in a document."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in inside:
        yield (*at, key)
        yield from _paths(inner, (*at, key))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 2),
        (("b", "c"), 3),
        (("b", "c", 0), 3),
        (("b", "c", 1), 4),
        (("b", "c", 2, "d"), 5),
        (("b", "c", 2, "e", 0), 5),
        (("block", "q", "r"), 8),
        (("block", "q", "r", "many"), 9),
        (("block", "q", "r", "after"), 12),
        (("list", 0), 14),
        (("list", 1), 15),
        (("list", 1, "f"), 16),
        (("list", 1, "list", 0), 17),
        (("list", 1, "list", 0, "g", "h"), 18),
        (("list", 1, "missing"), 15),
        (("none",), None),
    ],
)
def test_each_value_has_its_line(path: Path, line: int | None) -> None:
    """GIVEN every way to write a value THEN its line is found, or that of the block it is in."""
    at = "f" if line is None else f"f, line {line}"
    assert at == with_line("f", TEXT, path)


@pytest.mark.parametrize(
    "path",
    [*shipped_plans().values(), *sorted(SENSORS.shipped_folder.glob("*.toml"))],
    ids=lambda path: path.stem,
)
def test_everything_in_a_file_has_a_line(path: Any) -> None:
    """GIVEN a shipped file THEN the walk finds each value that the parser finds, on a line that
    begins or holds its key.
    """
    text = path.read_text(encoding="utf-8")
    lines, rows = toml_lines(text), text.splitlines()
    for at in _paths(tomllib.loads(text)):
        assert at in lines, at
        if isinstance(at[-1], str):
            assert at[-1] in rows[lines[at] - 1], at


@given(st.text("a=[]{}.,\"'\n#1 ", max_size=40))
@example("a=[}")
@example("a={]")
def test_it_ends_on_any_text(text: str) -> None:
    """GIVEN any text, a plan or not THEN the walk ends and raises nothing."""
    toml_lines(text)
