"""``kickcue init``: asks a few questions and writes a race file that explains itself."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from kickcue.cli.format.printing import tell
from kickcue.config.paths import RACE_FILE
from kickcue.config.phrase_files import languages
from kickcue.config.race_file import check_place, new_race_file
from kickcue.config.settings import load_settings
from kickcue.config.settings_sources import OPTIONS
from kickcue.config.time_format import seconds
from kickcue.core.course import course_for
from kickcue.core.cueing.race_rules import ALLOWED, Rules
from kickcue.core.errors import UsageError

NONE: Final = "none"
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the option that answers it, its key in the race file, and how it is asked."""

    option: str
    metavar: str
    key: str
    text: str
    usual: Callable[[Answers], str]
    """The answer of who just presses Enter; given what was answered before."""
    read: Callable[[str], Any] = str
    applies: Callable[[Answers], bool] = lambda _: True
    note: str = ""


def _metres(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"lap: expected metres, like 400, got {text!r}") from None


def _usual_lap(answers: Answers) -> str:
    return f"{course_for(answers['race']).lap_m:g}"


def _on_a_track(answers: Answers) -> bool:
    return course_for(answers["race"]).lap_m is not None


_RULES: Final = "\n".join(
    f"  {allowed.reason.partition(', because')[0]}" for allowed in ALLOWED.values()
)
QUESTIONS: Final = (
    Question("race", "EVENT", "race", "Event (5000m, mile, 3000sc, 10k ...)", lambda _: "5000m"),
    Question("lap", "M", "lap_m", "Lap length in metres", _usual_lap, _metres, _on_a_track),
    Question(
        "target", "TIME", "target_s", f"Target time, like 16:30, or {NONE}", lambda _: NONE, seconds
    ),
    Question(
        "rules",
        "RULES",
        "rules",
        f"Rules ({', '.join(Rules)})",
        lambda _: Rules.TRAINING.value,
        note=_RULES,
    ),
    Question(
        "language",
        "LANG",
        "language",
        f"Language of the cues ({', '.join(languages())})",
        lambda _: "en",
    ),
    Question(
        "broker",
        "URL",
        "broker.url",
        f"Address of an MQTT broker, mqtt://..., or {NONE} for kickcue's own",
        lambda _: NONE,
    ),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the file and an option for each question."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=Path(RACE_FILE),
        metavar=RACE_FILE,
        help=f"the file to write (default: {RACE_FILE})",
    )
    for it in QUESTIONS:
        parser.add_argument(
            f"--{it.option}", metavar=it.metavar, help=f"{it.text[0].lower()}{it.text[1:]}"
        )
    parser.add_argument(
        "--yes",
        action="store_true",
        help=("ask nothing: use the default for everything not given as an option"),
    )


def run(args: argparse.Namespace) -> int:
    """Ask, write, and name the next step."""
    check_place(args.file)
    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        given = getattr(args, question.option)
        if given is not None:
            answers |= _from_option(question, given, answers)
        elif question.applies(answers) and not (args.yes and question.key != "race"):
            # No event is usual enough to be guessed.
            answers |= (
                _asked(question, answers)
                if sys.stdin.isatty() and not args.yes
                else _missing(question)
            )
    new_race_file(args.file, answers)
    tell(
        f"Wrote {args.file}, readable only by you. Every other setting is in it too, explained "
        "and commented out."
    )
    file = "" if args.file == Path(RACE_FILE) else f" {args.file}"
    tell(f"Next: 'kickcue pair{file}' finds your sensors and adds them to it.")
    return 0


def _missing(question: Question) -> NoReturn:
    raise UsageError(
        f"expected --{question.option} {question.metavar}, as there is no terminal to ask in; "
        "--yes uses the default for all but --race"
    )


def _from_option(question: Question, text: str, answers: Answers) -> Answers:
    try:
        return _meant(question, text, answers)
    except UsageError as error:
        raise UsageError(f"--{question.option}: {error}") from None


def _asked(question: Question, answers: Answers) -> Answers:
    """Ask until the answer can be."""
    usual = question.usual(answers)
    if question.note:
        print(question.note)
    while True:
        try:
            text = input(f"{question.text} [{usual}]: ").strip()
        except EOFError:
            print()
            raise UsageError("not all questions were answered: nothing written") from None
        try:
            return _meant(question, text or usual, answers)
        except UsageError as error:
            print(f"  {error}")


def _meant(question: Question, text: str, answers: Answers) -> Answers:
    """Return what an answer sets, nothing where it is the usual one.

    UsageError where it cannot be.
    """
    usual = question.usual(answers) if question.applies(answers) else None
    if text == usual and question.key != "race":
        return {}
    meant = {question.key: question.read(text)}
    try:
        course = load_settings(None, options={**answers, **meant}, environ={}).course()
    except UsageError as error:
        raise UsageError(str(error).removeprefix(f"{OPTIONS}: ")) from None
    if question.key == "race" and course.note is not None:
        print(f"  {course.note}")
    return meant
