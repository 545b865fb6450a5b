"""How often a property is tried.

The profiles of ``tests/conftest.py`` say it for all: few times in ``make test``, often in ``make
test-long``. Where one example is a whole race, or hundreds of cases, it is tried more rarely.
Where a table's cases are dear and alike, ``make test`` has some of them.
"""

from collections.abc import Collection, Iterable

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings


def some_of(cases: Iterable[str], some: Collection[str]) -> list[str | ParameterSet]:
    """Return the cases to parametrize with; ``make test`` runs ``some``, ``make test-long`` the
    others.
    """
    return [case if case in some else pytest.param(case, marks=pytest.mark.long) for case in cases]


def rarer(times: int) -> settings:
    """Return the settings of a property that is tried ``times`` more rarely, but once."""
    return settings(max_examples=max(settings().max_examples // times, 1))
