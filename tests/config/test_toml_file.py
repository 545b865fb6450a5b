"""Whatever stands in a file, reading it as TOML takes little time and ends in a document or in one
clear line.
"""

import os
import re
import socket
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from kickcue.config.paths import find_race_file
from kickcue.config.phrase_files import load_vocabulary
from kickcue.config.profile_files import SENSORS, read_profile_file
from kickcue.config.settings import load_settings
from kickcue.config.toml_file import parse_toml, read_toml
from kickcue.config.watch_files import WATCHES, read_watch_file
from kickcue.core.errors import UsageError

DEEP = 20_000
BOMBS = {
    "a number of 5,000 digits": (
        "x = " + "9" * 5000,
        "line 1: expected numbers and keys of at most 200 letters",
    ),
    "one with underscores": ("x = 1" + "_000" * 2000, "line 1: expected numbers"),
    "one behind a sign": ("x = -" + "9" * 5000, "line 1: expected numbers"),
    "a float of 5,000 digits": ("x = 0." + "9" * 5000, "line 1: expected numbers"),
    "hexadecimal": ("x = 0x" + "f" * 5000, "line 1: expected numbers"),
    "lists in lists": ("x = " + "[" * DEEP, "line 1: expected brackets at most 8 deep"),
    "blocks in blocks": ("x = " + "{a=" * DEEP, "line 1: expected brackets at most 8 deep"),
    "both, over many lines": ("x = [\n" + "{a=[\n" * DEEP, "expected brackets at most 8 deep"),
    "a key of 20,000 parts": (
        ".".join("a" * DEEP) + " = 1",
        "line 1: expected keys of at most 8 parts",
    ),
    "quoted parts": (".".join(['"a"'] * DEEP) + " = 1", "line 1: expected keys of at most 8 parts"),
    "parts with blanks": (
        " . ".join(["'a'"] * DEEP) + " = 1",
        "line 1: expected keys of at most 8 parts",
    ),
    "a header of 20,000 parts": (
        f"[{'.'.join('a' * DEEP)}]",
        "line 1: expected keys of at most 8 parts",
    ),
    "20,000 dotted keys": (
        "\n".join(f"a.b{i} = 1" for i in range(20_000)),
        "line 4001: expected at most 4000 keys",
    ),
    "20,000 keys on one line": (
        "x = {" + ",".join(f"a{i}=1" for i in range(20_000)) + "}",
        "line 1: expected at most 4000 keys",
    ),
    "20,000 headers": (
        "\n".join(f"[a{i}]" for i in range(20_000)),
        "line 4001: expected at most 4000 keys",
    ),
    "an integer beyond 64 bits": (f"a.b = {2**63}", "a.b: expected at most 19 digits"),
    "infinity": ("a.b = [1, -inf]", "a.b: expected a finite number, got -inf"),
    "no number": ("a.b = nan", "a.b: expected a finite number, got nan"),
    "a float too great for one": ("a.b = 1e999", "a.b: expected a finite number, got inf"),
    "a day that is none": ("x = 2026-02-30", "not TOML"),
    "a zero byte": ('x = "\0"', "line 1, column 6: not TOML"),
    "behind a string that seems to be open": (
        'x = """a"""" # "\n' + "y = " + "[" * DEEP,
        "line 2: expected brackets at most 8 deep",
    ),
    "behind a closed string": (
        'x = """a"""""\ny = ' + "[" * DEEP,
        "line 2: expected brackets at most 8 deep",
    ),
    "behind quotes in a comment": (
        '# """\ny = ' + "[" * DEEP,
        "line 2: expected brackets at most 8 deep",
    ),
    "behind an escaped quote": (
        'x = "\\""\ny = ' + "[" * DEEP,
        "line 2: expected brackets at most 8 deep",
    ),
    "behind a literal string": (
        "x = '\\'\ny = " + "[" * DEEP,
        "line 2: expected brackets at most 8 deep",
    ),
    "many strings that never end": ('"""' + '\\"""' * 50_000, "not TOML"),
    "many quotes": ("'" * 200_000, "line 1, column"),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_file_that_is_too_much_is_refused_before_it_is_parsed(what: str, tmp_path: Path) -> None:
    """GIVEN a file that costs a parser minutes, or ends it by an error of Python's WHEN read THEN
    one line names file, line and bound.
    """
    text, told = BOMBS[what]
    path = tmp_path / "bomb.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_toml(path)
    assert re.match(rf"{path}(, line \d+(, column \d+)?)?: ", str(caught.value))
    assert told in str(caught.value)
    assert len(str(caught.value)) < 300


READERS: dict[str, Callable[[Path], object]] = {
    "race.toml": lambda path: load_settings(path, environ={}),
    "phrases.toml": lambda path: load_vocabulary(str(path)),
    "pod.toml": read_profile_file,
    "profile.toml": read_watch_file,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "what",
    ["a number of 5,000 digits", "blocks in blocks", "a key of 20,000 parts", "20,000 dotted keys"],
)
def test_every_kind_of_file_has_the_same_bounds(name: str, what: str, tmp_path: Path) -> None:
    """Race files, phrases and profiles of sensors and watches come in by one way."""
    path = tmp_path / name
    path.write_text(BOMBS[what][0])
    with pytest.raises(UsageError) as caught:
        READERS[name](path)
    assert str(caught.value).startswith(f"{path}, line ")


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file(name: str, tmp_path: Path) -> None:
    """GIVEN a folder, a pipe, a device or a socket in a file's place, a file of a gigabyte, or none
    at all THEN one line says which.
    """
    path = tmp_path / name
    told: dict[str, Callable[[], object]] = {
        "No such file": lambda: None,
        "expected a file, got a folder": path.mkdir,
        "got a named pipe": lambda: os.mkfifo(path),
    }
    told |= {
        "got a device": lambda: path.symlink_to("/dev/zero"),
        "cannot read": lambda: _socket(path),
    }
    told |= {
        "expected at most 256 kB": lambda: _sparse(path),
        "cannot read: Too many": lambda: path.symlink_to(path),
    }
    for words, make in told.items():
        make()
        with pytest.raises(UsageError, match=words) as caught:
            READERS[name](path)
        assert str(caught.value).startswith(f"{path}: ")
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**9)


