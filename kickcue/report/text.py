"""A review in a terminal: headline, figures, laps, pacing, curves in braille, cues, health."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from kickcue.analysis.review.model import CueReview, Review, ReviewKind
from kickcue.core.length_format import metres
from kickcue.core.printable import printable
from kickcue.report.cue_words import given, what_followed
from kickcue.report.formats import UNKNOWN, PaceUnit, clock, pace, whole
from kickcue.report.health_words import anybody_answered, health_sentences
from kickcue.report.pacing_words import pacing_sentences
from kickcue.report.repeat_words import repeat_sentences
from kickcue.report.text_curves import curves
from kickcue.report.text_tables import EMPHASIS, lap_table, repeat_table

WIDEST_COLUMNS: Final = 100
"""A curve or a sentence wider than this is no better."""
_MARGIN: Final = 2


@dataclass(frozen=True, slots=True)
class TextReport:
    """Draws the whole report as wide as the terminal is, up to ``WIDEST_COLUMNS``.

    Where the terminal shows no more than ASCII, the curves are drawn of that.
    """

    review: Review
    unit: PaceUnit = PaceUnit.KILOMETRE

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        options = options.update(width=min(options.max_width, WIDEST_COLUMNS))
        for number, part in enumerate(self._parts()):
            if number:
                yield Text()
            for drawn in part:
                yield from console.render(drawn, options)

    def _parts(self) -> Iterator[Sequence[RenderableType]]:
        review = self.review
        yield list(_head(review, self.unit))
        if review.laps:
            yield [lap_table(review, self.unit)]
        if review.repeats is not None and review.repeats.each:
            yield [repeat_table(review.repeats.each, self.unit)]
        said = [*pacing_sentences(review), *repeat_sentences(review)]
        if said:
            yield [_sentence(text) for text in said]
        yield from ([plot] for plot in curves(review, self.unit))
        if review.cues:
            answered = anybody_answered(review)
            told = (_cue(cue, answered=answered) for cue in review.cues)
            yield [Text("Cues", style="bold"), *told]
        yield from _health(review)


def _head(review: Review, unit: PaceUnit) -> Iterator[RenderableType]:
    date = "" if review.utc is None else f"  {review.utc[:16].replace('T', ' ')} UTC"
    yield Text(printable(review.title), style="bold").append(date, "not bold dim")
    yield Text(printable(review.headline), style=EMPHASIS)
    yield _Indented(Text(", ".join(_figures(review, unit))))


def _figures(review: Review, unit: PaceUnit) -> Iterator[str]:
    yield clock(review.seconds)
    if review.distance_m is not None:
        yield metres(round(review.distance_m))
        mean = pace(review.distance_m / review.seconds, unit) if review.seconds > 0 else UNKNOWN
        if mean != UNKNOWN and review.kind is not ReviewKind.SESSION:
            yield f"{mean} min/{unit}"
    body, on_the_way = review.body, review.kind is not ReviewKind.SESSION
    if body.cadence_spm is not None and on_the_way:  # a mean over repetitions and rests is none
        yield f"{whole(body.cadence_spm)} steps/min"
    if body.step_m is not None and on_the_way:
        yield f"{body.step_m:.2f} m a step"
    if body.heart_rate_bpm is not None:
        most = body.most_heart_rate_bpm
        up_to = "" if most is None else f" (highest {whole(most)})"
        yield f"heart rate {whole(body.heart_rate_bpm)}{up_to}"


def _sentence(text: str) -> RenderableType:
    return _Indented(Text(text))


@dataclass(frozen=True, slots=True)
class _Indented:
    """A text a little to the right, and without blanks at the end of its lines."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.update(width=max(options.max_width - _MARGIN, 1))
        for line in console.render_lines(self.text, room, pad=False):
            yield Segment(" " * _MARGIN)
            yield from line
            yield Segment.line()


def _cue(cue: CueReview, *, answered: bool) -> RenderableType:
    head = Text(f"{given(cue)}: ").append(f'"{printable(cue.text)}"', "bold")
    after = printable(what_followed(cue, answered=answered))
    return _Indented(head.append(f". {after}".rstrip(), "not bold"))


def _health(review: Review) -> Iterator[Sequence[RenderableType]]:
    lines = [*health_sentences(review), *map(_as_sentence, review.notes)]
    if lines:
        dim = (_Indented(Text(printable(line), style="dim")) for line in lines)
        yield [Text("Sensors and delivery", style="bold"), *dim]
    if review.problems:
        yield [
            _Indented(Text(f"Problem: {printable(_as_sentence(problem))}", style="bold yellow"))
            for problem in review.problems
        ]


def _as_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
