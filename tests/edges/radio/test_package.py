"""What the radio package offers can be had, also what it imports only when asked."""

import pytest

from kickcue.edges import radio


@pytest.mark.parametrize("name", radio.__all__)
def test_every_name_offered_is_there(name: str) -> None:
    """GIVEN a name that the package offers WHEN it is asked for THEN it is there: a module that was
    renamed is noticed here, which no type checker does.
    """
    assert getattr(radio, name) is not None
