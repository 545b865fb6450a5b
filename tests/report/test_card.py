"""The card: its size, its bars, what stands on it and what does not."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageColor, ImageFont

from kickcue.analysis.review.model import Review
from kickcue.core.errors import UsageError
from kickcue.report import card_font
from kickcue.report.card import (
    BAR_COLOUR,
    BRIGHT,
    CHART_BOTTOM,
    CHART_TOP,
    HEIGHT,
    MARGIN,
    WIDTH,
    bar_heights,
    card_picture,
    write_card,
)
from kickcue.report.card_content import CardContent, card_content
from kickcue.report.card_font import Lettering
from kickcue.report.formats import PaceUnit
from tests.report.odd_reviews import KINDS as ODD
from tests.report.reviews import LAPS_S, REPS_S, aborted, heart_rate_only, race, session

FOOT = CHART_BOTTOM - 10
"""Above the rounded corners, below the top of the lowest bar."""


def content(review: Review, *, anonymous: bool = False) -> CardContent:
    return card_content(review, PaceUnit.KILOMETRE, anonymous=anonymous)


def bars(picture: Image.Image) -> list[tuple[str, int]]:
    """Return the bars from left to right, each with its colour and its height in pixels."""
    names: dict[tuple[int, ...], str] = {
        ImageColor.getrgb(name)[:3]: name for name in (BAR_COLOUR, BRIGHT)
    }
    found: list[tuple[str, int]] = []
    inside = False
    for x in range(WIDTH):
        name = names.get(pixel(picture, x, FOOT))
        if name is not None and not inside:
            middle = x + 10
            colour = ImageColor.getrgb(name)[:3]
            top = next(y for y in range(CHART_TOP, FOOT) if pixel(picture, middle, y) == colour)
            found.append((name, CHART_BOTTOM - top))
        inside = name is not None
    return found


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    colour = picture.getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


@pytest.mark.parametrize("make", [race, aborted, session, heart_rate_only])
def test_a_card_is_a_picture_of_its_size(make: Callable[[], Review], tmp_path: Path) -> None:
    """GIVEN any kind of review THEN the card is a PNG of 1080 x 1350 on which something is drawn,
    nothing of it in the margins at the sides.
    """
    path = tmp_path / "card.png"
    assert write_card(make(), path) is None
    with Image.open(path) as picture:
        assert ("PNG", (1080, 1350)) == (picture.format, picture.size)
        assert len(picture.getcolors(1 << 20) or []) > 50
        for left in (0, WIDTH - MARGIN + 8):
            side = picture.crop((left, 0, left + MARGIN - 8, HEIGHT))
            # A background that gets darker from above has one colour in each row.
            rows = [side.crop((0, y, side.width, y + 1)).getcolors() for y in range(HEIGHT)]
            assert all(colours is not None and len(colours) == 1 for colours in rows)


@pytest.mark.parametrize("kind", ODD)
def test_the_odd_has_a_card_too(kind: str) -> None:
    """GIVEN a review that lacks something THEN it has a card, every text of it plain."""
    shown = content(ODD[kind]())
    texts = (shown.title, shown.large, shown.caption, shown.headline, shown.chart_caption)
    figures = (f"{figure.value} {figure.caption}" for figure in shown.figures)
    assert not re.search(r"\b(None|nan|inf)\b", " ".join((*texts, *figures)))
    assert (WIDTH, HEIGHT) == card_picture(shown, Lettering()).size


@pytest.mark.parametrize(
    ("make", "times_s", "length_m"), [(race, LAPS_S[1:], 400.0), (session, REPS_S, 200.0)]
)
def test_the_bars_stand_in_proportion(
    make: Callable[[], Review], times_s: tuple[float, ...], length_m: float
) -> None:
    """GIVEN laps or repetitions THEN each full one has a bar; what one is higher than another is
    what it was faster, to a pixel; the last is bright.
    """
    drawn = bars(card_picture(content(make()), Lettering()))
    assert [BAR_COLOUR] * (len(times_s) - 1) + [BRIGHT] == [name for name, _ in drawn]
    heights = [height for _, height in drawn]
    speeds = [length_m / seconds for seconds in times_s]
    fastest, slowest = speeds.index(max(speeds)), speeds.index(min(speeds))
    scale = (heights[fastest] - heights[slowest]) / (speeds[fastest] - speeds[slowest])
    for height, mps in zip(heights, speeds, strict=True):
        assert height - heights[slowest] == pytest.approx((mps - speeds[slowest]) * scale, abs=2)
    assert heights[fastest] == CHART_BOTTOM - CHART_TOP
    assert min(heights) > 0.2 * heights[fastest]


def test_even_laps_look_even() -> None:
    """GIVEN laps within half a per cent THEN no bar is a tenth lower than another."""
    heights = bar_heights([5.0, 5.025, 5.01], 200.0)
    assert max(heights) == 200.0
    assert min(heights) > 0.9 * 200.0


def test_without_laps_there_is_a_curve() -> None:
    """GIVEN nothing but heart rate THEN it is drawn in the place of the bars, rising as it rose."""
    shown = content(heart_rate_only())
    assert not shown.bars
    assert shown.chart_caption == "heart rate over the time"
    picture = card_picture(shown, Lettering())
    colour = ImageColor.getrgb(BAR_COLOUR)[:3]

    def top(x: int) -> int:
        return next(y for y in range(CHART_TOP - 5, FOOT) if pixel(picture, x, y) == colour)

    assert top(MARGIN + 2) > top(MARGIN + 60) > top(WIDTH - MARGIN - 40)


def test_what_stands_on_it() -> None:
    """The time large, the event, the date, the kick, the headline."""
    shown = content(race())
    assert ("5000 m", "2026-06-14", "15:45.8", "") == (
        shown.title,
        shown.date,
        shown.large,
        shown.caption,
    )
    assert race().headline == shown.headline
    kick, *_ = shown.figures
    assert ("10.7 %", "faster last lap", True) == (kick.value, kick.caption, kick.bright)


def test_a_session_and_a_race_that_was_given_up() -> None:
    """The mean of the repetitions stands large; who gave up is not said to have finished."""
    shown = content(session())
    assert ("31.0 s", "mean of 8 repetitions") == (shown.large, shown.caption)
    assert ("3.9 %", "faster in the last one") == (
        shown.figures[0].value,
        shown.figures[0].caption,
    )
    assert ("7:20.0", "not finished") == (content(aborted()).large, content(aborted()).caption)


def test_an_anonymous_card_has_no_date() -> None:
    """GIVEN --anonymous THEN the date is not there, and the place where it stood is empty."""
    place = (MARGIN, 150, WIDTH, 200)
    dated = card_picture(content(race()), Lettering()).crop(place)
    bare = card_picture(content(race(), anonymous=True), Lettering()).crop(place)
    assert content(race(), anonymous=True).date == ""
    assert len(dated.getcolors() or []) > len(bare.getcolors() or [])
    assert bare.height >= len(bare.getcolors() or [])


def test_a_hundred_laps_are_a_curve() -> None:
    """GIVEN more laps than there is room for THEN the speed is drawn in their place."""
    whole = race()
    many = content(replace(whole, laps=whole.laps[1:] * 9))
    assert not many.bars
    assert many.chart_caption == "speed over the time"


# ---- letters


def test_plain_letters_need_no_font_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a card of plain letters THEN no font but Pillow's own is asked for."""
    asked: list[str | None] = []
    real = card_font._font

    def font(name: str | None, size: float) -> ImageFont.FreeTypeFont:
        asked.append(name)
        return real(name, size)

    monkeypatch.setattr(card_font, "_font", font)
    card_picture(content(race()), Lettering())
    assert {None} == set(asked)


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a system without any font."""
    monkeypatch.setattr(card_font, "_SYSTEM_FONTS", ())


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize(
    ("text", "expected", "lost"),
    [
        ("Night of 10,000s: 27:00.5 ± 1 m", "Night of 10,000s: 27:00.5 ± 1 m", ""),
        ("Göteborg, Málaga", "Goteborg, Malaga", ""),
        ("夜のラン 5000 m", "5000 m", "夜のラン"),
        ("Москва", "", "Москва"),
        ("up\x1b[31m", "up\\x1b[31m", ""),
    ],
)
def test_letters_that_no_font_has(text: str, expected: str, lost: str) -> None:
    """GIVEN a system without fonts THEN accents are left out, and letters that cannot be drawn are
    named, never drawn as boxes.
    """
    lettering = Lettering()
    written, _ = lettering.fitted(text, 40, 900)
    assert (expected, set(lost)) == (written, lettering.lost)


@pytest.mark.usefixtures("no_fonts")
def test_who_wrote_the_card_is_told(tmp_path: Path) -> None:
    """GIVEN a title of such letters WHEN written THEN a sentence names them."""
    left_out = write_card(replace(race(), title="夜 5000"), tmp_path / "card.png")
    assert left_out is not None
    assert left_out.endswith("goes without: 夜")


def test_a_long_text_is_smaller_not_cut() -> None:
    """GIVEN a title wider than the card THEN its letters are as small as they must be."""
    text, font = Lettering().fitted("A very long name of a race " * 4, 54, 912)
    assert font.getlength(text) <= 912
    assert font.getlength(text) > 850


def test_without_pillow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """GIVEN no Pillow THEN the error says how to get it, and nothing is written."""
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UsageError, match=r"Pillow library: .*\.\[card\]"):
        write_card(race(), tmp_path / "card.png")
    assert not list(tmp_path.iterdir())
