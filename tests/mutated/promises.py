"""What holds of every command that looks at a recording, whatever the recording is.

It succeeds, or says in clean lines what is wrong; what it writes is whole: a page without a number
that is none, JSON as the standard has it, a file that can be read again.
"""

import contextlib
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any, Final, NoReturn

from kickcue.cli import main
from kickcue.core.errors import DataError
from kickcue.core.printable import LINES, is_printable
from kickcue.recording import read

FORMATS: Final = ("fit", "tcx", "gpx", "csv", "jsonl", "mcap", "parquet")
READ_AGAIN: Final = ("fit", "tcx", "gpx", "jsonl", "mcap")
NO_NUMBERS: Final = re.compile(r"\b(NaN|nan|undefined|Infinity|inf|(?<!got )None)\b")
"""A reader of JSON says "got None" of a key that is not there."""
LONGEST_LINE: Final = 2000
"""Letters of an error, the longest path and the longest name in it included."""


@dataclass(frozen=True, slots=True)
class Given:
    """A recording in ``folder``, another one to hold it against, and chance."""

    folder: Path
    path: Path
    other: Path
    random: Random


class BrokenPromiseError(AssertionError):
    """Something that must hold did not."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    words: tuple[str, ...]
    status: int
    out: str
    err: str


def ran(*words: str | Path) -> Ended:
    """Run a command in this process; BrokenPromiseError where it does not end in good order."""
    out, err = io.StringIO(), io.StringIO()
    given = tuple(map(str, words))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(given)
    ended = Ended(given, status, out.getvalue(), err.getvalue())
    _require(status in (0, 1, 2), ended, f"exit status {status}")
    _require(status == 0 or bool(ended.err.strip()), ended, "failed without a word")
    _require("Traceback" not in ended.err, ended, "a traceback")
    _require(_harmless(ended.out + ended.err), ended, "controls in what it prints")
    lines = ended.err.splitlines()
    _require(all(len(line) <= LONGEST_LINE for line in lines), ended, "a line without an end")
    return ended


def page_holds(given: Given) -> None:
    """``report`` makes a page with nothing on it that is no number, or none."""
    page = given.folder / "page.html"
    _writes_page(ran("report", given.path, "-o", page), page, given.path.read_bytes())


def json_holds(given: Given) -> None:
    """``report --json`` is JSON as the standard has it."""
    for line in ran("report", given.path, "--json").out.splitlines():
        strict_json(line)


def text_holds(given: Given) -> None:
    """``report --text`` has no number that is none."""
    _numbers(ran("report", given.path, "--text"), given.path.read_bytes())


def comparison_holds(given: Given) -> None:
    """``compare`` with another recording, in any order, is a page as good as a report's."""
    page = given.folder / "comparison.html"
    two = [given.path, given.other]
    given.random.shuffle(two)
    ended = ran("compare", *two, "-o", page)
    _writes_page(ended, page, given.path.read_bytes())


def history_holds(given: Given) -> None:
    """``history`` of both recordings is a page as good as a report's."""
    page = given.folder / "history.html"
    ended = ran("history", given.folder, "-o", page)
    _writes_page(ended, page, given.path.read_bytes())


def export_holds(given: Given) -> None:
    """``export`` to a format writes what can be read again, or nothing."""
    to = given.random.choice(FORMATS)
    written = given.folder / f"exported.{to}"
    more = ("--anonymous",) if given.random.random() < 0.3 else ()
    ended = ran("export", given.path, "--to", to, "-o", written, *more)
    _require(written.exists() or ended.status != 0, ended, "nothing was written")
    if to not in READ_AGAIN or not written.exists():
        return
    try:
        read(written, marks="all")
    except DataError as error:
        _broken(ended, f"what it wrote cannot be read: {error}")


PROMISES: Final[Mapping[str, Callable[[Given], None]]] = {
    "report": page_holds,
    "report --json": json_holds,
    "report --text": text_holds,
    "compare": comparison_holds,
    "history": history_holds,
    "export": export_holds,
}


def strict_json(text: str) -> Any:
    """Return what JSON says; ValueError where it is none by the standard."""

    def no_number(word: str) -> NoReturn:
        raise ValueError(f"{word} is no JSON")

    return json.loads(text, parse_constant=no_number)


class Page(HTMLParser):
    """Collects what a page says, and the JSON in it, and leaves out its programs and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.data: list[str] = []
        self._within: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for _, value in attrs if value]
        if tag in ("script", "style"):
            self._within = dict(attrs).get("type") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._within = None

    def handle_data(self, data: str) -> None:
        if self._within is None:
            self.said.append(data)
        elif self._within == "application/json":
            self.data.append(data)


def _writes_page(ended: Ended, path: Path, recording: bytes) -> None:
    _require(path.exists() or ended.status != 0, ended, "no page was written")
    if path.exists():
        page = Page(path.read_text(encoding="utf-8"))
        for each in page.data:
            strict_json(each)
        for each in page.said:
            _no_numbers(each, ended, recording)


def _numbers(ended: Ended, recording: bytes) -> None:
    for line in ended.out.splitlines():
        _no_numbers(line, ended, recording)


def _no_numbers(text: str, ended: Ended, recording: bytes) -> None:
    """Refuse words for what is no number, but where the recording itself has the word."""
    found = NO_NUMBERS.search(text)
    if found is not None and found[0].encode() not in recording:
        _broken(ended, f"shows {found[0]}: {text[:300]!r}")


def _harmless(text: str) -> bool:
    return all(letter in LINES or is_printable(letter) for letter in text)


def _require(holds: bool, ended: Ended, what: str) -> None:
    if not holds:
        _broken(ended, what)


def _broken(ended: Ended, what: str) -> NoReturn:
    raise BrokenPromiseError(
        f"{what}; {' '.join(ended.words)!r} ended with {ended.status}: {ended.err[-500:]!r}"
    )
