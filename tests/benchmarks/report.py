"""Measures what it costs to look at an hour of recording afterwards: the processor time of whole
processes, libraries and all, and how large the page is. Not a test: see ``speed.py``.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from tests.odd import native
from tests.odd.native import HOUR_S, Native

RUNS: Final = 5
RACE: Final = "half"
COMMANDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("kickcue info", ("info", "{}")),
    ("kickcue report", ("report", "{}", "-o", "{}.html")),
    ("kickcue report --text", ("report", "{}", "--text")),
    ("kickcue report --json", ("report", "{}", "--json")),
    ("kickcue report --image", ("report", "{}", "--image", "{}.png")),
    ("kickcue compare, two of them", ("compare", "{}", "{}", "-o", "{}.both.html")),
    *(
        (f"kickcue export --to {to}", ("export", "{}", "--to", to, "-o", f"{{}}.new.{to}"))
        for to in ("fit", "tcx", "gpx", "csv", "mcap", "parquet")
    ),
)


def an_hour() -> Native:
    """Return the first hour of a half marathon that takes longer, with pod, strap and presses."""
    lasting = (native.race(RACE, seed=seed) for seed in range(1, 100))
    return next(each for each in lasting if each.lasts_s > HOUR_S).between(0.0, HOUR_S)


def cpu_s(command: list[str], made: Path | None) -> float:
    """Return the median CPU time of the whole process, in seconds; ``made`` is deleted each time
    but the last.
    """
    times = []
    for _ in range(RUNS):
        if made is not None:
            made.unlink(missing_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "kickcue", *command], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(times)


def report_rows() -> list[tuple[str, str]]:
    """Return what was measured, and each figure."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kickcue-bench-") as folder:
        path = native.write_live(Path(folder) / "hour.mcap", an_hour())
        minutes, size = an_hour().lasts_s / 60.0, path.stat().st_size / 1e6
        for name, words in COMMANDS:
            command = [word.format(path) for word in words]
            made = Path(command[-1]) if command[-1] != str(path) and "-" in words[-2] else None
            seconds = cpu_s(command, made)
            what = f"`{name}` of {minutes:.0f} minutes ({size:.1f} MB), processor time"
            if made is not None:
                what += f", writes {made.stat().st_size / 1000:,.0f} kB"
            rows.append((what, f"{seconds:.2f} s"))
    return rows


if __name__ == "__main__":
    for what, figure in report_rows():
        print(f"{what}: {figure}")
