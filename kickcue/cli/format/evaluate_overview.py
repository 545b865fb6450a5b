"""What ``kickcue evaluate`` found in every scenario: kickcue beside the simpler devices."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final, NamedTuple

from kickcue.cli.format.console import table
from kickcue.lab.baselines import BASELINES
from kickcue.lab.statistics import Summary

DEVICES: Final = ("kickcue", *BASELINES)


class OverviewRow(NamedTuple):
    """One kind of races: where they were run, what they are about, and each device's figures."""

    place: str
    group: str
    scenario: str
    devices: Mapping[str, Summary]


def overview(rows: list[OverviewRow]) -> Iterator[str]:
    """Yield one table for each place; rows of one place, and of one group in it, come together."""
    for place, here in groupby(rows, key=_place):
        lines: list[tuple[str, ...]] = []
        for group, kinds in groupby(here, key=_group):
            lines.append((group, *("" for _ in DEVICES)))
            lines += [(f"  {row.scenario}", *map(_cell, _of(row))) for row in kinds]
        yield f"{place}: p95 in seconds / races lost (wrong lap or never)"
        yield table(("", *DEVICES), lines, align="l" + "r" * len(DEVICES))
        yield ""


def _place(row: OverviewRow) -> str:
    return row.place


def _group(row: OverviewRow) -> str:
    return row.group


def _of(row: OverviewRow) -> list[Summary]:
    return [row.devices[who] for who in DEVICES]


def _cell(found: Summary) -> str:
    p95 = "-" if found.p95_s is None else f"{found.p95_s:.2f}"
    return f"{p95} / {found.wrong_lap + found.never}"