@pytest.mark.parametrize("name", READERS)
def test_bytes_that_are_no_text(name: str, tmp_path: Path) -> None:
    """UTF-16, Latin-1 and noise are told by the first byte that is not UTF-8."""
    path = tmp_path / name
    for content, line, byte in (
        ("race = 1".encode("utf-16"), 1, "0xff"),
        (b"#\n# M\xfcller", 2, "0xfc"),
        (b"\x80", 1, "0x80"),
        (b"a = 1\n\xed\xa0\x80", 2, "0xed"),
    ):
        path.write_bytes(content)
        with pytest.raises(
            UsageError, match=f"^{path}, line {line}: expected UTF-8 text, got byte {byte}$"
        ):
            READERS[name](path)


ENGLISH = Path(__file__).resolve().parents[2] / "kickcue" / "phrases" / "en.toml"
GOOD = {
    "race.toml": 'race = "1500m"\n[sensors.strap]\nprofile = "generic-hr"\nname = "Müller H10"\n',
    "phrases.toml": ENGLISH.read_text(encoding="utf-8"),
    "stryd.toml": (SENSORS.shipped_folder / "stryd.toml").read_text(encoding="utf-8"),
    "web/profile.toml": (WATCHES.shipped_folder / "web" / "profile.toml").read_text(
        encoding="utf-8"
    ),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_as_an_editor_on_windows_saves_it(
    name: str, bom: bytes, newline: str, tmp_path: Path
) -> None:
    """A byte-order mark before the text and CR LF at the ends of lines change nothing, in any kind
    of file.
    """
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bom + GOOD[name].replace("\n", newline).encode())
    READERS[{"stryd.toml": "pod.toml", "web/profile.toml": "profile.toml"}.get(name, name)](path)


