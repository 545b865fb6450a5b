"""``kickcue profiles show`` for a watch: how cues feel on it, what is lost, late and tried."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kickcue.cli.format.profile_page import evidence, plain, section
from kickcue.cli.format.timeline import Shades, drawn, ruler, scale_ms
from kickcue.config import watch_schema as schema
from kickcue.config.profile_checks import VectorResult
from kickcue.config.profile_schema import Fact
from kickcue.config.watch_checks import run_watch_vectors, step_text, touch_of
from kickcue.config.watch_files import WatchFile
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.encoding import ENCODERS, Encoded, encode
from kickcue.core.watch.indistinguishable_cues import CUES
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import Standing, WatchProfile, Way, played_by

COLUMNS: Final = 80
_NAME: Final = 10
_STANDINGS: Final = {
    Standing.WORKING: "working: kickcue plays it by itself",
    Standing.VECTORS: "vectors: its bytes follow the sources, but were never tried on a real watch",
    Standing.COMPANION_ONLY: ("companion-only: needs an app that kickcue does not include"),
}
_APART: Final = {
    "text": "the text",
    "voice": "the voice",
    "moment": "the moment they come",
    "nothing": "nothing",
}


def watch_page(file: WatchFile, using: Shades) -> Iterator[str]:
    """Yield the lines of the page, ``COLUMNS`` wide."""
    document, head, profile = file.document, file.document.profile, file.profile
    yield f"{head.id}: {head.vendor}, {head.name}"
    yield _STANDINGS[profile.status]
    yield str(file.path)
    yield f"SHA-256 {file.digest[:16]}"
    yield from _feelings(profile, using)
    for title, lines in (
        ("Cues that feel the same", (_alike_line(block) for block in document.alike)),
        ("In time", _timing_lines(document)),
        ("Text", _text_lines(document)),
        ("Connection", _way_lines(file)),
        ("Its own sensors", _offer_lines(document.provides)),
        ("Notes", (_quirk_line(quirk) for quirk in document.quirk)),
        ("Tried", _tested_lines(document)),
        ("Self-tests", map(vector_line, run_watch_vectors(file))),
        ("Sources", iter(head.sources)),
        ("Doubts", iter(head.doubts)),
    ):
        yield from section(title, lines, COLUMNS)


def vector_line(result: VectorResult[schema.WatchVectorBlock]) -> str:
    """Return a self-test and how it went, as a line."""
    vector = result.vector
    touch = touch_of(vector)
    asked = vector.cue or " ".join(
        f"{on_ms}/{off_ms}/{level:g}" for on_ms, off_ms, level in touch.pulses
    )
    outcome = "as expected" if result.failure is None else f"FAILS: {result.failure}"
    return (
        f"{asked}{f' {vector.text!r}' if vector.text else ''}: {outcome} ({vector.kind}: "
        f"{vector.source})"
    )


def cue_rows(profile: WatchProfile) -> Iterator[dict[str, Any]]:
    """Yield for programs how each cue is played: its pulses, what it loses, and the steps.

    Pulses of None are the watch's own.
    """
    for kind, found in _played(profile).items():
        lowered = found.lowered
        yield {
            "cue": kind,
            "way": lowered.way,
            "pulses": lowered.pulses,
            "asked": CUES[kind][0],
            "downgrades": list(found.downgrades),
            "steps": [step_text(step) for step in found.steps],
        }


def _played(profile: WatchProfile) -> Mapping[str, Encoded]:
    return {
        kind: encode(profile, CueContent(kind, kind, "", None, pulses, urgency, ttl_ms=0))
        for kind, (pulses, urgency) in CUES.items()
    }


def _feelings(profile: WatchProfile, using: Shades) -> Iterator[str]:
    """Draw the cues, one a line; letters at the end stand for what was lost, explained below."""
    played = _played(profile)
    column_ms = scale_ms([found.lowered.pulses or () for found in played.values()])
    letters = _letters(played.values())
    yield from ("", "How the cues sound" if profile.ways[0] is Way.AUDIO else "How the cues feel")
    if any(found.lowered.pulses for found in played.values()):
        yield f"  {'':{_NAME}}{ruler(column_ms)}"
    for kind, found in played.items():
        feeling = _feeling(kind, found, column_ms, using)
        yield f"  {kind:{_NAME}}{feeling}{_lost(found, letters)}".rstrip()
    if any(_is_shaded(found) for found in played.values()):
        yield f"  {using.strong} strong  {using.weaker} weaker  {using.weak} weak"
    for name, letter in letters.items():
        yield f"  {letter}  {name.sentence}"


def _letters(played: Iterable[Encoded]) -> dict[Downgrade, str]:
    """Return a letter for each thing that was lost in some cue."""
    names = dict.fromkeys(name for found in played for name in found.downgrades)
    return {name: chr(ord("a") + place) for place, name in enumerate(names)}


def _is_shaded(found: Encoded) -> bool:
    return any(level < 1.0 for *_, level in found.lowered.pulses or ())


def _feeling(kind: str, found: Encoded, column_ms: int, using: Shades) -> str:
    lowered = found.lowered
    if lowered.pulses is None:
        return f"{'rings' if lowered.rings else 'vibrates once'}, as it is set on the watch".ljust(
            64
        )
    asked, count = len(CUES[kind][0]), len(lowered.pulses)
    fewer = f" of {asked}" if count < asked else ""
    total_ms = sum(on_ms + off_ms for on_ms, off_ms, _ in lowered.pulses)
    return (
        f"{drawn(lowered.pulses, column_ms, using):<46}{f'{count}{fewer}':<7}{f'{total_ms} ms':<9}"
    )


def _lost(found: Encoded, letters: Mapping[Downgrade, str]) -> str:
    return " ".join(letters[name] for name in found.downgrades)


def _alike_line(block: schema.AlikeBlock) -> str:
    return f"{', '.join(block.cues)}: told apart by {_APART[block.told_apart_by]}. {block.why}"


def _timing_lines(document: schema.WatchDocument) -> Iterator[str]:
    block = document.timing
    if block is None:
        yield "latency unknown"
        return
    if block.lead_ms is not None:
        spread = f", give or take {block.jitter_ms} ms" if block.jitter_ms is not None else ""
        yield f"a cue is sent {block.lead_ms} ms before it is due{spread}"
    if block.idle_penalty_ms is not None and block.idle_after_s is not None:
        yield f"{block.idle_penalty_ms} ms more after no data for {block.idle_after_s:g} s"
    if block.min_spacing_ms is not None:
        yield f"cues are at least {block.min_spacing_ms} ms apart"
    yield evidence(block)


def _text_lines(document: schema.WatchDocument) -> Iterator[str]:
    yield (
        "none"
        if document.text is None
        else (
            f"{document.text.charset}, at most {document.text.max_bytes} bytes "
            f"{evidence(document.text)}"
        )
    )


def _way_lines(file: WatchFile) -> Iterator[str]:
    document, head = file.document, file.document.profile
    yield f"{head.transport}: {ENCODERS[head.encoder].what}"
    yield played_by(head.id, file.profile.transport)
    yield f"limits: {_facts(document.actuator)} {evidence(document.actuator)}"
    if document.link is not None:
        yield f"link: {_facts(document.link)} {evidence(document.link)}"
    for block in document.match:
        yield f"recognised by {_facts(block)} {evidence(block)}"
    if head.instead is not None:
        yield f"if the watch refuses this: {head.instead}"


def _facts(block: Fact) -> str:
    facts = block.model_dump(exclude_defaults=True, exclude_none=True, exclude={"status", "source"})
    return ", ".join(
        f"{key} {plain(value)}"
        for key, value in facts.items()
        if not isinstance(value, dict) and not _has_dicts(value)
    )


def _has_dicts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _offer_lines(provides: schema.WatchProvidesBlock) -> Iterator[str]:
    for kind in schema.WatchProvidesBlock.model_fields:
        offer: schema.WatchOfferBlock | None = getattr(provides, kind)
        if offer is not None:
            silent = ", silent while nothing changes" if offer.on_change_only else ""
            yield f"{kind}: {offer.char} as {offer.form}{silent} {evidence(offer)}"


def _quirk_line(quirk: schema.WatchQuirkBlock) -> str:
    which = f"firmware {quirk.fw}: " if quirk.fw else ""
    return f"{which}{quirk.why} {evidence(quirk)}"


def _tested_lines(document: schema.WatchDocument) -> Iterator[str]:
    for block in document.tested:
        yield f"{block.on}: {block.what}"
    if not document.tested:
        yield "only the bytes below"
