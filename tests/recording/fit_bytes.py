"""Writes small FIT files for tests. Numbers are from the FIT profile; a field is (number, struct
letter).
"""

import struct
from collections.abc import Sequence

import fitdecode  # type: ignore[import-untyped]

FILE_ID, SESSION, LAP, RECORD, EVENT, DEVELOPER_ID, DESCRIPTION = 0, 18, 19, 20, 21, 207, 206

TIME, LAT, LON, HEART, CADENCE, DISTANCE, SPEED, COMPRESSED = (
    (253, "I"),
    (0, "i"),
    (1, "i"),
    (3, "B"),
    (4, "B"),
    (5, "I"),
    (6, "H"),
    (8, "3s"),
)
FRACTION, ENHANCED_SPEED, STEP_LENGTH = (53, "B"), (73, "I"), (85, "H")
START, ELAPSED, LAP_TRIGGER, SESSION_SPORT = (2, "I"), (7, "I"), (24, "B"), (5, "B")
EVENT_KIND = ((0, "B"), (1, "B"))
"""Of what, and what of it."""

TIMER, TIMER_START = 0, 0
RUNNING, CYCLING, TRANSITION = 1, 2, 3
MANUAL, BY_DISTANCE, POSITION_LAP, SESSION_END = 0, 2, 4, 7
NO_U8, NO_U16, NO_U32 = 0xFF, 0xFFFF, 0xFFFFFFFF
T0 = 1_000_000_000  # 2021-09-08T01:46:40Z, in seconds since 1989-12-31

_BASE = {
    "B": 0x02,
    "b": 0x01,
    "H": 0x84,
    "I": 0x86,
    "i": 0x85,
    "f": 0x88,
    "2s": 0x02,
    "3s": 0x0D,
    "16s": 0x07,
}


class FitFile:
    """Collects definitions and data messages; ``bytes()`` puts header and checksum around them."""

    def __init__(self) -> None:
        self.body = b""
        self._layouts: dict[int, struct.Struct] = {}

    def define(
        self,
        local: int,
        number: int,
        fields: Sequence[tuple[int, str]],
        developer: Sequence[tuple[int, str, int]] = (),
    ) -> "FitFile":
        head = struct.pack(
            "<BBBHB", 0x40 | local | (0x20 if developer else 0), 0, 0, number, len(fields)
        )
        triples = b"".join(
            bytes((field, struct.calcsize(f"<{letter}"), _BASE[letter])) for field, letter in fields
        )
        extra = bytes((len(developer),)) + b"".join(
            bytes((f, struct.calcsize(f"<{le}"), index)) for f, le, index in developer
        )
        self.body += head + triples + (extra if developer else b"")
        self._layouts[local] = struct.Struct(
            "<" + "".join([letter for _, letter in fields] + [letter for _, letter, _ in developer])
        )
        return self

    def add(self, local: int, *values: int | bytes) -> "FitFile":
        self.body += bytes((local,)) + self._layouts[local].pack(*values)
        return self

    def add_compressed(self, local: int, time_s: int, *values: int) -> "FitFile":
        """Add a message that carries the lowest five bits of its time in its header."""
        self.body += bytes((0x80 | local << 5 | time_s & 0x1F,)) + self._layouts[local].pack(
            *values
        )
        return self

    def describe(
        self, index: int, number: int, name: bytes, base_type: int, native: int
    ) -> "FitFile":
        """Say what a developer field of records holds; the first field of an index comes with its
        developer.
        """
        if number == 0:
            self.define(14, DEVELOPER_ID, [(1, "16s"), (3, "B")]).add(14, bytes(16), index)
        self.define(
            15, DESCRIPTION, [(0, "B"), (1, "B"), (2, "B"), (3, "16s"), (14, "H"), (15, "B")]
        )
        return self.add(15, index, number, base_type, name, RECORD, native)

    def __bytes__(self) -> bytes:
        head = struct.pack("<BBHI4s", 12, 0x20, 2160, len(self.body), b".FIT")
        return head + self.body + struct.pack("<H", fitdecode.utils.compute_crc(head + self.body))


def simple_run(seconds: int = 60, *, start: int = T0) -> FitFile:
    """Return 4 m each second, 90 strides, 150 bpm, without session or laps."""
    file = FitFile().define(0, FILE_ID, [(1, "H"), (2, "H")]).add(0, 1, 2697)
    file.define(1, RECORD, [TIME, DISTANCE, SPEED, HEART, CADENCE])
    for second in range(seconds):
        file.add(1, start + second, 400 * second, 4000, 150, 90)
    return file
