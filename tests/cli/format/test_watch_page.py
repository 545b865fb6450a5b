import json
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.cli import main
from kickcue.cli.format.timeline import BLOCKS, PLAIN, WIDTH, drawn, ruler, scale_ms, shades
from kickcue.cli.format.watch_page import COLUMNS, watch_page
from kickcue.config.watch_files import WATCHES
from kickcue.core.watch.indistinguishable_cues import CUES

DOCS = Path(__file__).resolve().parents[3] / "docs" / "watch-profiles.md"
WATCH_IDS = sorted(path.parent.name for path in WATCHES.shipped_folder.glob("*/profile.toml"))
TERMUX = (WATCHES.shipped_folder / "termux" / "profile.toml").read_text()
PULSES = st.lists(
    st.tuples(st.integers(1, 1000), st.integers(1, 400), st.floats(0.1, 1)), min_size=1, max_size=7
).map(tuple)


@pytest.fixture(autouse=True)
def no_own_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the profiles of whoever runs the tests out of them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def _mine(folder: Path, *changes: tuple[str, str]) -> str:
    """Write a watch like Termux's phone under an id of its own."""
    text = TERMUX.replace('id = "termux"', 'id = "mine"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine" / "profile.toml"
    path.parent.mkdir()
    path.write_text(text)
    return str(path)


def _rows(out: str) -> dict[str, str]:
    """Return the lines of the drawing by the cue they are of."""
    feel = out.split("\n\n")[1].splitlines()
    return {line.split()[0]: line for line in feel if line.split()[0] in CUES}


# ---- the timeline


def test_a_column_is_so_many_milliseconds() -> None:
    """GIVEN 50 ms a column THEN 200 ms are four, the gap is drawn,
    and the strength is the shade.
    """
    assert "####..##" == drawn(((200, 100, 1.0), (100, 0, 1.0)), 50, PLAIN)
    assert "█·▓·▒" == drawn(((50, 50, 1.0), (50, 50, 0.6), (50, 0, 0.3)), 50, BLOCKS)


@given(PULSES, st.sampled_from([10, 50, 500]))
def test_every_pulse_is_seen(pulses: tuple[tuple[int, int, float], ...], column_ms: int) -> None:
    """However short the pulses and the gaps are, as many are drawn as there are."""
    assert len(pulses) == len(re.findall(r"[#=-]+", drawn(pulses, column_ms, PLAIN)))


@given(st.lists(PULSES, min_size=1, max_size=4))
def test_the_longest_fits(patterns: list[tuple[tuple[int, int, float], ...]]) -> None:
    """The scale is the finest that the longest pattern fits with."""
    assert max(len(drawn(each, scale_ms(patterns), PLAIN)) for each in patterns) <= WIDTH


def test_labels_of_the_ruler_stand_where_their_times_are() -> None:
    """A label begins at the column of its time."""
    assert {0: "0", 10: "500", 20: "1000"} == {at: ruler(50)[at:].split()[0] for at in (0, 10, 20)}


def test_plain_ascii_unless_a_terminal_can_show_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks on a terminal of UTF-8; ASCII in a pipe, with NO_COLOR, and on a terminal that knows
    no better.
    """
    assert PLAIN is shades()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for name, value, expected in (
        ("TERM", "xterm", BLOCKS),
        ("NO_COLOR", "1", PLAIN),
        ("NO_COLOR", "", BLOCKS),
        ("TERM", "dumb", PLAIN),
    ):
        monkeypatch.setenv(name, value)
        assert expected is shades(), name


# ---- the page


@pytest.mark.parametrize("id_", WATCH_IDS)
def test_every_watch_can_be_shown_and_keeps_its_word(
    id_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No page breaks, each draws every cue in plain ASCII within 80 columns, nothing in it fails,
    and ``check`` agrees.
    """
    assert main(["profiles", "show", id_]) == 0
    out = capsys.readouterr().out
    assert list(CUES) == list(_rows(out))
    assert "FAILS" not in out
    drawing = out.split("\n\n")[1]
    assert drawing.isascii()
    assert [] == [
        line
        for line in out.splitlines()
        if len(line) > COLUMNS and not line.endswith("/profile.toml")
    ]
    assert main(["profiles", "check", str(WATCHES.shipped_folder / id_ / "profile.toml")]) == 0


def test_show_draws_what_is_felt_and_names_what_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a phone without strengths WHEN shown THEN weak pulses are shorter, wide gaps are wide,
    and a letter leads to the reason.
    """
    assert main(["profiles", "show", "termux"]) == 0
    out = capsys.readouterr().out
    rows = _rows(out)
    assert (
        "  turnover  ###.....###                                   2      550 ms   c"
        == rows["turnover"]
    )
    assert (
        "  ready     ##                                            1      100 ms   a b"
        == rows["ready"]
    )
    assert "  c  gaps too short to feel are widened" in out
    assert "  a cue is sent 100 ms before it is due, give or take 50 ms" in out


def test_show_says_what_a_watch_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a watch that only an app can play THEN its second line says so, and that nothing was
    tried.
    """
    assert main(["profiles", "show", "garmin"]) == 0
    out = capsys.readouterr().out
    assert "companion-only: needs an app that kickcue does not include" == out.splitlines()[1]
    assert "\nTried\n  only the bytes below\n" in out


def test_show_with_an_unknown_feeling(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a watch whose own setting decides THEN nothing is drawn that nobody knows."""
    assert main(["profiles", "show", "gadgetbridge"]) == 0
    rows = _rows(capsys.readouterr().out)
    assert "  last_lap  rings, as it is set on the watch" == rows["last_lap"].rstrip(" a")
    assert rows["turnover"].startswith("  turnover  vibrates once, as it is set on the watch")


def test_the_drawing_in_the_documentation_is_the_command_s() -> None:
    """What ``docs/watch-profiles.md`` shows is what is drawn."""
    page = "\n".join(watch_page(WATCHES.file("infinitime"), PLAIN))
    assert page.split("\n\n")[1] in DOCS.read_text()


def test_show_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` prints the file's content with, for each cue,
    the pulses as played and the steps.
    """
    assert main(["profiles", "show", "mi-band-2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert ("mi-band-2", list(CUES)) == (
        found["profile"]["id"],
        [cue["cue"] for cue in found["cues"]],
    )
    (bell,) = [cue for cue in found["cues"] if cue["cue"] == "last_lap"]
    assert (["ff0b01960003"], ["equalised"], 3) == (
        bell["steps"],
        bell["downgrades"],
        len(bell["pulses"]),
    )


def test_show_of_an_id_that_is_nearly_a_watchs(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped watch is told of the watches, a mistyped sensor of the sensors."""
    assert [2, 2] == [main(["profiles", "show", id_]) for id_ in ("infinitme", "strid")]
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("kickcue: expected a watch, got 'infinitme': did you mean infinitime?")
    assert second.startswith("kickcue: expected a sensor profile, got 'strid': did you mean stryd?")


def test_check_of_a_new_watch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a good file of one's own THEN check says so, and leaves with 0."""
    path = _mine(tmp_path)
    assert main(["profiles", "check", path]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{path}: a valid profile, mine\n")
    assert out.endswith("1 self-tests, 0 failed; 0 problems with cues and matching\n")


def test_check_of_a_watch_that_does_not_keep_its_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a vector that does not hold and cues that collapse THEN check tells both, and leaves
    with 1.
    """
    path = _mine(tmp_path, ("max_on_ms = 5000", "max_on_ms = 100"))
    assert main(["profiles", "check", path, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (False, 1) == (
        found["ok"],
        sum(vector["failure"] is not None for vector in found["vectors"]),
    )
    assert [
        (
            "ready, relax and split feel the same on this watch: expected an [[alike]] block that "
            "says how to tell them apart"
        ),
        (
            "even and turnover feel the same on this watch: expected an [[alike]] block that says "
            "how to tell them apart"
        ),
        (
            "hold and last_lap feel the same on this watch: expected an [[alike]] block that says "
            "how to tell them apart"
        ),
    ] == found["problems"]
    assert main(["profiles", "check", path]) == 1
    assert "turnover: FAILS: expected" in capsys.readouterr().out


def test_check_of_what_is_no_watch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file that is no valid profile THEN one line tells why, and check leaves with 2."""
    path = _mine(tmp_path, ("max_pulses = 4", "max_pulse = 4"))
    assert main(["profiles", "check", path]) == 2
    err = capsys.readouterr().err
    mistake = "actuator.max_pulse: unknown key, did you mean 'max_pulses'?"
    assert re.match(rf"kickcue: {path}, line \d+: {re.escape(mistake)}", err)
    assert 1 == err.count("\n")
