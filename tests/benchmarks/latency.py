"""How long it takes from a sensor's notification to the wrist's broker: kickcue, the least
possible, and two gateways from PyPI.

    python -m tests.benchmarks.latency
        the floor and kickcue, some fifteen minutes
    python -m tests.benchmarks.latency --gateways /some/venv
        with TheengsGateway and ble2mqtt from that virtual environment: half an hour
    python -m tests.benchmarks.latency --samples 10 --json
        quick and for machines

Everything is software: a fake BlueZ on a private D-Bus under an unmodified bleak, and Mosquitto.
The radio's own share is not in it. ``docs/latency.md`` holds figures and what they mean.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles

from kickcue import __version__
from tests.benchmarks.latency_gateways import BLE2MQTT, THEENGS, ble2mqtt, theengs, versions
from tests.benchmarks.latency_rows import (
    Row,
    bell_by_lap,
    bell_by_notification,
    floor,
    press_alone,
    state,
)
from tests.benchmarks.latency_stand import Stand, stand
from tests.benchmarks.speed import machine

Measure = Callable[[Stand], Awaitable[list[Row]]]


def measures(count: int, gateways: Path | None) -> list[Measure]:
    """Return what is to be measured, in the order of the table."""
    ours: list[Measure] = [
        lambda here: floor(here, count, qos=0),
        lambda here: floor(here, count, qos=1),
        lambda here: state(here, count),
        lambda here: state(here, count, private=True),
        lambda here: state(here, count, pod_too=False),
        lambda here: bell_by_notification(here, count),
        lambda here: press_alone(here, count),
        lambda here: bell_by_lap(here, count),
    ]
    if gateways is None:
        return ours
    return [
        *ours,
        lambda here: theengs(here, count, gateways),
        lambda here: ble2mqtt(here, count, gateways),
    ]


async def measure(count: int, gateways: Path | None) -> list[Row]:
    """Measure everything, one thing after the other, and say on stderr how far it is."""
    rows: list[Row] = []
    async with stand() as here:
        for each in measures(count, gateways):
            try:
                measured = await each(here)
            except BaseException:
                for log in sorted(here.folder.glob("*.log")):
                    print(
                        f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}",
                        file=sys.stderr,
                    )
                raise
            for row in measured:
                row.load = os.getloadavg()[0]
                print(f"{len(row.samples)} times: {row.what}", file=sys.stderr)
            rows += measured
    return rows


def figures(row: Row) -> dict[str, object]:
    """Return a row in numbers; percentiles of fewer than two samples do not exist."""
    cuts = quantiles(row.samples, n=100, method="inclusive") if len(row.samples) > 1 else None
    return {
        "what": row.what,
        "n": len(row.samples),
        "lost": row.lost,
        "p50_ms": None if cuts is None else round(cuts[49], 2),
        "p99_ms": None if cuts is None else round(cuts[98], 2),
        "max_ms": round(max(row.samples), 2) if row.samples else None,
        "load": round(row.load, 1),
        "note": row.note,
    }


def table(rows: list[dict[str, object]]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [
        "| from -> to | n | lost | p50 ms | p99 ms | max ms | load | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        "| " + " | ".join("-" if value is None else str(value) for value in row.values()) + " |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=120, help="of each row (default 120)")
    parser.add_argument(
        "--gateways",
        type=Path,
        metavar="VENV",
        help=f"virtual environment with {THEENGS} and {BLE2MQTT}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    args = parser.parse_args()
    if args.gateways is not None and not all(
        (args.gateways / "bin" / name).exists() for name in (THEENGS, BLE2MQTT)
    ):
        parser.error(
            f"{args.gateways} lacks them: {args.gateways}/bin/pip install TheengsGateway==1.8.0 "
            "ble2mqtt==0.2.5"
        )
    rows = [figures(row) for row in asyncio.run(measure(args.samples, args.gateways))]
    made_on = f"kickcue {__version__}, {machine()}"
    other = "not measured (--gateways)" if args.gateways is None else versions(args.gateways)
    if args.json:
        print(json.dumps({"machine": made_on, "gateways": other, "rows": rows}, indent=1))
    else:
        print(f"{made_on}\nGateways: {other}\n\n{table(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
