"""``kickcue profiles show`` for a sensor: how it is known and read, and on whose word."""

from collections.abc import Iterator

from kickcue.cli.format.profile_page import evidence, plain, section
from kickcue.config import profile_schema as schema
from kickcue.config.profile_checks import VectorResult, run_vectors
from kickcue.config.profile_files import SensorFile
from kickcue.config.profile_schema import Vector


def sensor_page(file: SensorFile) -> Iterator[str]:
    """Yield the lines of the page."""
    document, head = file.document, file.document.profile
    yield f"{head.id}: {head.vendor}, {head.name} ({head.status})"
    yield f"{file.path}, SHA-256 {file.digest[:16]}"
    yield from section(
        "Recognised by",
        map(_match_line, document.match)
        if document.match
        else iter(["nothing: used if no other profile matches"]),
    )
    yield from section("Reads", _offer_lines(document.provides))
    yield from section("Link", _link_lines(file))
    yield from section(
        "Rules", (f"{quirk.effect}: {quirk.why} {evidence(quirk)}" for quirk in document.quirk)
    )
    yield from section("Self-tests", map(vector_line, run_vectors(file)))
    yield from section("Sources", iter(head.sources))
    yield from section("Doubts", iter(head.doubts))


def _match_line(block: schema.MatchBlock) -> str:
    keys = block.model_dump(exclude_none=True, exclude={"status", "source"})
    return (
        f"{' and '.join(f'{key} {plain(value)}' for key, value in keys.items())} {evidence(block)}"
    )


def _offer_lines(provides: schema.ProvidesBlock) -> Iterator[str]:
    for kind in schema.ProvidesBlock.model_fields:
        offer: schema.Fact | None = getattr(provides, kind)
        if offer is not None:
            facts = offer.model_dump(exclude_none=True, exclude={"status", "source"})
            yield (
                f"{kind}: {', '.join(f'{key} {plain(value)}' for key, value in facts.items())} "
                f"{evidence(offer)}"
            )


def _link_lines(file: SensorFile) -> Iterator[str]:
    link = file.document.link
    if link is None or link.silence_ok_s is None:
        yield f"silence_ok_s {file.profile.silence_ok_s:g} (default)"
    if link is not None:
        facts = link.model_dump(exclude_defaults=True, exclude={"status", "source"})
        yield (
            f"{', '.join(f'{key} {plain(value)}' for key, value in facts.items())} {evidence(link)}"
        )


def vector_line(result: VectorResult[Vector]) -> str:
    """Return a self-test and how it went, as a line."""
    vector = result.vector
    outcome = "as expected" if result.failure is None else f"FAILS: {result.failure}"
    return f"{vector.char} {vector.hex} {outcome} ({vector.kind}: {vector.source})"
