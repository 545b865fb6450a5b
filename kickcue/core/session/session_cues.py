"""Turns what a session has to say into cues: words, pulses, ids, spacing, and what is switched off.

The spacing is that of a race, scaled to the length of the leg: a stride of eight seconds bears a
cue at its start and one near its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

from kickcue.core.cueing.arbiter import SPACING_S
from kickcue.core.cueing.cue_issuer import TTL_MS
from kickcue.core.cueing.cue_output import CueOutput
from kickcue.core.cueing.phrases import Phrase, PhraseKey, Vocabulary
from kickcue.core.cueing.policy import SILENT_TO_GO_M
from kickcue.core.cueing.pulse_patterns import PULSES, URGENCY
from kickcue.core.cueing.race_rules import ALLOWED, Rules
from kickcue.core.events import Cue, CueKind
from kickcue.core.units import NS_PER_S

RACE_WINDOW_M: Final = 400.0
"""The window for which spacing and silence before the line were chosen: a last lap."""
LONGEST_TEXT: Final = 40
LONGEST_SAID: Final = 200
PLANNED: Final = frozenset({CueKind.TURNOVER, CueKind.DRIVE, CueKind.RELAX})
"""In a session they come at places that the plan names, and nowhere else."""
PLANNED_SPACING_S: Final = 4.0
"""They may be so near to each other: whoever is fast reaches marks 50 m apart
in 7 s, and wants each of them."""
NEVER_HELD_BACK: Final = frozenset(
    {
        CueKind.REP,
        CueKind.LAST_REP,
        CueKind.LAST_LAP,
        CueKind.TICK,
        CueKind.GO,
        CueKind.IMAGE,
        CueKind.THROUGH,
    }
)
"""They belong to a moment; the others may as well come later or not at all."""


def window_share(leg_m: float | None) -> float:
    """Return by how much spacing and silence shrink in a leg of so many metres: 1 at most."""
    return 1.0 if leg_m is None else min(leg_m / RACE_WINDOW_M, 1.0)


def silent_to_go_m(leg_m: float) -> float:
    """Return the last metres of a leg in which no cue comes but the one for the line."""
    return SILENT_TO_GO_M * window_share(leg_m)


def spoken(words: str) -> str:
    """Return what is said of the runner's own words: all, unless they are a speech."""
    return shorten(words, LONGEST_SAID, placeholder="...")


@dataclass(frozen=True, slots=True)
class WantedCue:
    """A cue that a session would like to give now.

    ``n`` and ``reps`` fill in the phrase; ``words`` are the runner's own, in place of it.
    ``leg_m`` is the length of the leg, ``to_go_m`` what is left of it.
    """

    kind: CueKind
    key: PhraseKey
    leg_m: float | None = None
    to_go_m: float | None = None
    sd_m: float | None = None
    words: str | None = None
    n: int = 0
    reps: int = 0


class SessionCues:
    """Gives the cues of a session."""

    def __init__(
        self, vocabulary: Vocabulary, rules: Rules, outputs: Mapping[CueKind, CueOutput]
    ) -> None:
        self._vocabulary = vocabulary
        self._allowed = ALLOWED[rules]
        self._outputs = outputs
        self._counts: dict[CueKind, int] = {}
        self._last_ns: int | None = None

    def give(self, t_ns: int, wanted: WantedCue) -> list[Cue]:
        """Return the cue, in a list; nothing where it is switched off or too near to the last."""
        kind = wanted.kind
        output = self._outputs.get(kind, CueOutput.BOTH)
        is_off = not self._allowed.cues or output is CueOutput.OFF
        if is_off or not self._may(t_ns, wanted):
            return []
        self._last_ns = t_ns
        self._counts[kind] = self._counts.get(kind, 0) + 1
        phrase = self._phrase(wanted)
        speaks = self._allowed.voice and output is not CueOutput.HAPTIC
        return [
            Cue(
                t_ns=t_ns,
                id=f"{kind}-{self._counts[kind]}",
                kind=kind,
                text=phrase.text,
                say=phrase.say if speaks else None,
                pulses=() if output is CueOutput.SOUND else PULSES[kind],
                urgency=URGENCY[kind],
                ttl_ms=TTL_MS,
                to_go_m=wanted.to_go_m,
                sd_m=wanted.sd_m,
            )
        ]

    def _may(self, t_ns: int, wanted: WantedCue) -> bool:
        if wanted.kind in NEVER_HELD_BACK or self._last_ns is None:
            return True
        spacing_s = SPACING_S * window_share(wanted.leg_m)
        if wanted.kind in PLANNED:
            spacing_s = min(spacing_s, PLANNED_SPACING_S)
        return t_ns - self._last_ns >= spacing_s * NS_PER_S

    def _phrase(self, wanted: WantedCue) -> Phrase:
        if wanted.words is not None:
            text = shorten(wanted.words, LONGEST_TEXT, placeholder="...")
            return Phrase(text, spoken(wanted.words))
        values = (("n", str(wanted.n)), ("reps", str(wanted.reps)))
        return self._vocabulary[wanted.key].filled(values)
