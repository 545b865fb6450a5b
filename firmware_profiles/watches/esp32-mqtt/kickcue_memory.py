"""Which cues are over, kept through a restart.

Otherwise a watch that crashed would feel the same cue again.

An ESP32 keeps 2 kB of RTC memory over every reset but a loss of power; writing there takes no time,
while a write to flash may hold everything up for a tenth of a second.
"""

import json

from kickcue_wrist import Answer

MOST = 12
LARGEST = 2000  # bytes


class Memory:
    """The last answers. ``rtc``: a ``machine.RTC``, or what has its ``memory()``, both ways."""

    def __init__(self, rtc):
        self._rtc = rtc
        self.answers = _answers(rtc.memory())

    def note(self, answer):
        """Write an answer down, unless it is there."""
        if answer in self.answers:
            return
        # MicroPython does not unpack into a list.
        self.answers = self.answers[1 - MOST :] + [answer]  # noqa: RUF005
        while len(written := json.dumps([list(each) for each in self.answers]).encode()) > LARGEST:
            self.answers.pop(0)
        self._rtc.memory(written)


def _answers(written):
    """Return what was written; nothing where it is something else's, or a cold start's noise."""
    try:
        return [Answer(*each) for each in json.loads(written)]
    except (ValueError, TypeError):
        return []
