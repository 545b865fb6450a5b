"""The watches' profiles: ``firmware_profiles/watches/<id>/profile.toml``.

A watch has a folder, not a file, because some need code of their own beside the profile.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from kickcue.config import watch_schema as schema
from kickcue.config.profile_files import to_match
from kickcue.config.profile_schema import Fact
from kickcue.config.profile_store import ProfileFile, ProfileStore, read_document
from kickcue.core.errors import UsageError
from kickcue.core.profiles import FirmwareRange
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.watch_profile import (
    Actuator,
    Alike,
    Amplitude,
    CountingRing,
    Pattern,
    Standing,
    Timing,
    Transport,
    UrgentRing,
    WatchLink,
    WatchOffer,
    WatchProfile,
    WatchQuirk,
    Way,
    Words,
)

_FILE: Final = "profile.toml"


class WatchFile(ProfileFile[schema.WatchDocument, WatchProfile]):
    """One watch's profile with the file it came from."""

    __slots__ = ()


def load_watches(extra: Sequence[Path] = ()) -> dict[str, WatchProfile]:
    """Return all watches by id: shipped, the user's own, and the ``extra`` files.

    UsageError where one is not valid.
    """
    return {id_: file.profile for id_, file in WATCHES.files(extra).items()}


def load_watch(id_or_path: str) -> WatchProfile:
    """Return one watch, by its id or by the path of its profile.toml.

    UsageError where there is none or it is not valid.
    """
    return WATCHES.file(id_or_path).profile


def read_watch_file(path: Path) -> WatchFile:
    """Read one file; UsageError names in one line what is wrong with it."""
    document, digest = read_document(path, schema.WatchDocument)
    id_ = document.profile.id
    if path.absolute().parent.name != id_ or path.name != _FILE:
        raise UsageError(f"{path}: expected the path {id_}/{_FILE}, as profile.id is {id_!r}")
    return WatchFile(path, digest, document, _to_core(document))


WATCHES: Final = ProfileStore("watches", "watch", read_watch_file, inside=_FILE)


def _to_core(document: schema.WatchDocument) -> WatchProfile:
    head, words = document.profile, document.text
    return WatchProfile(
        id=head.id,
        vendor=head.vendor,
        name=head.name,
        status=Standing(head.status),
        sources=tuple(head.sources),
        transport=Transport(head.transport),
        encoder=head.encoder,
        ways=tuple(map(Way, head.ways)),
        actuator=_actuator(document.actuator),
        words=None if words is None else Words(words.max_bytes, words.charset),
        timing=Timing() if document.timing is None else Timing(**_numbers(document.timing)),
        link=WatchLink() if document.link is None else _link(document.link),
        instead=head.instead,
        matches=tuple(map(to_match, document.match)),
        provides=_offers(document),
        quirks=tuple(
            WatchQuirk(q.id, q.effect, q.why, None if q.fw is None else FirmwareRange.parse(q.fw))
            for q in document.quirk
        ),
        alike=tuple(
            Alike(frozenset(block.cues), block.told_apart_by, block.why) for block in document.alike
        ),
    )


def _numbers(block: Fact) -> dict[str, Any]:
    """Return the numbers of a block, without the evidence.

    For what it leaves out the core's default holds.
    """
    return block.model_dump(exclude_none=True, exclude={"status", "source"})


def _actuator(block: schema.ActuatorBlock) -> Actuator:
    numbers = _numbers(block)
    rings = {
        "counting_ring": None
        if block.counting_ring is None
        else CountingRing(**_numbers(block.counting_ring)),
        "urgent_ring": None
        if block.urgent_ring is None
        else UrgentRing(**_numbers(block.urgent_ring)),
    }
    words = {
        "pattern": Pattern(block.pattern),
        "amplitude": Amplitude(block.amplitude),
        "amplitude_steps": tuple(block.amplitude_steps),
    }
    return Actuator(**{**numbers, **rings, **words})


def _link(block: schema.WatchLinkBlock) -> WatchLink:
    return WatchLink(
        service=block.service,
        char=block.char,
        response=block.write == "response",
        connections=block.connections,
        mtu=block.mtu,
        max_payload=block.max_payload,
        subscribe=tuple(block.subscribe),
        xon_xoff=block.flow_control == "xon-xoff",
        on_connect=_orders(block.on_connect, block),
        race_begins=_orders(block.race_begins, block),
        race_ends=_orders(block.race_ends, block),
    )


def _orders(orders: Iterable[schema.Order], link: schema.WatchLinkBlock) -> tuple[Write, ...]:
    return tuple(
        Write(link.service, link.char, written(order), link.write == "response", order.wait_ms)
        for order in orders
    )


def written(order: schema.Order | schema.Expected) -> bytes:
    """Return the bytes that ``hex`` or ``line`` stand for."""
    return (
        order.line.encode("latin-1") if order.line is not None else bytes.fromhex(order.hex or "")
    )


def _offers(document: schema.WatchDocument) -> tuple[WatchOffer, ...]:
    kinds: dict[str, schema.WatchOfferBlock | None] = {
        kind: getattr(document.provides, kind) for kind in schema.WatchProvidesBlock.model_fields
    }
    return tuple(
        WatchOffer(
            kind,
            offer.service,
            offer.char,
            offer.form,
            offer.on_change_only,
            () if document.link is None else _orders(offer.request, document.link),
        )
        for kind, offer in kinds.items()
        if offer is not None
    )
