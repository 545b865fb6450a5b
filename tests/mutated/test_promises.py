"""What breaks a promise is noticed, and a recording that is whole breaks none."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.mutated import cases, promises
from tests.mutated.cases import HangsError, broken
from tests.mutated.promises import PROMISES, BrokenPromiseError, Ended, Given, ran
from tests.odd.recordings import odd

SEED: Final = 1
Main = Callable[[Sequence[str]], int]


@pytest.mark.parametrize("name", PROMISES)
def test_a_whole_recording_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """GIVEN recordings of two races WHEN all is done with one THEN every command succeeds: else
    the mutated ones would show nothing.
    """
    (tmp_path / "other").mkdir()
    given = Given(tmp_path, odd("1500 m", tmp_path), odd("800 m", tmp_path / "other"), Random(name))
    ended: list[Ended] = []

    def kept(*words: str | Path) -> Ended:
        ended.append(ran(*words))
        return ended[-1]

    monkeypatch.setattr(promises, "ran", kept)
    PROMISES[name](given)

    assert {0} == {each.status for each in ended}


def prints(text: str, status: int = 0) -> Main:
    def main(_words: Sequence[str]) -> int:
        print(text)
        return status

    return main


def writes(text: str) -> Main:
    def main(words: Sequence[str]) -> int:
        Path(words[words.index("-o") + 1]).write_text(text, encoding="utf-8")
        return 0

    return main


def fails(_words: Sequence[str]) -> int:
    raise ZeroDivisionError


def waits(_words: Sequence[str]) -> int:
    while True:
        time.sleep(1.0)


def computes(_words: Sequence[str]) -> int:
    while True:
        pass


@pytest.mark.parametrize(
    ("name", "main", "error"),
    [
        ("report", fails, ZeroDivisionError),
        ("report", waits, HangsError),
        ("report", computes, HangsError),
        ("report", prints("", status=3), BrokenPromiseError),
        ("report", prints("", status=1), BrokenPromiseError),
        ("report", prints(""), BrokenPromiseError),
        ("report", writes("<p>NaN s</p>"), BrokenPromiseError),
        ("compare", writes('<p title="undefined">12 s</p>'), BrokenPromiseError),
        ("history", writes('<script type="application/json">[NaN]</script>'), ValueError),
        ("report --json", prints('{"seconds": Infinity}'), ValueError),
        ("report --text", prints("pace inf /km"), BrokenPromiseError),
        ("report --text", prints("\x1b[2J"), BrokenPromiseError),
        ("export", writes("no such format"), BrokenPromiseError),
    ],
)
def test_a_broken_promise_is_noticed(
    monkeypatch: pytest.MonkeyPatch, name: str, main: Main, error: type[BaseException]
) -> None:
    """GIVEN a command that fails, hangs or writes what is none WHEN a case is tried THEN the
    promise it breaks is found.
    """
    monkeypatch.setattr(promises, "main", main)
    monkeypatch.setattr(promises, "FORMATS", ("fit",))
    monkeypatch.setattr(cases, "LONGEST_S", 0.05 if error is HangsError else 60.0)

    found = broken(SEED, [name])

    assert [(SEED, name, error)] == [(each.seed, each.promise, type(each.error)) for each in found]


def test_what_a_page_runs_is_not_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a page whose script knows NaN WHEN it is looked at THEN that is no figure of it."""
    page = "<style>p { x: inf }</style><script>if (x === undefined) y = NaN</script><p>12 s</p>"
    monkeypatch.setattr(promises, "main", writes(page))

    assert broken(SEED, ["report"]) == []
