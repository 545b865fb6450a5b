"""How often a property is tried.

The profiles of ``tests/conftest.py`` say it for all: few times in ``make test``, often in ``make
test-long``. Where one example is itself hundreds of cases, it is tried more rarely.
"""

from hypothesis import settings


def rarer(times: int) -> settings:
    """Return the settings of a property that is tried ``times`` more rarely than others, but once."""
    return settings(max_examples=max(settings().max_examples // times, 1))
