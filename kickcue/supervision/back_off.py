"""How long to wait before the next attempt, and how loudly to log the last one."""

import logging
import random
from dataclasses import dataclass
from typing import Final

MOST_DOUBLINGS: Final = 10
"""More would change nothing, until the number is too large for a float: an edge that fails for an
hour counts thousands."""


@dataclass(slots=True)
class BackOff:
    """Counts the failures in a row; the pause after each is longer, up to ``longest_s``.

    A pause is drawn from 0 to a ceiling that doubles ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that several that
    failed at once do not try in step. ``lasting_s``: what held for so long was no failure.
    """

    first_s: float
    """The ceiling before there is any failure."""
    longest_s: float
    lasting_s: float = 0.0
    failures: int = 0
    _logged: bool = False

    @property
    def ceiling_s(self) -> float:
        """The longest pause that may be drawn now."""
        return min(self.longest_s, self.first_s * 2.0 ** min(self.failures, MOST_DOUBLINGS))

    def pause_s(self) -> float:
        """Draw a pause before the next attempt."""
        return random.uniform(0, self.ceiling_s)  # noqa: S311  spreads the load, keeps no secret

    def failed(self) -> None:
        """Count a failure."""
        self.failures += 1

    def ended_after(self, lived_s: float) -> None:
        """Count what has ended as a failure, unless it has lasted."""
        self.failures = 0 if lived_s >= self.lasting_s else self.failures + 1

    def succeeded(self) -> None:
        """Forget the failures: all is well."""
        self.failures, self._logged = 0, False

    def log_level(self) -> int:
        """Return how to log a failure: as a warning the first since all was well, then as debug."""
        level = logging.DEBUG if self._logged else logging.WARNING
        self._logged = True
        return level
