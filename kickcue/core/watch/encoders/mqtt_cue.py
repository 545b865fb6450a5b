"""A watch with kickcue's own client: ``docs/wire.md``'s cue, pulses and text made to fit.

The keys are those that such a message and the canonical cue share; who sends it adds ids, times and
deadline.
"""

from kickcue.core.watch.delivery_steps import Document
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile


def encode(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Document, ...]:
    """Return the keys ``pulses``, ``text`` and ``say``."""
    del profile
    return (
        Document(
            {
                "pulses": [list(pulse) for pulse in lowered.pulses or ()],
                "text": text,
                "say": touch.say,
            }
        ),
    )
