"""Measures what it costs to look at an hour of recording afterwards: the processor time of whole
processes, libraries and all, and how large the page is. Not a test: see ``speed.py``.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from tests.odd import native
from tests.odd.native import HOUR_S, Native

RUNS: Final = 5
RACE: Final = "half"
FORMATS: Final = ("fit", "tcx", "csv", "mcap", "parquet")
"""There are no positions in it for a GPX."""
COMMANDS: Final[tuple[tuple[str, str | None], ...]] = (
    ("info {}", None),
    ("report {} -o {}.html", ".html"),
    ("report {} --text", None),
    ("report {} --json", None),
    ("report {} --image {}.png", ".png"),
    ("compare {} {} -o {}.two.html", ".two.html"),
    *((f"export {{}} --to {to} -o {{}}.new.{to} --force", f".new.{to}") for to in FORMATS),
)
"""What is run, {} being the recording, and what follows the recording's name in what it writes."""


def an_hour() -> Native:
    """Return the first hour of a half marathon that takes longer, with pod, strap and presses."""
    lasting = (native.race(RACE, seed=seed) for seed in range(1, 100))
    return next(each for each in lasting if each.lasts_s > HOUR_S).between(0.0, HOUR_S)


def cpu_s(words: Sequence[str]) -> float:
    """Return the median CPU time of the whole process, in seconds."""
    times = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "kickcue", *words], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(times)


def report_rows() -> Iterator[tuple[str, str]]:
    """Yield what was measured, and each figure."""
    with tempfile.TemporaryDirectory(prefix="kickcue-bench-") as folder:
        path = native.write_live(Path(folder) / "hour.mcap", an_hour())
        size_mb = path.stat().st_size / 1e6
        yield "an hour of two sensors and presses, recorded", f"{size_mb:.1f} MB"
        for command, made in COMMANDS:
            seconds = cpu_s([word.format(path) for word in command.split()])
            figure = f"{seconds:.2f} s"
            if made is not None:
                figure += f", {Path(f'{path}{made}').stat().st_size / 1000:,.0f} kB"
            name = command.partition(" -o")[0].replace("{}.png", "PNG").replace(" {}", "")
            yield f"`kickcue {name}` of that, processor time of the whole process", figure


def main() -> None:
    """Print the figures."""
    for what, figure in report_rows():
        print(f"{what}: {figure}", flush=True)


if __name__ == "__main__":
    main()
