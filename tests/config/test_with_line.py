"""A message about a key leads to the line on which it stands."""

from pathlib import Path

import pytest

from kickcue.config.phrase_files import load_vocabulary
from kickcue.config.toml_lines import with_line
from kickcue.core.errors import UsageError

TEXT = """\
# [profile] is not here
top = 1
[profile]
name = "a = 1"
doubts = '''
[match]
b = 2
'''
list = [
  1, # [x]
  2,
]
last.one = true

[[match]]
name = "x"

[[match]]
"name" = "y"
[match.more]
z = { a = 1 }
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("top",), 2),
        (("profile",), 3),
        (("profile", "name"), 4),
        (("profile", "doubts"), 5),
        (("profile", "list", 1), 11),
        (("profile", "last", "one"), 13),
        (("match", 0, "name"), 16),
        (("match", 1, "name"), 19),
        (("match", 1, "more", "z", "a"), 21),
    ],
)
def test_a_key_is_found(key: tuple[str | int, ...], line: int) -> None:
    """GIVEN a file with strings and comments that look like keys WHEN a key is looked for THEN its
    line is found, inside a list too.
    """
    assert f"a.toml, line {line}" == with_line("a.toml", TEXT, key)


def test_a_missing_key_is_looked_for_in_its_block() -> None:
    """WHEN a key is missing THEN the line is that of its block; without a block there is none. The
    name of a union's member is passed over.
    """
    assert "a.toml, line 18" == with_line("a.toml", TEXT, ("match", 1, "colour"))
    assert "a.toml" == with_line("a.toml", TEXT, ("colour",))
    assert "a.toml, line 19" == with_line("a.toml", TEXT, ("match", 1, "by-name", "name"))


def test_a_mistake_in_a_file_has_its_line(tmp_path: Path) -> None:
    """GIVEN a language file with one wrong value WHEN it is read THEN the message is one line of
    the form "FILE, line N: KEY: expected ..., got ...".
    """
    path = tmp_path / "mine.toml"
    path.write_text('language = "de"\n# words\nformat = 7\n')
    with pytest.raises(UsageError, match=rf"^{path}, line \d+: \w+: [^\n]+$"):
        load_vocabulary(str(path))
