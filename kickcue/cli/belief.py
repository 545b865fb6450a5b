"""``kickcue belief``: what the runner has done, out of the runner's own recordings."""

import argparse
import os
from pathlib import Path
from typing import Any

from kickcue.cli.format.console import json_line
from kickcue.cli.format.printing import complain
from kickcue.cli.own_recordings import own_record
from kickcue.coaching.belief import Belief, beliefs
from kickcue.coaching.belief_words import sentence
from kickcue.coaching.script_files import script_languages
from kickcue.config.paths import default_state_folder
from kickcue.config.phrase_files import spoken_language
from kickcue.config.settings import find_race_file, load_settings, state_folder
from kickcue.core.errors import UsageError
from kickcue.core.printable import printable

NOTHING = "nothing to say yet: no recording shows it clearly enough"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="more recordings of yours: MCAP, JSONL, FIT, TCX or GPX, plain, gzipped or zipped",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="recordings are in DIR/races (default: the user's state folder)",
    )
    parser.add_argument(
        "--language",
        choices=script_languages(),
        metavar="LANGUAGE",
        help=f"{', '.join(script_languages())} (default: as in race.toml, or en)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per sentence")


def run(args: argparse.Namespace) -> int:
    """Print the sentences, each with its recording; 0 also where there is nothing to say."""
    for path in args.files:
        if not path.exists():
            raise UsageError(f"{path}: no such file")
    path = find_race_file(os.environ)
    settings = None if path is None else load_settings(path)
    folder = args.state or (
        default_state_folder(os.environ) if settings is None else state_folder(settings)
    )
    language = args.language or ("en" if settings is None else spoken_language(settings.language))
    found = beliefs(own_record(folder / "races", args.files, complain))
    for belief in found:
        print(json_line(_as_json(belief, language)) if args.json else _as_text(belief, language))
    if not found and not args.json:
        print(NOTHING)
    return 0


def _as_text(belief: Belief, language: str) -> str:
    return f"{sentence(belief, language)}\n  {printable(belief.evidence.name)}"


def _as_json(belief: Belief, language: str) -> dict[str, Any]:
    return {
        "kind": belief.kind,
        "text": sentence(belief, language),
        "file": belief.evidence.name,
        "date": belief.evidence.began.date().isoformat(),
        "figures": {name: round(value, 3) for name, value in belief.figures.items()},
    }
