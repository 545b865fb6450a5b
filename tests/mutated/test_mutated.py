"""A handful of mutated recordings through all that looks at one; ``make test-mutated`` takes
thousands.
"""

import traceback

import pytest

from tests.mutated.cases import broken

FIRST = 1000


@pytest.mark.parametrize("seed", range(FIRST, FIRST + 6))
def test_clean_errors_only(seed: int) -> None:
    """GIVEN a mutated recording WHEN it is reported, compared, exported and kept in a history THEN
    each ends well or with one clean line, and what is written is whole.
    """
    found = broken(seed)

    assert not found, "\n".join(
        f"{each.what}, {each.promise}: {''.join(traceback.format_exception(each.error))}"
        for each in found
    )
