"""Whatever the bytes are, a workout is read or refused in a sentence, and soon."""

import struct
import time
from pathlib import Path

import fitdecode  # type: ignore[import-untyped]
import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DataError
from kickcue.core.plan import MOST_LEGS
from kickcue.workouts import read
from tests.workouts.sdk import fit, put, repeat, step
from tests.workouts.test_zwo import BY_DISTANCE

HEADER = 14
WHOLE = fit(
    [
        step("open", intensity="warmup", notes="Easy"),
        step("distance", 20_000, wkt_step_name="Fast"),
        step("time", 90_000, intensity="rest"),
        repeat(1, 8),
        step("hr_less_than", 120),
    ]
)
CHANGES = st.lists(
    st.tuples(st.integers(0, len(WHOLE) - HEADER - 3), st.integers(0, 255)), min_size=1, max_size=12
)


def _settled(path: Path) -> None:
    """Read it; a plan within its bounds or a refusal that names the file is fine."""
    try:
        plan = read(path).plan
    except DataError as error:
        refusal = str(error)
    else:
        refusal = f"{path}: none"
        assert 1 <= len(plan.legs()) <= MOST_LEGS
    assert refusal.startswith(str(path))


@given(changes=CHANGES)
def test_any_change_under_a_checksum_that_holds(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    """GIVEN a FIT workout with any bytes changed and its checksum made anew WHEN read THEN it is a
    plan or refused: nothing else is raised.
    """
    body = bytearray(WHOLE[HEADER:-2])
    for at, value in changes:
        body[at] = value
    data = WHOLE[:HEADER] + bytes(body)
    whole = data + struct.pack("<H", fitdecode.utils.compute_crc(data))
    _settled(put(tmp_path_factory.getbasetemp(), whole))


@given(data=st.binary(min_size=1, max_size=400), begins=st.sampled_from(["", "fit", "xml"]))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, begins: str) -> None:
    """GIVEN any bytes, also behind the head of a FIT file or of a .zwo WHEN read THEN they are a
    plan or refused.
    """
    heads = {"": b"", "fit": WHOLE[:HEADER], "xml": BY_DISTANCE[:300].encode()}
    _settled(put(tmp_path_factory.getbasetemp(), heads[begins] + data))


@given(at=st.integers(0, len(BY_DISTANCE) - 1), text=st.text(max_size=20))
def test_any_text_in_a_zwo(tmp_path_factory: pytest.TempPathFactory, at: int, text: str) -> None:
    """GIVEN a .zwo with any text put in anywhere WHEN read THEN it is a plan or refused."""
    changed = f"{BY_DISTANCE[:at]}{text}{BY_DISTANCE[at:]}"
    _settled(put(tmp_path_factory.getbasetemp(), changed.encode(errors="replace")))


@pytest.mark.parametrize("again", [bytes(1), struct.pack("<BBBHB", 0x40, 0, 0, 27, 0)])
def test_a_megabyte_of_nothing_is_refused_soon(tmp_path: Path, again: bytes) -> None:
    """GIVEN a definition without fields, and a megabyte of its messages of one byte each, or of
    definitions WHEN read THEN it is refused without going through them all.
    """
    body = struct.pack("<BBBHB", 0x40, 0, 0, 27, 0) + again * (1_000_000 // len(again))
    data = struct.pack("<BBHI4s", 12, 0x20, 0, len(body), b".FIT") + body
    path = put(tmp_path, data + struct.pack("<H", fitdecode.utils.compute_crc(data)))
    begun_s = time.process_time()
    _settled(path)
    assert time.process_time() - begun_s < 2.0
