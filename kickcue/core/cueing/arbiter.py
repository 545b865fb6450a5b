"""Cues are arbitrated, not fired: of all that want the wrist now, at most one gets it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.cueing.pulse_patterns import URGENCY
from kickcue.core.events import CueKind
from kickcue.core.units import NS_PER_S

SPACING_S = 12.0
"""An unexpected vibration costs about a second of attention (Asplund & Perrault 2020); a lap of
53-120 s bears four."""
SPACING_M = 60.0
MOST_IN_LAST_WINDOW = 4
MOST_EVEN = 6
EVEN_SPACING_S = 60.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cue that would like to be given now, and the words it would use.

    ``told`` are names and values for the phrase's placeholders. ``urgency`` None: that of the kind.
    Where it is not ``felt`` it has no pulses, where not ``heard`` nothing to say.
    """

    kind: CueKind
    phrase: PhraseKey
    told: tuple[tuple[str, str], ...] = ()
    urgency: int | None = None
    felt: bool = True
    heard: bool = True
    after: "Candidate | None" = None
    """What is said before it in the same breath, if that is to be heard."""

    @property
    def rank(self) -> int:
        """How urgent it is."""
        return URGENCY[self.kind] if self.urgency is None else self.urgency


class CuesSoFar(NamedTuple):
    """What a race has been given, to come back to it after a start or an end that was a mistake."""

    given: frozenset[CueKind]
    in_last_window: int
    last_m: float
    even_before: int


class Arbiter:
    """Knows what was given and when; says what may be given now."""

    def __init__(self) -> None:
        self._counts: dict[CueKind, int] = {}
        self._given: set[CueKind] = set()
        self._last_ns: int | None = None
        self._last_m = 0.0
        self._last_even_ns: int | None = None
        self._last_split_ns: int | None = None
        self._in_last_window = 0
        self._even_before = 0
        """Even-pace cues of earlier starts: they count in the cues' numbers, not in the cap."""

    def choose(
        self, t_ns: int, distance_m: float, candidates: Iterable[Candidate]
    ) -> Candidate | None:
        """Return the most urgent candidate that may be given now, or None."""
        allowed = [c for c in candidates if self._may(t_ns, distance_m, c.kind)]
        return max(allowed, key=lambda c: c.rank, default=None)

    @property
    def given(self) -> frozenset[CueKind]:
        """The kinds given so far and not taken back."""
        return frozenset(self._given)

    def gave(self, t_ns: int, distance_m: float, kind: CueKind, *, last_window: bool) -> None:
        """Note that ``kind`` was given."""
        self._counts[kind] = self.count(kind) + 1
        self._given.add(kind)
        if kind is CueKind.SPLIT:  # it may not push out what matters more
            self._last_split_ns = t_ns
            return
        if kind is CueKind.EVEN:
            self._last_even_ns = t_ns
        self._last_ns, self._last_m = t_ns, distance_m
        self._in_last_window += last_window

    def count(self, kind: CueKind) -> int:
        """Return how often ``kind`` was given, taken back or not."""
        return self._counts.get(kind, 0)

    def forget_last_window(self) -> None:
        """Start the last window afresh, with all its cues: the runner took a lap back."""
        self._in_last_window = 0
        self._given.clear()

    def begin_race(self) -> None:
        """Start the race afresh: all its cues are to come.

        The numbers go on, for a watch ignores an id that it has felt; so does the time since the
        last cue, for it is the same wrist.
        """
        self.forget_last_window()
        self._last_m = -math.inf
        self._even_before = self.count(CueKind.EVEN)

    @property
    def cues_so_far(self) -> CuesSoFar:
        """What ``take_back`` needs to come back to this race."""
        return CuesSoFar(self.given, self._in_last_window, self._last_m, self._even_before)

    def take_back(self, race: CuesSoFar) -> None:
        """Go back to a race that went on after all, with what was given in it."""
        self._given = set(race.given)
        _, self._in_last_window, self._last_m, self._even_before = race

    def _may(self, t_ns: int, distance_m: float, kind: CueKind) -> bool:
        if kind in (CueKind.LAST_LAP, CueKind.HOLD):
            return True
        since_s = _since_s(t_ns, self._last_ns)
        if kind in (CueKind.SPLIT, CueKind.EVEN):
            return min(since_s, _since_s(t_ns, self._last_split_ns)) >= SPACING_S and (
                kind is CueKind.SPLIT or self._may_even(t_ns)
            )
        if self._last_ns is None:
            return True
        return (
            since_s >= SPACING_S
            and distance_m - self._last_m >= SPACING_M
            and self._in_last_window < MOST_IN_LAST_WINDOW
        )

    def _may_even(self, t_ns: int) -> bool:
        since_s = _since_s(t_ns, self._last_even_ns)
        return (
            since_s >= EVEN_SPACING_S and self.count(CueKind.EVEN) - self._even_before < MOST_EVEN
        )


def _since_s(t_ns: int, then_ns: int | None) -> float:
    return math.inf if then_ns is None else (t_ns - then_ns) / NS_PER_S
