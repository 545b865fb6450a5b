"""The sensors around as a table: signal, name, address, profile, last seen, what they send."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from kickcue.cli.format.console import table
from kickcue.cli.tui.formatting import ago, bars
from kickcue.cli.tui.nearby import Around, profile_of, sent_by
from kickcue.core.printable import printable
from kickcue.edges.radio import Sighting

GONE_AFTER_S: Final = 10.0
NO_NAME: Final = "(no name)"
NAME_COLUMNS: Final = 18
"""As many as "Polar H10 75340F2C" has."""
PROFILE_COLUMNS: Final = 13
LAST_COLUMNS: Final = 15
NARROW_COLUMNS: Final = 70
"""Below so many columns, as on a phone held upright, only signal, name and address are shown, or
what the sensor sends."""
Values = Mapping[str, str]
"""What a device sends, in words, by its address; stands in place of what it sends."""
USEFUL: Final = frozenset({"watch", "heart", "steps", "treadmill", "location"})


def sensor_table(
    rows: Sequence[Around],
    now_s: float,
    width: int,
    *,
    numbered: bool = False,
    values: Values | None = None,
) -> Table:
    """Return the table for ``width`` columns; the last one takes what the others leave."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.show_header, grid.header_style = True, "dim"
    columns = _columns(rows, width, numbered=numbered, has_values=values is not None)
    for title, needed in columns.items():
        grid.add_column(
            title,
            no_wrap=True,
            width=needed,
            justify="right" if title in {"nr", "seen"} else "left",
        )
    last = max(width - sum(columns.values()) - len(columns), 1)
    if values is not None or width >= NARROW_COLUMNS:
        columns["sends" if values is None else "now"] = last
        grid.add_column("sends" if values is None else "now", no_wrap=True, width=last)
    for row in rows:
        cells = _cells(row, now_s, values)
        cells["signal"].truncate(columns["signal"])
        grid.add_row(
            *(cells[title] for title in columns), style="dim" if _is_gone(row, now_s) else ""
        )
    return grid


def _columns(
    rows: Sequence[Around], width: int, *, numbered: bool, has_values: bool
) -> dict[str, int]:
    """Return the columns before the last one, and how wide each is."""
    columns = {
        "nr": 2,
        "signal": 8,
        "name": NAME_COLUMNS,
        "address": max((len(row.sighting.address) for row in rows), default=0),
        "read as": PROFILE_COLUMNS,
        "seen": 4,
    }
    if not numbered:
        del columns["nr"]
    if width >= NARROW_COLUMNS:
        return columns
    kept = {"nr", "signal", "name"} | (set() if has_values else {"address"})
    columns["signal"] = 4
    return {title: needed for title, needed in columns.items() if title in kept}


def _cells(row: Around, now_s: float, values: Values | None) -> dict[str, Text]:
    """Return what stands below each title."""
    sighting = row.sighting
    dbm = "" if sighting.rssi_dbm is None else f"{sighting.rssi_dbm:>4}"
    shown = _useful(sighting) if values is None else values.get(sighting.address, "")
    return {
        "nr": Text(f"{row.number:>2}", style="bold cyan"),
        "signal": Text(bars(sighting.rssi_dbm), style="green").append(dbm, "default"),
        "name": Text(printable(sighting.name or NO_NAME), style="bold" if sighting.name else "dim"),
        "address": Text(printable(sighting.address)),
        "read as": Text(profile_of(sighting)),
        "seen": Text(ago(now_s - sighting.seen_s)),
        "sends" if values is None else "now": Text(printable(shown)),
    }


def _useful(sighting: Sighting) -> str:
    """Return what kickcue reads of a runner from it, else what it sends (nearly all: a battery)."""
    sent = sent_by(sighting)
    return ", ".join([word for word in sent if word in USEFUL] or sent)


def _is_gone(row: Around, now_s: float) -> bool:
    return now_s - row.sighting.seen_s > GONE_AFTER_S


def plain_table(rows: Sequence[Around], now_s: float, values: Values | None = None) -> str:
    """Return the table for a pipe: 80 columns, unless the addresses are macOS's long ones."""
    cells = [
        (
            "" if row.sighting.rssi_dbm is None else str(row.sighting.rssi_dbm),
            _cut(row.sighting.name or NO_NAME, NAME_COLUMNS),
            row.sighting.address,
            _cut(profile_of(row.sighting), PROFILE_COLUMNS),
            ago(now_s - row.sighting.seen_s),
            _cut(
                _useful(row.sighting) if values is None else values.get(row.sighting.address, ""),
                LAST_COLUMNS,
            ),
        )
        for row in rows
    ]
    return table(
        ("dBm", "name", "address", "read as", "seen", "sends" if values is None else "now"),
        cells,
        align="rlllrl",
    )


def _cut(text: str, columns: int) -> str:
    text = printable(text)
    return text if len(text) <= columns else f"{text[: columns - 1]}…"
