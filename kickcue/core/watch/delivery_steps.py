"""The steps that make a watch play a cue, to be taken in order.

Who takes them needs to know nothing more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Json = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Write:
    """Write ``data`` to a GATT characteristic, with or without response; then wait.

    ``service`` and ``char`` are 16-bit UUIDs as four lower-case hex digits, or whole UUIDs.
    """

    service: str
    char: str
    data: bytes
    response: bool
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class ProgramCall:
    """Start this program without a shell, and go on ``wait_ms`` after that, ended or not."""

    argv: tuple[str, ...]
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """Hand this JSON value to the other side: a watch's client, a page, a companion app."""

    value: Json


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone: when it begins, counted from the first; how long; how high; how loud (0..1)."""

    at_ms: int
    ms: int
    hz: int
    level: float


@dataclass(frozen=True, slots=True)
class Sound:
    """Play it: ``say`` where there is a voice and it is not None, the tones otherwise."""

    tones: tuple[Tone, ...]
    say: str | None


Step = Write | ProgramCall | Document | Sound
