"""FIT files that say less, more or other than they hold: all of it is read, and what is wrong is
told once.
"""

import struct

import fitdecode  # type: ignore[import-untyped]
import pytest
from hypothesis import given, strategies as st

from kickcue.recording import fit_resync
from kickcue.recording.fit import read
from kickcue.recording.fit_frames import messages
from kickcue.recording.imported_activity import Activity
from tests.recording.fit_bytes import DISTANCE, HEART, RECORD, SPEED, T0, TIME, FitFile, simple_run

HR = 132
FRACTIONAL, BPM, BEATS_12 = (0, "H"), (6, "2s"), (10, "3s")


def with_size(file: bytes, size: int) -> bytes:
    """Return a FIT file whose header tells another size;
    its checksum is that of what stands there.
    """
    whole = file[:4] + struct.pack("<I", size) + file[8:-2]
    return whole + struct.pack("<H", fitdecode.utils.compute_crc(whole))


def seconds(found: Activity) -> list[int]:
    return [(point.time_ns - found.points[0].time_ns) // 10**9 for point in found.points]


@pytest.mark.parametrize("behind", [b"", bytes(simple_run(5, start=T0 + 100))])
@pytest.mark.parametrize("size", [1, 40, 300, 700, 100_000, 2**32 - 1])
def test_a_size_that_is_wrong(size: int, behind: bytes) -> None:
    """GIVEN a header that tells less or more than there is, alone or before another file THEN all
    records are read, and it is told once.
    """
    found = read(with_size(bytes(simple_run(60)), size) + behind)
    records, _ = messages(with_size(bytes(simple_run(60)), size) + behind)
    assert [*range(60), *(range(100, 105) if behind else ())] == [
        m.values["timestamp"] - T0 for m in records if m.name == "record"
    ]
    assert list(range(60)) == seconds(found)
    assert 1 == len(found.problems)
    assert (
        f"the header gives {size} bytes" in found.problems[0]
        or "truncated or was never finished" in found.problems[0]
    )


@pytest.mark.parametrize("header_size", [0, 1, 11, 13, 200, 255])
@pytest.mark.parametrize("real", [12, 14])
def test_a_header_of_another_length_than_it_tells(header_size: int, real: int) -> None:
    """GIVEN a header that tells a wrong length of itself
    THEN the records are found all the same.
    """
    file = bytes(simple_run(60))
    body = file[12:-2]
    data = bytes((header_size,)) + file[1:12] + bytes(real - 12) + body + b"\0\0"
    assert list(range(60)) == seconds(read(data))


def test_files_in_a_row_are_read_whole_and_each_fault_is_told_once() -> None:
    """GIVEN five files in a row, three of them with a wrong checksum THEN all are read, and the
    checksum is told once.
    """
    whole = [bytes(simple_run(10, start=T0 + 100 * n)) for n in range(5)]
    wrong = [file[:-2] + b"\x01\x02" if n % 2 else file for n, file in enumerate(whole)]
    found = read(b"".join(wrong))
    assert [9.0] * 5 == [each.duration_s for each in found.found]
    assert 1 == len(found.problems)


@pytest.mark.parametrize("letter", ["H", "I", "i", "f"])
def test_base_types_without_the_endian_bit(letter: str) -> None:
    """GIVEN types of several bytes without the bit that says so THEN they are read as what they
    are.
    """
    file = FitFile().define(1, RECORD, [TIME, (5, letter)])
    for second in range(20):
        file.add(1, T0 + second, 400 * second if letter != "f" else second)
    with_bit = bytes(file)
    kinds = {"H": 0x84, "I": 0x86, "i": 0x85, "f": 0x88}
    for byte in (0x86, kinds[letter]):
        file.body = file.body.replace(
            bytes((4 if byte == 0x86 else struct.calcsize(letter), byte)),
            bytes((4 if byte == 0x86 else struct.calcsize(letter), byte & 0x1F)),
            1,
        )
    without = bytes(file)
    assert without != with_bit
    assert read(with_bit).points == read(without).points
    assert [] == read(without).problems


def test_a_developer_field_described_without_the_endian_bit() -> None:
    """GIVEN a developer's speed whose description lacks the bit THEN it stands in for the missing
    native one, and is not told as left out.
    """

    def run(base_type: int) -> Activity:
        file = FitFile().describe(0, 0, b"Speed".ljust(16, b"\0"), base_type, 6)
        file.define(1, RECORD, [TIME, DISTANCE], [(0, "H", 0)])
        for second in range(20):
            file.add(1, T0 + second, 400 * second, 4)
        return read(bytes(file))

    assert [4.0] * 20 == [point.speed_mps for point in run(0x84).points]
    assert (run(0x84).points, [], []) == (run(0x04).points, run(0x04).problems, run(0x04).notes)


def beats(file: FitFile, first_s: int) -> FitFile:
    """Add a strap's beats, two in each message, one each half second; its own clock began at 1000
    s.
    """
    file.define(2, HR, [TIME, FRACTIONAL, (6, "B"), (9, "I")]).add(
        2, first_s, 0x4000, 140, 1000 * 1024
    )
    file.define(3, HR, [BPM, BEATS_12])
    for second in range(1, 30):
        low = [(1000 * 1024 + second * 1024 + half) & 0xFFF for half in (0, 512)]
        packed = bytes((low[0] & 0xFF, low[0] >> 8 | (low[1] & 0xF) << 4, low[1] >> 4))
        file.add(3, bytes((140 + second, 140 + second)), packed)
    return file


def test_heart_rates_in_messages_of_their_own() -> None:
    """GIVEN a strap's stored beats, the first with its whole time and the rest with twelve bits
    THEN each record has the rate of its moment.
    """
    file = FitFile().define(1, RECORD, [TIME, DISTANCE, SPEED])
    for second in range(40):
        file.add(1, T0 + second, 400 * second, 4000)
    found = read(bytes(beats(file, T0)))
    rates = [point.heart_rate_bpm for point in found.points]
    assert [None, *range(140, 170)] == rates[:31]
    assert [169.0] * 5 + [None] * 4 == rates[31:]  # a rate is a record's for five seconds
    assert [] == found.problems


def test_a_records_own_heart_rate_counts_first() -> None:
    """GIVEN both THEN the record's own is taken."""
    file = FitFile().define(1, RECORD, [TIME, DISTANCE, HEART])
    for second in range(20):
        file.add(1, T0 + second, 400 * second, 99)
    assert {99.0} == {point.heart_rate_bpm for point in read(bytes(beats(file, T0))).points}


@pytest.mark.parametrize("places", [1, 2, 4, 30])
def test_damage_in_many_places_is_told_in_one_line(places: int) -> None:
    """GIVEN damage here and there THEN one short line has the number of places, and almost all
    records are there.
    """
    file = simple_run(places * 20)
    body = bytearray(file.body)
    first = len(simple_run(0).body)
    size = (len(body) - first) // (places * 20)
    for place in range(places):
        body[first + (place * 20 + 10) * size] = 0x0B  # a local message that nobody defined
    file.body = bytes(body)
    found = read(bytes(file))
    assert places * 20 - places == len(found.points)
    (problem,) = found.problems
    assert (f"in {places} places" in problem) == (places > 1)
    assert len(problem) < 200


@given(st.binary(max_size=200), st.integers(0, 14))
def test_any_bytes_with_the_magic(data: bytes, header_size: int) -> None:
    """Whatever follows the magic, reading ends, with few and short problems."""
    found = read(bytes((header_size, 0x20, 0, 0)) + data[:4].ljust(4, b"\0") + b".FIT" + data)
    assert len(found.problems) <= 4
    assert all(len(problem) < 250 for problem in found.problems)


def test_looking_for_where_to_go_on_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN damage behind which nothing fits, record after record THEN looking on ends at its
    bound, and what was read stays.
    """
    looked: list[int] = []
    look = fit_resync._defines_records
    monkeypatch.setattr(fit_resync, "_MOST_SCANNED_BYTES", 1000)

    def counted(body: bytes, at: int) -> bool:
        looked.append(at)
        return look(body, at)

    monkeypatch.setattr(fit_resync, "_defines_records", counted)
    file = simple_run(20)
    for second in range(200):  # each time steps back by a day: none goes on from the one before
        file.add(1, T0 - 86_400 * (second + 1), 0, 4000, 150, 90)
    whole = bytes(file)
    records, _ = messages(whole[:-2] + b"\x01\x02")
    assert [T0 + second for second in range(20)] == [
        m.values["timestamp"] for m in records if m.name == "record"
    ][:20]
    assert 100 < len(looked) <= 1000
