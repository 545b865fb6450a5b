"""The review of every odd recording is sensible, and so is all that is made of it."""

import json
from pathlib import Path
from typing import Final

import pytest

from kickcue.analysis.review.as_json import review_json
from kickcue.core.errors import KickcueError
from kickcue.recording import read
from kickcue.replay.reviewed import reviewed
from tests.odd.recordings import EMPTY, ODD, odd
from tests.odd.sensible import sensible

FULL: Final = [name for name in ODD if name not in EMPTY]


@pytest.mark.parametrize("name", FULL)
def test_the_review_is_sensible(tmp_path: Path, name: str) -> None:
    """GIVEN an odd recording WHEN it is reviewed THEN the review does not contradict itself, and it
    is JSON as the standard has it.
    """
    found = reviewed(read(odd(name, tmp_path)))

    sensible(found)
    json.dumps(review_json(found), allow_nan=False)


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_review_is_a_clean_error(tmp_path: Path, name: str) -> None:
    """GIVEN a recording without any reading WHEN it is reviewed THEN one line names the file."""
    path = odd(name, tmp_path)

    with pytest.raises(KickcueError, match=path.name):
        reviewed(read(path))
