"""What is known about a watch, as data: its way in, its motor, its lateness, its faults.

Read from ``firmware_profiles/watches/<id>/profile.toml`` at the border
(``kickcue.config.watch_files``). All times are in milliseconds unless the name says otherwise;
unknown is None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.core.profiles import Advertisement, FirmwareRange, Match, holds
from kickcue.core.watch.delivery_steps import Write

LONGEST_MS: Final = 10_000
"""No cue is longer: it would be felt long after its moment."""


class Standing(StrEnum):
    """How far a watch is from being felt."""

    WORKING = "working"
    """kickcue plays it by itself, and a test on more than bytes shows it."""
    VECTORS = "vectors"
    """The bytes are those of the sources; nobody has seen them arrive."""
    COMPANION_ONLY = "companion-only"
    """Only an app on the watch or the phone can play it, and kickcue does not come with that."""


class Transport(StrEnum):
    """Who carries the steps: the Bluetooth bridge, an MQTT client, a page, a player, a program."""

    BLE = "ble"
    MQTT = "mqtt"
    WEB = "web"
    AUDIO = "audio"
    PROGRAM = "program"
    INTENT = "intent"
    COMPANION = "companion"


PLAYED_BY: Final[Mapping[Transport, str]] = {
    Transport.BLE: "`kickcue bridge --watch {id}` plays it over Bluetooth",
    Transport.MQTT: "it connects to the broker itself and needs no bridge",
    Transport.WEB: "the page of the run plays it: open it, as `kickcue serve` tells, and tap ARM",
    Transport.AUDIO: "`kickcue run` plays it itself if [audio] in race.toml says so",
    Transport.PROGRAM: "`kickcue watch --as {id}` plays it, on the phone",
    Transport.INTENT: "`kickcue watch --as {id}` plays it, on the phone",
    Transport.COMPANION: "it needs an app on the watch, which does not exist: not usable",
}


def played_by(watch_id: str, transport: Transport) -> str:
    """Return who plays the cues on such a watch, or that nobody does, as the end of a sentence."""
    return PLAYED_BY[transport].format(id=watch_id)


class Pattern(StrEnum):
    """What the motor can be told."""

    NONE = "none"
    """There is none."""
    FIXED = "fixed"
    """It plays its own pulse, whatever it is sent."""
    EQUAL = "equal"
    """A number of equal pulses with equal gaps."""
    SEQUENCE = "sequence"
    """Any list of pulses within its limits."""


class Way(StrEnum):
    """How a cue reaches the runner."""

    HAPTIC = "haptic"
    AUDIO = "audio"
    TEXT = "text"


class Amplitude(StrEnum):
    """How well the motor's strength can be set."""

    NONE = "none"
    STEPS = "steps"
    CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class CountingRing:
    """A ring of even pulses that goes on until a tap ends it.

    A pulse of ``on_ms`` each ``period_ms``, at most for ``longest_ms``. The tap comes
    ``tap_after_ms`` after the last pulse of the ring. With both, a watch of one fixed pulse can be
    made to count.
    """

    on_ms: int
    period_ms: int
    longest_ms: int
    tap_after_ms: int


@dataclass(frozen=True, slots=True)
class UrgentRing:
    """Cues of at least this urgency ring, and are stopped after ``stop_after_ms``.

    How it feels is the watch's own setting.
    """

    from_urgency: int
    stop_after_ms: int


@dataclass(frozen=True, slots=True)
class Actuator:
    """The limits of the motor, or of the loudspeaker where AUDIO is the first of the ways."""

    pattern: Pattern
    min_on_ms: int = 1
    max_on_ms: int = LONGEST_MS
    min_gap_ms: int = 1
    max_pulses: int = 32
    max_total_ms: int = LONGEST_MS
    quantum_ms: int = 1
    """Pulses and gaps are whole multiples of it."""
    amplitude: Amplitude = Amplitude.NONE
    amplitude_steps: tuple[float, ...] = ()
    """The strengths there are, where ``amplitude`` is STEPS."""
    amplitude_floor: float = 0.0
    """The weakest that still moves the motor, where ``amplitude`` is CONTINUOUS."""
    tap_ms: int | None = None
    """The one pulse of a FIXED pattern; None: nobody knows how long it is."""
    counting_ring: CountingRing | None = None
    urgent_ring: UrgentRing | None = None
    tone_hz: int | None = None
    """The tone that stands for a pulse, where there is a loudspeaker."""


