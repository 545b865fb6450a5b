import json
from typing import Any

import pytest

from kickcue.cli import main


def _json(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    assert main(["course", *argv, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_mile_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """``kickcue course mile --lap 400 --json`` has exactly these keys and figures."""
    expected = {
        "event": "mile",
        "distance_m": 1609.344,
        "lap_m": 400.0,
        "first_crossing_m": 9.344,
        "crossings_m": [9.344, 409.344, 809.344, 1209.344, 1609.344],
        "bell_m": 1209.344,
        "kick_m": 400.0,
    }
    assert expected == _json(capsys, "mile", "--lap", "400")


@pytest.mark.parametrize(
    ("argv", "key", "value"),
    [
        (["5000m", "--indoor"], "lap_m", 200.0),
        (["5000m", "--lane", "2"], "lap_m", 407.037),
        (["5000m", "--kick", "600"], "bell_m", 4400.0),
        (["3000sc", "--water-jump", "outside"], "first_crossing_m", 64.151),
        (["half"], "lap_m", None),
        (["half"], "bell_m", 20_097.5),
    ],
)
def test_options_reach_the_course(
    argv: list[str], key: str, value: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each option does what its help says."""
    assert value == _json(capsys, *argv)[key]


def test_note_tells_what_was_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    """A guessed steeplechase lap is said, in the JSON and to people, and nothing is said where
    nothing was guessed.
    """
    assert "assuming" in _json(capsys, "3000sc")["note"]
    assert "note" not in _json(capsys, "3000sc", "--lap", "400")
    assert main(["course", "3000sc"]) == 0
    assert "Note: no lap length given: assuming a water jump inside" in capsys.readouterr().out


def test_mile_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """People see each line, what is run and to go there, and where the bell and the last windows
    are.
    """
    expected = """\
mile: 1609.344 m, laps of 400 m, bell after 1209.344 m

line  metres run  to go
   1       9.344   1600
   2     409.344   1200
   3     809.344    800
   4    1209.344    400  bell: last lap
        1409.344    200  200 to go
        1509.344    100  100 to go
        1559.344     50  50 to go
   5    1609.344      0  finish
"""
    assert main(["course", "mile"]) == 0
    assert expected == capsys.readouterr().out


def test_bell_off_the_line_has_a_row_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A kick that is no lap puts the bell between two lines, unnumbered."""
    assert main(["course", "800m", "--kick", "300"]) == 0
    rows = capsys.readouterr().out.splitlines()[3:]
    assert ["1 400 400", "500 300 bell", "600 200 200 to go"] == [
        " ".join(row.split()) for row in rows[:3]
    ]


def test_unknown_event_is_status_2_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt event ends with status 2 and one line naming the near ones."""
    assert main(["course", "5000n"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, len(captured.err.splitlines())) == ("", 1)
    assert "did you mean 5000m" in captured.err