def test_the_shipped_files_are_far_from_the_bounds() -> None:
    """A profile of one's own may be ten times as long as the longest that is shipped."""
    for path in (
        *SENSORS.shipped_folder.glob("*.toml"),
        *WATCHES.shipped_folder.glob("*/*.toml"),
        ENGLISH,
    ):
        text = path.read_text(encoding="utf-8")
        more = [f"# {line}" for line in text.splitlines() * 9]
        parse_toml("\n".join([text, *more]), path)


_scalars = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(max_size=20),
)
_documents = st.recursive(
    st.dictionaries(st.text(max_size=8), _scalars, max_size=4),
    lambda inner: st.dictionaries(
        st.text(max_size=8), st.one_of(_scalars, inner, st.lists(_scalars, max_size=3)), max_size=4
    ),
    max_leaves=12,
)


@given(document=_documents)
def test_what_is_within_the_bounds_is_read_as_python_reads_it(document: dict[str, Any]) -> None:
    """The bounds take nothing from a file that keeps them,
    whatever its strings and keys look like.
    """
    import tomlkit  # noqa: PLC0415  the writer is wanted here alone

    text = tomlkit.dumps(document)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # tomlkit writes some keys that are none
        return
    if not _within(expected, 1):
        return
    assert expected == parse_toml(text, "x")


def _within(value: Any, depth: int) -> bool:
    return (
        depth < 8 and all(_within(inner, depth + 1) for inner in value.values())
        if isinstance(value, dict)
        else True
    )


_pieces = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "\r\n",
        '"',
        "'",
        '"""',
        "'''",
        "\\",
        "#",
        "a",
        "1",
        "-",
        "0x",
        "1e9",
        "nan",
        "true",
        " ",
        "\0",
        "ä",
    ]
)


@given(pieces=st.lists(st.tuples(_pieces, st.integers(1, 12)), max_size=40))
@example(pieces=[('"""', 1), ("a", 1), ('"', 4), ("#", 1), ('"', 1), ("'''", 1)])
def test_any_text_ends_in_a_document_or_in_one_line(pieces: list[tuple[str, int]]) -> None:
    """GIVEN any row of TOML's own signs, each up to a dozen times WHEN parsed THEN nothing but
    UsageError comes, in one line.
    """
    text = "".join(piece * times for piece, times in pieces)
    found, refused = _parsed(text)
    if refused is None:
        assert tomllib.loads(text) == found
    else:
        assert refused.startswith(("x.toml: ", "x.toml, line "))
        assert "\n" not in refused


def _parsed(text: str) -> tuple[dict[str, Any], str | None]:
    try:
        return parse_toml(text, "x.toml"), None
    except UsageError as error:
        return {}, str(error)


@given(noise=st.binary(max_size=400), name=st.sampled_from([*READERS]))
def test_any_bytes_in_any_kind_of_file(
    noise: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Noise raises nothing undocumented."""
    path = tmp_path_factory.mktemp("noise") / name
    path.write_bytes(noise)
    with pytest.raises(UsageError):
        READERS[name](path)


@pytest.mark.parametrize(
    "key", ["state_dir", "broker.ca", "broker.password_file", "language", "sensors.strap.profile"]
)
def test_a_path_that_is_none(key: str, tmp_path: Path) -> None:
    """GIVEN a zero byte in a path, which no system call takes WHEN read THEN the key is named."""
    path = tmp_path / "race.toml"
    path.write_text(f'{key} = "a\\u0000.toml"\nrace = "5000m"\n')
    with pytest.raises(UsageError) as caught:
        load_settings(path, environ={})
    assert f"race.toml: {key}: expected a path, got 'a\\x00.toml'" in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")],
    ids=["folder", "pipe", "link"],
)
def test_a_race_file_that_is_none_is_not_passed_over(
    make: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN something else named race.toml in the nearest place WHEN a race is begun THEN it is
    named, and not another file taken.
    """
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "race.toml")
    with pytest.raises(UsageError, match=r"^race\.toml: (expected a file|cannot read)"):
        load_settings(find_race_file({}), environ={})
