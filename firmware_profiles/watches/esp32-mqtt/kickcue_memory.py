"""Which cues are over, where a restart does not wipe it out.

Otherwise a watch that crashed would feel the same cue again.

An ESP32 keeps 2 kB of RTC memory over every reset but a loss of power; writing there takes no time,
while a write to flash may hold everything up for a tenth of a second.
"""

import json

from kickcue_wrist import Answer

MOST = 12
LARGEST = 2000  # bytes


class Memory:
    """The last answers. ``rtc`` is a ``machine.RTC``, or whatever has its ``memory()`` and ``memory(bytes)``."""

    def __init__(self, rtc):
        self._rtc = rtc
        self.answers = _answers(rtc.memory())

    def note(self, answer):
        """Write an answer down, unless it is there."""
        if answer in self.answers:
            return
        self.answers = self.answers[1 - MOST :] + [answer]  # noqa: RUF005  MicroPython does not unpack into a list
        while len(written := json.dumps([list(each) for each in self.answers]).encode()) > LARGEST:
            self.answers.pop(0)
        self._rtc.memory(written)


def _answers(written):
    """Return what was written.

    Nothing for what is something else's, or the noise of a cold start.
    """
    try:
        return [Answer(*each) for each in json.loads(written)]
    except (ValueError, TypeError):
        return []
