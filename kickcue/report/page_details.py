"""What is folded away: how well the place was known, sensors, delivery, notices."""

from collections.abc import Iterator

from kickcue.analysis.review.model import DeliveryReview, PositionReview, Review, SensorReview, Span
from kickcue.report.cue_words import felt
from kickcue.report.formats import UNKNOWN, clock
from kickcue.report.health_words import health_sentences
from kickcue.report.markup import Markup, join, tag
from kickcue.report.page_end import cue_table
from kickcue.report.page_parts import column, facts, listed, number, signed, table
from kickcue.report.words import TIMED_BY


def page_details(review: Review) -> Markup:
    """Return the folded parts that have anything in them."""
    parts = [_folded(name, inside) for name, inside in _parts(review) if inside]
    return tag("div", *parts, class_="details")


def page_problems(review: Review) -> Markup | None:
    """Return what is wrong with the recording; that is not folded away."""
    if not review.problems:
        return None
    return tag("div", listed(review.problems), class_="problems", role="note")


def _parts(review: Review) -> Iterator[tuple[str, Markup | None]]:
    health = list(health_sentences(review))
    yield "In short", listed(health) if health else None
    yield "How well the place was known", _position(review)
    yield "Cues and their delivery", _cues(review)
    yield "Sensors", _sensors(review.sensors)
    yield "Pauses and gaps", _pauses(review)
    yield "Notices", _notices(review)
    yield "About this recording", _about(review)


def _folded(name: str, inside: Markup) -> Markup:
    return tag("details", tag("summary", tag("h2", name)), inside)


def _position(review: Review) -> Markup | None:
    if review.position is None:
        return None
    head = (
        column("At"),
        column("By", class_="words"),
        column("Line", "m"),
        column("Error", "m"),
        column("± before it", "m"),
    )
    rows = [
        tag(
            "tr",
            tag("th", clock(mark.race_s), scope="row"),
            tag("td", TIMED_BY[mark.by], class_="words"),
            tag("td", number(mark.line_m)),
            tag("td", signed(mark.error_m)),
            tag("td", number(mark.half_width_m, 1)),
        )
        for mark in review.marks
    ]
    marks = table("Marks, one in a row", head, rows, class_="plain") if rows else None
    return join((facts(_position_facts(review.position), "facts"), marks))


def _position_facts(position: PositionReview) -> Iterator[tuple[str, str]]:
    yield "Marks at a line", str(position.marks)
    yield "Within the ± before them", f"{position.inside} of {position.marks}"
    yield "Median error", _with_unit(position.median_error_m, 1, "m")
    yield "Worst error", _with_unit(position.worst_error_m, 1, "m")
    yield "True metres per metre of the pod", number(position.pod_scale, 3)


def _with_unit(value: float | None, digits: int, unit: str) -> str:
    return UNKNOWN if value is None else f"{number(value, digits)} {unit}"


def _cues(review: Review) -> Markup | None:
    if not review.cues:
        return None
    delivery = None if review.delivery is None else _delivery(review.delivery)
    unfelt = [cue for cue in review.cues if cue.felt is False]
    why = listed(f"{clock(cue.race_s)}: {felt(cue)}" for cue in unfelt) if unfelt else None
    return join((delivery, cue_table(review.cues), why))


def _delivery(delivery: DeliveryReview) -> Markup:
    pairs = [
        ("Given", delivery.given),
        ("Felt", delivery.felt),
        ("Dropped by the watch", delivery.dropped),
        ("Without an answer", delivery.unanswered),
        ("Median latency", _with_unit(delivery.median_latency_ms, 0, "ms")),
        ("Worst latency", _with_unit(delivery.worst_latency_ms, 0, "ms")),
    ]
    return facts(pairs, "facts")


def _sensors(sensors: tuple[SensorReview, ...]) -> Markup | None:
    if not sensors:
        return None
    head = (
        column("Sensor"),
        column("Profile", class_="words"),
        column("Messages"),
        column("Rate", "Hz"),
        column("Covered", "%"),
        column("Longest silence", "s"),
        column("At"),
        column("Broken"),
        column("Lost links"),
    )
    return table("Sensors, one in a row", head, map(_sensor, sensors), class_="plain")


def _sensor(sensor: SensorReview) -> Markup:
    at_s = sensor.longest_silence_race_s
    return tag(
        "tr",
        tag("th", sensor.name, scope="row"),
        tag("td", sensor.profile or UNKNOWN, class_="words"),
        tag("td", sensor.notifications),
        tag("td", number(sensor.rate_hz, 1)),
        tag("td", number(100.0 * sensor.covered, 1)),
        tag("td", number(sensor.longest_silence_s, 1)),
        tag("td", UNKNOWN if at_s is None else clock(at_s, 0)),
        tag("td", sensor.broken),
        tag("td", sensor.lost_links),
    )


def _pauses(review: Review) -> Markup | None:
    said = [_gap(gap) for gap in review.gaps]
    if review.pauses:
        at = ", ".join(clock(pause.from_race_s, 0) for pause in review.pauses)
        said.append(f"Stopped for {clock(review.stopped_s, 0)} in all, at {at}.")
    return listed(said) if said else None


def _gap(gap: Span) -> str:
    lasted_s = gap.to_race_s - gap.from_race_s
    return (
        f"Nothing was heard from {clock(gap.from_race_s, 0)} to {clock(gap.to_race_s, 0)}, "
        f"for {clock(lasted_s, 0)}."
    )


def _notices(review: Review) -> Markup | None:
    if not review.told:
        return None
    head = (column("At"), column("Notice", class_="words"))
    rows = (
        tag(
            "tr",
            tag("th", clock(notice.race_s), scope="row"),
            tag("td", notice.text, class_="words"),
            class_="warning" if notice.level == "warning" else None,
        )
        for notice in review.told
    )
    return table("Notices, one in a row", head, rows, class_="plain")


def _about(review: Review) -> Markup:
    pairs = [("File", review.file), ("Made by", review.made_by or UNKNOWN)]
    return join((facts(pairs, "facts"), listed(review.notes) if review.notes else None))
