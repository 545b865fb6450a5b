"""What falls due in a rest: its half, the imagery, the countdown, its end."""

from typing import Final, NamedTuple

from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.events import CueKind, Output
from kickcue.core.plan import Rest
from kickcue.core.session.session_cues import SessionCues, WantedCue
from kickcue.core.units import NS_PER_S, s_to_ns

LONG_ENOUGH_TO_HALVE_S: Final = 60.0
"""The half of a shorter rest is no news."""
IMAGE_AHEAD_S: Final = 15.0
"""The imagery comes so long before the repetition: time to see it, not to forget it [judgement]."""
IMAGE_AFTER_S: Final = 10.0
"""...and where nobody knows when that begins, so long after the one before."""
IMAGE_SHARE: Final = 0.7
"""Of a rest by distance, this share is behind when it comes."""
COUNTDOWN_S: Final = (3, 2, 1)
SHORTEST_COUNTED_S: Final = 10.0


class Due(NamedTuple):
    """A cue of a rest, due ``after_s`` its beginning."""

    after_s: float
    kind: CueKind
    key: PhraseKey
    n: int = 0


def dues(rest: Rest, *, imagery: bool) -> tuple[Due, ...]:
    """Return what is due by time in a rest, in order; ``imagery``: a repetition follows."""
    if rest.duration_s is None:
        image = Due(IMAGE_AFTER_S, CueKind.IMAGE, PhraseKey.IMAGE)
        return (image,) if imagery and rest.distance_m is None else ()
    end_s = rest.duration_s
    found = []
    if end_s >= LONG_ENOUGH_TO_HALVE_S:
        found.append(Due(end_s / 2.0, CueKind.REST_HALF, PhraseKey.REST_HALF))
    if imagery and end_s >= SHORTEST_COUNTED_S:
        after_s = max(end_s - IMAGE_AHEAD_S, 0.25 * end_s)
        found.append(Due(after_s, CueKind.IMAGE, PhraseKey.IMAGE))
    if end_s >= SHORTEST_COUNTED_S:
        found += [Due(end_s - n, CueKind.TICK, PhraseKey.TICK, n) for n in COUNTDOWN_S]
    found.append(Due(end_s, CueKind.GO, PhraseKey.GO))
    return tuple(found)


class RestProgress:
    """Follows one rest, from its beginning until the runner runs off."""

    def __init__(
        self, rest: Rest, began_ns: int, image: str | None, cues: SessionCues, *, leads_to_rep: bool
    ) -> None:
        """``image``: the runner's own words for what to see in the repetition that follows."""
        self._rest = rest
        self.began_ns = began_ns
        self._image = image
        self._cues = cues
        self._dues = list(dues(rest, imagery=leads_to_rep))
        self._leads_to_rep = leads_to_rep
        self._walked_m = 0.0
        self._image_given = False
        self.over = False
        """Whether the rest has lasted as long as the plan says."""

    def walk(self, metres: float) -> None:
        """Count metres that were walked or jogged."""
        self._walked_m += metres

    def advance(self, t_ns: int, out: list[Output]) -> int | None:
        """Give what is due at ``t_ns``; return when the next is due, None where nothing is."""
        while self._dues and t_ns >= self._due_ns(self._dues[0]):
            due = self._dues.pop(0)
            late_ns = t_ns - self._due_ns(due)
            if late_ns <= NS_PER_S:  # a late tick would count wrongly
                self._give(t_ns, due.kind, due.key, out, due.n)
            self.over |= due.kind is CueKind.GO
        self._watch_distance(t_ns, out)
        return self._due_ns(self._dues[0]) if self._dues else None

    def _watch_distance(self, t_ns: int, out: list[Output]) -> None:
        length_m = self._rest.distance_m
        if length_m is None or self.over:
            return
        if (
            self._leads_to_rep
            and not self._image_given
            and self._walked_m >= IMAGE_SHARE * length_m
        ):
            self._image_given = True
            self._give(t_ns, CueKind.IMAGE, PhraseKey.IMAGE, out)
        if self._walked_m >= length_m:
            self.over = True
            self._give(t_ns, CueKind.GO, PhraseKey.GO, out)

    def _give(
        self, t_ns: int, kind: CueKind, key: PhraseKey, out: list[Output], n: int = 0
    ) -> None:
        words = self._image if kind is CueKind.IMAGE else None
        out.extend(self._cues.give(t_ns, WantedCue(kind, key, words=words, n=n)))

    def _due_ns(self, due: Due) -> int:
        return self.began_ns + s_to_ns(due.after_s)
