"""The report in a terminal: what stands there, that it fits, what stands out."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from rich.console import Console

from kickcue.analysis.review.model import Review
from kickcue.cli.tui.terminal import showable
from kickcue.report.formats import PaceUnit
from kickcue.report.short import last_against_rest, short_sentences, short_times
from kickcue.report.text import TextReport
from kickcue.report.text_plots import ROWS, Axis, braille_rows, in_ascii, value_range
from tests.report.odd_reviews import KINDS as ODD
from tests.report.reviews import LAPS_S, REPS_S, aborted, heart_rate_only, pacing, race, session

KINDS = [race, aborted, session, heart_rate_only]
YELLOW = "\x1b[1;93m"


def drawn(
    review: Review,
    width: int = 80,
    *,
    unit: PaceUnit = PaceUnit.KILOMETRE,
    colour: bool = False,
    encoding: str = "utf-8",
) -> list[str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
    )
    console.print(showable(TextReport(review, unit), console))
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode(encoding).splitlines()


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("width", [34, 60, 80, 200])
def test_it_fits(make: Callable[[], Review], width: int) -> None:
    """GIVEN any kind of review WHEN drawn as wide as a phone or a desktop THEN no line is wider,
    and the headline stands in the first lines.
    """
    review = make()
    lines = drawn(review, width)
    assert max(map(len, lines)) <= min(width, 100)
    assert review.headline in " ".join(" ".join(lines[:6]).split())


@pytest.mark.parametrize("kind", ODD)
def test_the_odd_fits_too(kind: str) -> None:
    """GIVEN a review that lacks something THEN it is drawn, in so many columns and in
    few lines, and nothing of it is "None" or "nan".
    """
    review = ODD[kind]()
    lines = drawn(review, 60)
    assert max(map(len, lines)) <= 60
    said = " ".join(["\n".join(lines), *short_sentences(review)])
    assert not re.search(r"\b(None|nan|inf)\b", said)
    assert review.headline.rstrip(".") in said


@pytest.mark.parametrize("make", KINDS)
def test_a_terminal_of_ascii(make: Callable[[], Review]) -> None:
    """GIVEN a terminal that shows ASCII alone THEN nothing else is written, no letter is lost, and
    the curves are still there.
    """
    lines = drawn(make(), encoding="ascii")
    text = "\n".join(lines)
    assert "?" not in text
    assert "⠀" not in text
    assert re.search(r"^ +\d\S*\|[.:' ]*[.:'][.:' ]*$", text, re.MULTILINE)


def test_no_letter_that_nobody_sees() -> None:
    """A blank of braille would be written as an escape: none is there."""
    assert "⠀" not in "\n".join(drawn(race()))


def test_a_race() -> None:
    """Every lap stands there with its time, the total, pace, cadence, heart rate and by what it was
    timed; then pacing, three curves, the cue, and the sensors.
    """
    lines = drawn(race())
    text = "\n".join(lines)
    assert re.search(
        r"^  first 200 m +200 m +37\.2 +0:37\.2 +3:06 +182 +1\.78 +176 +lap button *$",
        text,
        re.MULTILINE,
    )
    assert re.search(r"^  lap 5 +1800 m +76\.8 .* estimate *$", text, re.MULTILINE)
    times = re.findall(r"^  (?:first 200 m|lap \d+) +\d+ m +(\d+\.\d)", text, re.MULTILINE)
    assert [f"{seconds:.1f}" for seconds in LAPS_S] == times
    for expected in (
        "Your last lap took 68.9 s",
        "Pace, min/km",
        "Heart rate, beats/min",
        "Cadence, steps/min",
        '"Last lap: turnover up, stay relaxed". Felt',
        "pod (stryd): fresh values 97 %",
        "The first 3 s are without the pod.",
    ):
        assert expected in " ".join(text.split())


def test_miles() -> None:
    """GIVEN miles THEN paces are for miles, in the table, the figures and the curve."""
    text = "\n".join(drawn(race(), unit=PaceUnit.MILE))
    assert "min/km" not in text
    assert "Pace, min/mi" in text
    assert re.search(r"lap 2 .* 5:06 ", text)


def test_the_last_lap_stands_out() -> None:
    """GIVEN colours THEN the last lap's line is bright and bold, the others are not."""
    lines = drawn(race(), colour=True)
    bright = [line for line in lines if YELLOW in line and "lap button" in line]
    assert 1 == len(bright)
    assert "lap 13" in bright[0]


def test_what_is_not_known_has_no_column() -> None:
    """GIVEN no cadence and no heart rate THEN the table has no column and there is no curve."""
    whole = race()
    blank = replace(whole.body, cadence_spm=None, step_m=None, heart_rate_bpm=None)
    unknown = (None,) * len(whole.series.race_s)
    bare = replace(
        whole,
        body=blank,
        laps=tuple(replace(lap, body=blank) for lap in whole.laps),
        series=replace(whole.series, cadence_spm=unknown, heart_rate_bpm=unknown),
    )
    text = "\n".join(drawn(bare))
    for absent in ("spm", "bpm", "step m", "Heart rate", "Cadence"):
        assert absent not in text
    assert "Pace, min/km" in text


def test_a_narrow_terminal_keeps_the_times() -> None:
    """GIVEN 34 columns THEN each lap still has its name and its time."""
    text = "\n".join(drawn(race(), 34))
    assert re.search(r"^  lap 13 +68\.9$", text, re.MULTILINE)


