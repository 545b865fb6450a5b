"""A simulated race as a page hands it to kickcue: stamped requests, with the ticks in between."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from kickcue.core.events import Command, CommandKind, Input, Mark, Notification
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate
from kickcue.standalone.browser import BrowserRace
from kickcue.standalone.catalogue import catalogue
from kickcue.standalone.race_setup import course_of

ZERO_MS: Final = 1_900_000_000_000.0
"""A moment to come: nothing that is due is timed by the real clock."""
RUN: Final = "0123456789abcdef"

Request = dict[str, Any]


@cache
def shipped() -> str:
    return json.dumps(catalogue())


def requests(document: Request, seed: int = 0) -> Iterator[Request]:
    """Yield what sensors and thumb of a simulated race send."""
    for event in simulate(course_of(document), SCENARIOS["button"], seed).inputs:
        found = _request(event)
        if found is not None:
            yield {"at_ms": ZERO_MS + 20_000 + event.t_ns / 1e6, **found}


def _request(event: Input) -> Request | None:
    match event:
        case Notification():
            given = {"sensor": event.sensor, "char": event.char, "hex": event.data.hex()}
            return {"what": "sensor", **given}
        case Command():
            return {"what": "command", "kind": event.kind.value}
        case Mark():
            return {"what": "command", "kind": CommandKind.LAP.value}
    return None


def asked(race: BrowserRace, request: Request) -> Request:
    """Return what a race says to a request, handed over as ``core_python.js`` does it."""
    if request["what"] != "sensor":
        found: Request = json.loads(race.take(json.dumps(request)))
        return found
    text = race.sensor(*(request[key] for key in ("at_ms", "sensor", "char", "hex")))
    end = text.rfind("\n") + 1
    said: Request = json.loads(text[end:] or '{"messages": []}')
    return {"lines": text[:end], **said}


def fresh(document: Request) -> tuple[BrowserRace, str, float | None]:
    """Return a race that waits, the first line of its recording, and when it is due."""
    race = BrowserRace(shipped())
    begin = {"what": "begin", "at_ms": ZERO_MS, "run_id": RUN, "document": document}
    said = asked(race, begin)
    return race, said["lines"], said["wake_ms"]


class Played:
    """Feeds a race, with a tick whenever one is due; keeps what it said."""

    def __init__(self, document: Request) -> None:
        self.race, self.lines, self.wake_ms = fresh(document)
        self.taken: list[Request] = []
        self.messages: list[Request] = []

    def feed(self, request: Request) -> None:
        """Take a request, after the ticks before it."""
        while self.wake_ms is not None and self.wake_ms < request["at_ms"]:
            before = self.wake_ms
            self.take({"what": "tick", "at_ms": before})
            if self.wake_ms == before:
                break
        self.take(request)

    def take(self, request: Request) -> None:
        """Take a request as it is."""
        self.taken.append(request)
        said = asked(self.race, request)
        assert "error" not in said, said
        self.lines += said["lines"]
        self.messages += said["messages"]
        self.wake_ms = said.get("wake_ms", self.wake_ms)


def played(document: Request, seed: int = 0) -> Played:
    """Return a whole race."""
    found = Played(document)
    for request in requests(document, seed):
        found.feed(request)
    return found
