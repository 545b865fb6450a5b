"""What argparse finds wrong, in kickcue's own words: what was expected and what came."""

import argparse
import re
from collections.abc import Callable, Iterable
from typing import Final, NoReturn

from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean

_ACTIONS: Final = " | "
"""Stands between the actions of a command that has several."""
_NUMBERS: Final = {"float": "a number", "int": "a whole number", "Path": "a path"}


class Parser(argparse.ArgumentParser):
    """Reports a mistake as one line, like every other error, in place of a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{self._reworded(message)} (see {self.prog} --help)")

    def _reworded(self, message: str) -> str:
        """Return a message of argparse's as one of ours."""
        for pattern, reword in _MESSAGES.items():
            found = re.fullmatch(pattern, message, flags=re.DOTALL)
            if found is not None:
                return reword(found, self)
        return f"{message}"

    def options(self) -> list[str]:
        """Return the names of the options."""
        return [name for action in self._actions for name in action.option_strings]

    def takes(self, name: str) -> str:
        """Return what stands behind an option, or in the place of an argument."""
        for action in self._actions:
            if name in ("/".join(action.option_strings), action.metavar, action.dest):
                return str(action.metavar or "a value") if action.option_strings else name
        return "a value"


Reword = Callable[[re.Match[str], Parser], str]


def _missing(found: re.Match[str], _: Parser) -> str:
    names = [_list(name.split(_ACTIONS), "or") for name in found["names"].split(", ")]
    return f"expected {_list(names, 'and')}, got nothing"


def _unknown(found: re.Match[str], parser: Parser) -> str:
    given = found["given"]
    word = given.split()[0].partition("=")[0] if given.split() else given
    if not word.startswith("-"):
        return f"expected no further arguments, got {given!r}"
    guess = did_you_mean(word, (name for name in parser.options() if name.startswith("--")))
    return f"expected an option of {parser.prog}, got {word!r}{f': {guess}' if guess else ''}"


def _choice(found: re.Match[str], _: Parser) -> str:
    choices = re.findall(r"[^\s,'\"]+", found["choices"])
    guess = did_you_mean(found["given"].strip("'\""), choices)
    where = "" if _ACTIONS in found["name"] else f"{found['name']}: "
    return (
        f"{where}expected {_list(choices, 'or')}, got "
        f"{found['given']}{f': {guess}' if guess else ''}"
    )


def _list(words: Iterable[str], last: str) -> str:
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


_NAME: Final = r"argument (?P<name>.+?)"
_MESSAGES: Final[dict[str, Reword]] = {
    r"the following arguments are required: (?P<names>.+)": _missing,
    r"one of the arguments (?P<names>.+) is required": lambda found, _: (
        f"expected {_list(found['names'].split(), 'or')}, got neither"
    ),
    r"unrecognized arguments: (?P<given>.*)": _unknown,
    r"ambiguous option: (?P<name>.+) could match (?P<names>.+)": (
        lambda found, _: (
            f"expected {_list(found['names'].split(', '), 'or')}, got {found['name']!r}"
        )
    ),
    rf"{_NAME}: invalid choice: (?P<given>.*) \(choose from (?P<choices>.*)\)": _choice,
    rf"{_NAME}: invalid (?P<type>\w+) value: (?P<given>.*)": (
        lambda found, _: (
            f"{found['name']}: expected {_NUMBERS.get(found['type'], 'a valid value')}, got "
            f"{found['given']}"
        )
    ),
    rf"{_NAME}: expected (one|at least one|at most one|\d+) arguments?": (
        lambda found, parser: (
            f"{found['name']}: expected {parser.takes(found['name'])}, got nothing"
        )
    ),
    rf"{_NAME}: ignored explicit argument (?P<given>.*)": (
        lambda found, _: f"{found['name']}: expected no value, got {found['given']}"
    ),
    rf"{_NAME}: not allowed with argument (?P<other>.+)": (
        lambda found, _: f"expected {found['name']} or {found['other']}, got both"
    ),
}
