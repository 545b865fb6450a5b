"""The entrance from JavaScript: texts and numbers alone cross the border, as anything else is dear.

``take`` has one JSON text in and one out: ``{"what": "command", "at_ms": ..., ...}`` gives
``{"messages": [...], "lines": "...", "wake_ms": ..., "racing": ...}``, or ``{"error": "..."}``
where what was asked for cannot be. ``sensor`` is the same for what comes many times a second.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from kickcue.core.cueing.phases import RACING
from kickcue.core.errors import KickcueError, UsageError
from kickcue.core.units import NS_PER_MS
from kickcue.recording.jsonl import read
from kickcue.standalone.phone_race import PhoneRace
from kickcue.standalone.profile_match import profile_of
from kickcue.standalone.race_setup import Catalogue
from kickcue.standalone.race_toml import from_toml, to_toml
from kickcue.standalone.visualisation import visualisation
from kickcue.standalone.watch_writes import watch_writes
from kickcue.standalone.wire_values import Values

NS_PER_US: Final = 1000
_as_json: Final = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode

Request = Mapping[str, Any]


class BrowserRace:
    """Holds the race of a page; ``take`` and ``sensor`` are all that JavaScript calls."""

    def __init__(self, catalogue: str) -> None:
        """Take the catalogue as its JSON."""
        self._catalogue = Catalogue.of(json.loads(catalogue))
        self._race: PhoneRace | None = None
        self._stood: Values = {}
        self._doers: Mapping[str, Callable[[PhoneRace, int, Request], None]] = {
            "command": _command,
            "ack": _ack,
            "tick": lambda race, at_ns, _: race.tick(at_ns),
            "greet": lambda race, _at_ns, _given: race.greet(),
        }

    def take(self, text: str) -> str:
        """Do what is asked for; return what follows from it."""
        given = json.loads(text)
        try:
            found = self._take(given, _ns(given["at_ms"]))
        except KickcueError as error:
            found = {"error": str(error)}
        return _as_json(found)

    def sensor(self, at_ms: float, sensor: str, char: str, hexed: str) -> str:
        """Take what a sensor sent; return the lines, each with its end, and what else there is.

        That is a JSON object behind the last line, as ``take`` returns it but for the lines. It is
        left out where there is no message and the rest is as it was returned last. Before a race
        was set up nothing is taken.
        """
        race = self._race
        if race is None:
            return ""
        race.notification(_ns(at_ms), sensor, char, bytes.fromhex(hexed))
        kept, stood = _kept(race), self._stood
        self._stood = _stands(race)
        if not race.messages and self._stood == stood:
            return kept
        return kept + _as_json({"messages": _messages(race), **self._stood})

    def _take(self, given: Request, at_ns: int) -> Values:
        what = given["what"]
        if what == "from_toml":
            return from_toml(given["text"], self._catalogue)._asdict()
        if what == "to_toml":
            return {"text": to_toml(given["document"])}
        if what == "visualise":
            return visualisation(
                given["document"], given["script"], given["rival"], self._catalogue
            )
        if what == "match":
            return {"profile": profile_of(self._catalogue, given["sensor"], given["about"])}
        if what == "encode":
            return {"writes": watch_writes(given, self._catalogue)}
        if what == "begin":
            zero_ns = at_ns - at_ns % NS_PER_US  # as exact as a header has it
            document = self._catalogue.with_sensors(given["document"])
            self._race = PhoneRace(document, self._catalogue, given["run_id"], zero_ns)
        elif what == "resume":
            recording = read(Path("the recording"), given["text"].encode())
            self._race = PhoneRace.resume(recording, self._catalogue, given["run_id"], at_ns)
        elif self._race is None:
            raise UsageError("no race was set up")
        else:
            self._doers[what](self._race, at_ns, given)
        self._stood = _stands(self._race)
        return {"messages": _messages(self._race), "lines": _kept(self._race), **self._stood}


def _ns(at_ms: float) -> int:
    """Return whole nanoseconds; so many, as one number, would have no digits left for them."""
    whole, part = divmod(at_ms, 1)
    return int(whole) * NS_PER_MS + round(part * NS_PER_MS)


def _kept(race: PhoneRace) -> str:
    """Return the lines that are new, each with its end."""
    lines, race.lines = race.lines, []
    return "\n".join([*lines, ""])


def _messages(race: PhoneRace) -> list[Values]:
    """Return the messages that are new."""
    messages, race.messages = race.messages, []
    return messages


def _stands(race: PhoneRace) -> Values:
    """Return when the race wants a tick, and whether it is on."""
    wake_ns = race.wake_ns
    return {
        "wake_ms": None if wake_ns is None else -(-wake_ns // NS_PER_MS),
        "racing": race.phase in RACING,
    }


def _command(race: PhoneRace, at_ns: int, given: Request) -> None:
    race.press(at_ns, given["kind"], given.get("by"))


def _ack(race: PhoneRace, at_ns: int, given: Request) -> None:
    if given["cue_run_id"] == race.run_id:
        race.answer(at_ns, given["id"], given["felt"], given["why"], given["latency_ms"])
