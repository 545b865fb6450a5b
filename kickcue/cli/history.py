"""``kickcue history``: a season on one page."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kickcue.cli.format.console import console, json_line
from kickcue.cli.format.printing import complain
from kickcue.cli.format.read_progress import read_progress
from kickcue.cli.page_output import add_page_options, page_written, wants_page
from kickcue.config.paths import default_state_folder, find_race_file
from kickcue.core.errors import UsageError

if TYPE_CHECKING:
    from kickcue.analysis.season import Season

PAGE: Final = "history.html"
RACES: Final = "races"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="the folder with the recordings (default: races in the user's state folder)",
    )
    add_page_options(parser, f"the page (default: DIR/{PAGE})")


def run(args: argparse.Namespace) -> int:
    """Show the season; what cannot be read is named and passed over."""
    from kickcue.analysis.season import season  # noqa: PLC0415  the engine takes its time
    from kickcue.report.season_folder import folder_digests  # noqa: PLC0415  same

    with_page = wants_page(args)
    folder = _own_folder() if args.folder is None else args.folder
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of recordings")
    with read_progress(folder) as progress:
        digests, damaged = folder_digests(folder, progress=progress)
    for name, why in damaged:
        complain(f"{name} left out: {why}")
    found = season(digests)
    if args.json:
        from kickcue.report.season_json import season_json  # noqa: PLC0415

        print(json_line(season_json(found, damaged)))
    if args.text:
        _print(found)
    if with_page:
        _write_page(args, folder, found, damaged)
    return 0


def _own_folder() -> Path:
    # Pydantic takes its time.
    from kickcue.config.settings import load_settings, state_folder  # noqa: PLC0415  see above

    path = find_race_file(os.environ)
    settings = None if path is None else load_settings(path)
    state = default_state_folder(os.environ) if settings is None else state_folder(settings)
    return state / RACES


def _print(found: "Season") -> None:
    from kickcue.report.season_text import season_text  # noqa: PLC0415

    screen = console()
    for part in season_text(found):
        screen.print(part)


def _write_page(
    args: argparse.Namespace, folder: Path, found: "Season", damaged: Sequence[tuple[str, str]]
) -> None:
    from kickcue.config.atomic_write import replace_file  # noqa: PLC0415
    from kickcue.report.page_file import require_free  # noqa: PLC0415
    from kickcue.report.season_page import season_page  # noqa: PLC0415

    path = args.output or folder / PAGE
    require_free(path)
    links = _links(folder, path.parent, [each.file for each in found.recordings])
    replace_file(path, season_page(found, links, damaged))
    page_written(args, path)


def _links(folder: Path, page_folder: Path, files: Sequence[str]) -> dict[str, str]:
    """Return where the report of each recording is that has one, seen from the season's page."""
    from kickcue.report.page_file import page_beside  # noqa: PLC0415
    from kickcue.report.shell import is_our_page  # noqa: PLC0415

    found = {}
    for name in files:
        page = page_beside(folder / name)
        try:
            ours = is_our_page(page)
        except OSError:
            continue
        if ours:
            found[name] = quote(os.path.relpath(page, page_folder), errors="surrogateescape")
    return found
