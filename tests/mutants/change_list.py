"""The list of small mistakes, read and checked: ``mutants.toml``."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPO: Final = Path(__file__).resolve().parents[2]
LIST: Final = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: ``old`` in ``path`` becomes ``new``, which one of ``tests`` must notice."""

    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line that names it."""
        return f"{self.path}: {self.old!r} -> {self.new!r}"


def mutants(text: str) -> Iterator[Mutant]:
    """Yield the mistakes that a list names."""
    for each in tomllib.loads(text)["file"]:
        for old, new, *other in each["changes"]:
            yield Mutant(each["path"], old, new, tuple((other or [each["tests"]])[0].split()))


def stale(mutant: Mutant, tree: Path) -> str | None:
    """Return why an entry cannot be tried: what it names is not there, or not just once."""
    source = tree / mutant.path
    if not source.is_file():
        return f"{mutant}: there is no such file"
    count = source.read_text(encoding="utf-8").count(mutant.old)
    if count != 1:
        return f"{mutant}: the old text stands there {count} times, expected once"
    absent = [test for test in mutant.tests if not (tree / test.partition("::")[0]).exists()]
    return f"{mutant}: there is no {', '.join(absent)}" if absent else None