@dataclass(frozen=True, slots=True)
class Words:
    """What text the watch can show; ``charset`` is ``ascii``, ``latin-1`` or ``utf-8``."""

    max_bytes: int
    charset: str


@dataclass(frozen=True, slots=True)
class Timing:
    """How late the watch is by nature, and how soon it can take the next cue."""

    lead_ms: int = 0
    """From the first step to the first thing that is felt."""
    jitter_ms: int | None = None
    idle_penalty_ms: int = 0
    """This much more when nothing was sent for ``idle_after_s``."""
    idle_after_s: float | None = None
    min_spacing_ms: int = 0
    """Two cues have at least this between them, or the second is lost."""

    def lead_after_ms(self, idle_s: float | None) -> int:
        """Return how much earlier than due a cue has to be sent when the link was idle for so long.

        ``idle_s`` is None where nobody knows how long.
        """
        awake = self.idle_after_s is not None and idle_s is not None and idle_s < self.idle_after_s
        return self.lead_ms if awake else self.lead_ms + self.idle_penalty_ms


@dataclass(frozen=True, slots=True)
class WatchLink:
    """What a Bluetooth bridge must know."""

    service: str = ""
    char: str = ""
    """Where cues are written to."""
    response: bool = False
    connections: int | None = None
    """How many centrals the watch serves at once."""
    mtu: int | None = None
    """The largest ATT MTU the watch agrees to; a packet holds 3 bytes less."""
    max_payload: int | None = None
    """A cue is not longer than this, so that it is one packet."""
    subscribe: tuple[str, ...] = ()
    xon_xoff: bool = False
    """Bytes 0x13 and 0x11 among what is notified: stop writing, go on."""
    on_connect: tuple[Write, ...] = ()
    race_begins: tuple[Write, ...] = ()
    race_ends: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchOffer:
    """A sensor of the watch.

    ``form``: ``2a37``, ``2a19``, ``u32le-total`` (steps since a start) or ``gb-act`` (Bangle.js's
    JSON line).
    """

    kind: str
    service: str
    char: str
    form: str
    on_change_only: bool = False
    """Silence is no loss."""
    request: tuple[Write, ...] = ()
    """To be written once, before anything comes."""


@dataclass(frozen=True, slots=True)
class WatchQuirk:
    """What some or all firmware gets wrong.

    ``effect`` is of a closed list; ``why`` is the sentence a user reads.
    """

    id: str
    effect: str
    why: str
    firmware: FirmwareRange | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """Cues that the profile admits to play alike.

    ``text``, ``voice``, ``moment`` or ``nothing`` tells them apart.
    """

    cues: frozenset[str]
    told_apart_by: str
    why: str


@dataclass(frozen=True, slots=True)
class WatchProfile:
    """Everything kickcue knows about one way to reach one kind of watch."""

    id: str
    vendor: str
    name: str
    status: Standing
    sources: tuple[str, ...]
    transport: Transport
    encoder: str
    """A key of ``kickcue.core.watch.encoding.ENCODERS``."""
    ways: tuple[Way, ...]
    """How a cue can reach the runner on this device, the best first."""
    actuator: Actuator
    words: Words | None = None
    """None: it shows no text."""
    timing: Timing = field(default_factory=Timing)
    link: WatchLink = field(default_factory=WatchLink)
    instead: str | None = None
    """The id of the profile for the same watch where this one is refused by it."""
    matches: tuple[Match, ...] = ()
    provides: tuple[WatchOffer, ...] = ()
    quirks: tuple[WatchQuirk, ...] = ()
    alike: tuple[Alike, ...] = ()

    def quirks_of(self, firmware: str | None) -> tuple[WatchQuirk, ...]:
        """Return the quirks of this firmware (2A26); all where it is unknown, as any may hold."""
        return tuple(
            q
            for q in self.quirks
            if q.firmware is None or firmware is None or q.firmware.holds(firmware)
        )


def recognise(profiles: Iterable[WatchProfile], advert: Advertisement) -> WatchProfile | None:
    """Return the one profile whose match blocks hold, None where there is none.

    UsageError where there are two.
    """
    found = [
        profile for profile in profiles if any(holds(block, advert) for block in profile.matches)
    ]
    if len(found) > 1:
        names = " and ".join(profile.id for profile in found)
        raise UsageError(f"{advert.name!r} matches several watch profiles ({names}): choose one")
    return found[0] if found else None
