"""A file that is mutated, of any kind: its bytes, or what stands in it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from kickcue.recording import read
from tests.mutated import entries
from tests.odd import native
from tests.odd.foreign import Row, rows, write_fit, write_gpx, write_tcx
from tests.odd.recordings import ODD, odd
from tests.odd.strange import FILE_NAME
from tests.recording.test_mutations import mutated as mutated_bytes

TOO_LONG: Final = ("50 km", "FIT of 24 hours", "FIT marathon")
"""A second each or more; one case in a hundred."""
QUICK: Final = tuple(name for name in ODD if name not in TOO_LONG)
NATIVE: Final = tuple(name for name in QUICK if not name.startswith(("FIT", "GPX", "TCX")))


def write(folder: Path, random: Random) -> tuple[Path, str]:
    """Write a mutated recording; return where it is, and what was done."""
    draw = random.random()
    if draw < 0.4:
        return _of_bytes(folder, random)
    if draw < 0.8:
        return _of_entries(folder, random)
    return _of_rows(folder, random)


def whole(folder: Path, random: Random) -> Path:
    """Write one that is only odd."""
    return odd(random.choice(QUICK), folder)


def _of_bytes(folder: Path, random: Random) -> tuple[Path, str]:
    name = random.choice(TOO_LONG if random.random() < 0.01 else QUICK)
    path = odd(name, folder)
    data = mutated_bytes(path.read_bytes(), random)
    if random.random() < 0.2:
        data = data[: random.randrange(len(data) + 1)]
    if random.random() < 0.1:
        other = odd(random.choice(QUICK), folder).read_bytes()
        at, to = random.randrange(len(other)), random.randrange(len(data) + 1)
        data = data[:to] + other[at : at + random.choice((20, 2000, len(other)))] + data[to:]
    path.write_bytes(data)
    return path, f"bytes of {name}"


def _of_entries(folder: Path, random: Random) -> tuple[Path, str]:
    name, other = random.choice(NATIVE), random.choice(NATIVE)
    given = read(odd(name, folder))
    changed = entries.mutated(given.entries, read(odd(other, folder)).entries, random)
    header = entries.header(given.header, random)
    stem = FILE_NAME if random.random() < 0.1 else "mutated"
    path = folder / f"{stem}{random.choice(('.mcap', '.jsonl'))}"
    path.unlink(missing_ok=True)
    return native.write(path, header, changed), f"events of {name} and {other}"


def _of_rows(folder: Path, random: Random) -> tuple[Path, str]:
    given = rows(
        random.choice((0, 1, 30, 300, 2000)),
        random.choice((0.0, 0.5, 3.0, 5.0, 9.0, 40.0)),
        every_s=random.choice((1, 1, 5)),
        heart=random.random() < 0.8,
        cadence=random.random() < 0.8,
        position=random.random() < 0.8,
    )
    for _ in range(random.randrange(4)):
        given = _changed(given, random)
    kind = random.choice(("fit", "gpx", "tcx"))
    path = folder / f"mutated.{kind}"
    if kind == "gpx":
        return write_gpx(path, given), "GPX"
    if kind == "tcx":
        return write_tcx(path, given, lap_rows=random.choice((1, 50, 1000))), "TCX"
    presses = sorted(random.sample(range(1, 3000), random.randrange(5)))
    stops = [(each.t_s, each.t_s + random.choice((0, 5, 5000))) for each in given[5:900:300]]
    stopped = stops if random.random() < 0.5 else []
    return write_fit(path, given, laps_s=presses, stopped_s=stopped), "FIT"


def _changed(given: Sequence[Row], random: Random) -> list[Row]:
    """Return the rows without some, with some twice, or with other values; one stays at least."""
    begin = random.randrange(len(given)) if given else 0
    end = begin + random.choice((1, 10, 1000))
    part = list(given[begin:end])
    kind = random.randrange(5)
    if kind == 0:
        part = []
    elif kind == 1:
        part = part * 2
    elif kind == 2:
        random.shuffle(part)
    elif kind == 3:
        by_s = random.choice((-3000, -5, 5, 3000, 90_000, 10_000_000))
        part = [replace(each, t_s=max(each.t_s + by_s, -50_000_000)) for each in part]
    else:
        part = [_with_value(each, random) for each in part]
    return [*given[:begin], *part, *given[end:]] or list(given)


def _with_value(row: Row, random: Random) -> Row:
    metres = random.choice((0.0, row.metres + 500.0, 4e7))
    return random.choice(
        (
            replace(row, metres=metres),
            replace(row, mps=random.choice((0.0, 0.01, 15.0, 65.0))),
            replace(row, strides=random.choice((None, 0, 1, 254))),
            replace(row, bpm=random.choice((None, 0, 1, 254))),
            replace(row, at_m=random.choice((None, 0.0, 2e6, -2e6))),
        )
    )
