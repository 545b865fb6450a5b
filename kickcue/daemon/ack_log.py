"""What a bridge has answered, kept on the disk: after a restart no cue may be felt twice.

One JSON object a line, the newest of a cue holds. A cue is noted before it is played, as one that a
restart has cost, and again when it is known what became of it: killed in between, it is not played
again.
"""

import json
import logging
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from typing import Final

from kickcue.core.watch.state_machine import MOST_CUES, CueAck

LOG: Final = logging.getLogger(__name__)
RESTARTED: Final = "the bridge was restarted"
_KINDS: Final = {"run_id": str, "cue_id": str, "felt": bool, "why": str | None, "latency_ms": int}

Key = tuple[str, str]
"""Run and cue."""


class Answered:
    """The answers, by run and cue.

    A disk that cannot be written is reported once, and the memory of this process goes on.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._answers: OrderedDict[Key, CueAck] = OrderedDict()
        self._reported = False
        for line in self._lines():
            self._keep(line)
        self._write("".join(map(_line, self._answers.values())), "w")  # what is old falls out here

    @property
    def all(self) -> tuple[CueAck, ...]:
        """All that are remembered, the oldest first."""
        return tuple(self._answers.values())

    def of(self, key: Key) -> CueAck | None:
        """Return what was answered to a cue."""
        return self._answers.get(key)

    def note(self, answer: CueAck) -> None:
        """Remember an answer."""
        self._keep(answer)
        self._write(_line(answer), "a")

    def _keep(self, answer: CueAck) -> None:
        self._answers[answer.run_id, answer.cue_id] = answer
        if len(self._answers) > MOST_CUES:
            self._answers.popitem(last=False)

    def _lines(self) -> list[CueAck]:
        """Return what is in the file; a line that was cut off is passed over."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return [answer for line in text.splitlines() if (answer := _answer(line)) is not None]

    def _write(self, text: str, mode: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            if not self._reported:
                self._reported = True
                LOG.warning("answers_not_kept path=%s why=%r", self._path, error.strerror)


def _line(answer: CueAck) -> str:
    return f"{json.dumps(asdict(answer))}\n"


def _answer(line: str) -> CueAck | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, dict) or values.keys() != _KINDS.keys():
        return None
    return (
        CueAck(**values)
        if all(isinstance(values[name], kind) for name, kind in _KINDS.items())
        else None
    )