def test_a_session() -> None:
    """Each repetition has its time and rest; the curve is over the time."""
    text = "\n".join(drawn(session()))
    times = re.findall(r"^ +\d +200 m +(\d+\.\d) ", text, re.MULTILINE)
    assert [f"{seconds:.1f}" for seconds in REPS_S] == times
    assert re.search(r"^ +0:00 +.*10:00", text, re.MULTILINE)


def test_a_race_that_was_given_up() -> None:
    """It says so, and does not speak of a last lap."""
    text = "\n".join(drawn(aborted()))
    assert "5000 m, given up after 7:20" in text
    assert "Your last lap" not in text


def test_problems_are_said() -> None:
    """What is wrong with the recording stands at the end."""
    lines = drawn(replace(race(), problems=("the last 3 records are damaged",)))
    assert "Problem: The last 3 records are damaged." in lines[-1]


# ---- curves


def dots(rows: list[str], column: int) -> list[int]:
    """Return in which rows of dots, from below, a column of characters has any."""
    found = []
    for row, line in enumerate(rows):
        pattern = ord(line[column]) - 0x2800
        for down, mask in enumerate((0x09, 0x12, 0x24, 0xC0)):
            if pattern & mask:
                found.append((ROWS - row) * 4 - 1 - down)
    return found


def test_a_step_is_a_step() -> None:
    """GIVEN a low value and then a high one WHEN drawn THEN the dots are at the foot and then at
    the top, and nowhere else.
    """
    points = [(float(at), 1.0 if at < 50 else 2.0) for at in range(100)]
    rows = braille_rows(points, Axis(0.0, 99.0), (1.0, 2.0), 20)
    assert [20] * ROWS == [len(row) for row in rows]
    assert [0] == dots(rows, 3)
    assert [ROWS * 4 - 1] == dots(rows, 15)


@given(st.lists(st.floats(100, 200), min_size=2, max_size=60))
def test_higher_is_drawn_higher(values: list[float]) -> None:
    """GIVEN any values, one a character WHEN drawn THEN each lies where it belongs, to a dot."""
    points = [(at + 0.5, value) for at, value in enumerate(values)]
    low, high = value_range(values)
    rows = braille_rows(points, Axis(0.0, float(len(values))), (low, high), len(values))
    for column, value in enumerate(values):
        share = min(max((value - low) / (high - low), 0.0), 1.0)
        expected = share * (ROWS * 4 - 1)
        assert min(abs(dot - expected) for dot in dots(rows, column)) <= 1.0


def test_a_gap_is_a_gap() -> None:
    """GIVEN values that are unknown for a while THEN no line bridges that."""
    points = [(float(at), None if 40 <= at < 60 else 1.5) for at in range(100)]
    rows = braille_rows(points, Axis(0.0, 99.0), (1.0, 2.0), 50)
    known = [bool(dots(rows, column)) for column in range(50)]
    assert [True] * 20 == known[:20]
    assert [False] * 8 == known[21:29]
    assert [True] * 20 == known[30:]


def test_a_start_does_not_flatten_the_rest() -> None:
    """GIVEN one value in a hundred far away THEN the range is that of the others."""
    low, high = value_range([0.5, *(5.0 + 0.01 * n for n in range(99))])
    assert low >= 5.0
    assert high <= 5.98


def test_what_is_even_looks_even() -> None:
    """GIVEN values that hardly differ THEN they lie in the middle, not from edge to edge."""
    low, high = value_range([5.0, 5.001] * 50)
    assert low < 4.97
    assert high > 5.03


def test_braille_in_ascii() -> None:
    """Upper dots, lower dots, both and none are four letters."""
    assert "' .:" == in_ascii("⠉⠀⣀⣿")


# ---- in a few lines


def test_a_race_in_a_few_lines() -> None:
    """Headline, all laps in a line, the last lap, the verdict, and the cue with what followed."""
    headline, times, last, _verdict, told = short_sentences(race())
    assert race().headline in headline
    assert times.startswith("Laps: 37.2 (200 m), 76.1, 77.0, ")
    assert times.endswith(", 68.9")
    assert last.startswith("Your last lap took 68.9 s")
    assert told.startswith('Cue "Last lap: turnover up, stay relaxed" at 14:36.6, 402 ± 3 m to go')
    assert "Felt on the watch" in told


def test_a_session_in_a_few_lines() -> None:
    """Its repetitions stand in place of laps, and the last against the others."""
    _headline, times, *others = short_sentences(session())
    assert times == f"Repetitions: {', '.join(f'{seconds:.1f}' for seconds in REPS_S)}"
    assert "3.9 % faster than the mean of the others" in " ".join(others)


def test_many_laps_in_two_lines() -> None:
    """GIVEN a hundred laps THEN the latest are shown, and that there were more."""
    review = race()
    many = replace(review, laps=review.laps[1:] * 9)
    times = short_times(many)
    assert "..." == times[0]
    assert "68.9" == times[-1]
    assert 26 == len(times)


def test_the_last_lap_in_one_line() -> None:
    """Quicker or slower than before it; nothing where that is unknown."""
    assert "last lap 68.9: 10.7 % faster" == last_against_rest(race())
    slower = replace(race(), pacing=pacing(kick_percent=-3.1))
    assert "last lap 68.9: 3.0 % slower" == last_against_rest(slower)
    assert last_against_rest(aborted()) is None
