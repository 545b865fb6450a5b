"""The odd recordings are the same each time, and no reader refuses one."""

import math
from pathlib import Path

import pytest

from kickcue.recording import read
from tests.odd.recordings import ODD, odd


@pytest.mark.parametrize("name", ODD)
def test_each_is_read(tmp_path: Path, name: str) -> None:
    """GIVEN an odd recording WHEN it is read THEN it is one."""
    assert math.isfinite(read(odd(name, tmp_path), marks="all").duration_s)


@pytest.mark.parametrize("name", [name for name in ODD if name != "50 km"])
def test_each_is_the_same_each_time(tmp_path: Path, name: str) -> None:
    """GIVEN an odd recording WHEN it is made anew THEN not a byte is different."""
    (tmp_path / "again").mkdir()

    again = ODD[name](tmp_path / "again")

    assert odd(name, tmp_path).read_bytes() == again.read_bytes()
