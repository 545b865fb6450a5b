"""Where decoding of a FIT file can start again behind damage.

A FIT file has no mark where a message begins. So the next place is looked for where two records
follow each other, hop by hop over the messages between them, with times that go on from the last
good one; or where records are defined anew.
"""

from typing import Final

from kickcue.recording.fit_decoding_state import (
    MAX_STEP_S,
    TIMESTAMP,
    DecodingState,
    MessageLayout,
    goes_on,
)

_NO_DATA: Final = 0xC0  # header bits of a compressed time and of a definition
_DEFINITION: Final = 0x40
_LOCAL: Final = 0x0F
RECORDS: Final = {0: (b"\x14\0",), 1: (b"\0\x14",)}  # global number 20 by byte order
_TIME_FIELD: Final = bytes((TIMESTAMP, 4, 0x86))
# Messages between two records: up to 3 of heart beats or GNSS data a second, and smart recording
# leaves 7 s out.
_HOPS: Final = 24
_MOST_SCANNED_BYTES: Final = 10_000_000  # bytes looked at for where to go on, some ten seconds


def next_start(state: DecodingState) -> tuple[int, int | None] | None:
    """Return the next offset where decoding can start again, and its time where that is known.

    It is a record that goes on in time and is followed by another, or a definition of records.
    """
    for at in range(state.record_to + 1, len(state.body)):
        state.scanned += 1
        if state.scanned > _MOST_SCANNED_BYTES:
            return None
        time_s = _record_time(state, at)
        if time_s is not None and goes_on(state.time_s, time_s) and _followed(state, at, time_s):
            return at, time_s
        if at not in state.defined_at and _defines_records(state.body, at):
            return at, None
    return None


def _defines_records(body: bytes, at: int) -> bool:
    """Tell whether a definition of records with a time begins here.

    So many bytes must fit that it is no chance.
    """
    head = body[at : at + 6]
    if (
        len(head) < 6
        or head[0] & _NO_DATA != _DEFINITION
        or head[1] != 0
        or head[3:5] not in RECORDS.get(head[2], ())
    ):
        return False
    fields = body[at + 6 : at + 6 + 3 * head[5]]
    # At the speed of a search: damage makes this be asked at millions of places.
    found = fields.find(_TIME_FIELD)
    while found % 3 and found > 0:
        found = fields.find(_TIME_FIELD, found + 1)
    return found >= 0


def _record_time(state: DecodingState, at: int) -> int | None:
    layout = _layout_at(state, at)
    if layout is None or layout.time_at is None or at + layout.size > len(state.body):
        return None
    return int.from_bytes(state.body[at + layout.time_at : at + layout.time_at + 4], layout.order)


def _layout_at(state: DecodingState, at: int) -> MessageLayout | None:
    header = state.body[at]
    return None if header & _NO_DATA else state.trusted.layouts.get(header & _LOCAL)


def _followed(state: DecodingState, at: int, time_s: int) -> bool:
    for _ in range(_HOPS):
        layout = _layout_at(state, at)
        if layout is None:
            return False
        at += layout.size
        if at >= len(state.body):
            return False
        next_s = _record_time(state, at)
        if next_s is not None:
            return time_s <= next_s <= time_s + MAX_STEP_S
    return False
