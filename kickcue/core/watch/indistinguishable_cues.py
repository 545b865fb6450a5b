"""Which cues of a race cannot be told apart by what is felt.

Two cues that a watch is sent the same for are one cue to the runner. A profile may admit that
(``[[alike]]``) and say what tells them apart; what it does not admit is an error, and so is an
admission that is not true.
"""

from collections.abc import Iterator, Mapping

from kickcue.core.cueing.pulse_patterns import PULSES, RACE_CUES, URGENCY
from kickcue.core.events import Pulses
from kickcue.core.watch.encoding import encode
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile

Vocabulary = Mapping[str, tuple[Pulses, int]]
"""Pulses and urgency by the kind of the cue."""

CUES: Vocabulary = {
    kind.value: (PULSES[kind], URGENCY[kind]) for kind in PULSES if kind in RACE_CUES
}


def alike(profile: WatchProfile, vocabulary: Vocabulary = CUES) -> tuple[frozenset[str], ...]:
    """Return the groups of cues that are sent the same, when their words are taken away."""
    groups: dict[str, set[str]] = {}
    for kind, (pulses, urgency) in vocabulary.items():
        wordless = CueContent(
            id="", kind="", text="", say=None, pulses=pulses, urgency=urgency, ttl_ms=0
        )
        groups.setdefault(repr(encode(profile, wordless).steps), set()).add(kind)
    return tuple(frozenset(kinds) for kinds in groups.values() if len(kinds) > 1)


def undeclared(profile: WatchProfile, vocabulary: Vocabulary = CUES) -> Iterator[str]:
    """Yield a sentence for each group that the profile fails to admit, or admits without cause."""
    found, admitted = alike(profile, vocabulary), [group.cues for group in profile.alike]
    for group in found:
        if group not in admitted:
            yield (
                f"{_listed(group)} feel the same on this watch: expected an [[alike]] block that "
                "says how to tell them apart"
            )
    for group in admitted:
        if group not in found:
            yield f"{_listed(group)} are declared alike, but do not all feel the same"


def _listed(kinds: frozenset[str]) -> str:
    *first, last = sorted(kinds)
    return f"{', '.join(first)} and {last}" if first else last
