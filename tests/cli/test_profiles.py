import json
import re
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.config.profile_files import SENSORS
from kickcue.config.watch_files import WATCHES

STRYD = (SENSORS.shipped_folder / "stryd.toml").read_text()
IDS = sorted(path.stem for path in SENSORS.shipped_folder.glob("*.toml"))
WATCH_IDS = sorted(path.parent.name for path in WATCHES.shipped_folder.glob("*/profile.toml"))


@pytest.fixture(autouse=True)
def no_own_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the profiles of whoever runs the tests out of them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def _mine(folder: Path, *changes: tuple[str, str]) -> str:
    """Write a profile like Stryd's under an id and a name of its own."""
    text = STRYD
    for old, new in (
        ('id = "stryd"', 'id = "mine"'),
        ('name = "stryd*"', 'name = "mine*"'),
        ('"Stryd"\nser', '"Mine"\nser'),
        *changes,
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine.toml"
    path.write_text(text.replace('name = "Stryd5"', 'name = "Mine 5"'))
    return str(path)


def test_list_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe the list is plain text: a line per profile in the order of the ids, with what it is
    known by.
    """
    assert main(["profiles", "list"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    lines = out.split("\n\n")[0].splitlines()
    assert ["Sensors", "id", *IDS] == [line.split()[0] for line in lines]
    assert (
        "wahoo-tickr-x       hr, rsc         step     source    synthetic  Wahoo TICKR X strap"
        in lines
    )
    watches = out.split("\n\n")[1].splitlines()
    assert ["Watches", "id", *WATCH_IDS] == [line.split()[0] for line in watches]
    assert "pebble           companion-only  companion  sequence  Pebble" in watches


def test_list_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal no id is cut, however narrow it is."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["profiles", "list"]) == 0
    out = capsys.readouterr().out
    assert [] == [id_ for id_ in (*IDS, *WATCH_IDS) if id_ not in out]


def test_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` prints one object a line with stable keys."""
    assert main(["profiles", "list", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [*IDS, *WATCH_IDS] == [profile["id"] for profile in found]
    assert {
        "kind": "sensor",
        "id": "npe-runn",
        "vendor": "NPE",
        "name": "Runn treadmill sensor",
        "reads": ["rsc", "treadmill"],
        "cadence_unit": "step",
        "status": "report",
        "bytes": "sample",
        "generic": False,
    } == found[IDS.index("npe-runn")]
    assert {
        "kind": "watch",
        "id": "bangle-js",
        "vendor": "Espruino",
        "name": "Bangle.js 2, by a line of JavaScript",
        "status": found[-len(WATCH_IDS) + 1]["status"],
        "transport": "ble",
        "encoder": "bangle_js",
        "pattern": "sequence",
        "ways": ["haptic"],
        "lead_ms": 60,
        "tested": found[-len(WATCH_IDS) + 1]["tested"],
        "bytes": "real",
    } == found[-len(WATCH_IDS) + 1]


def test_show_tells_evidence_rules_and_self_tests(capsys: pytest.CaptureFixture[str]) -> None:
    """The page of a profile tells how it is recognised, what it does, on whose word, and that its
    self-tests hold.
    """
    assert main(["profiles", "show", "stryd"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("stryd: Stryd, foot pod (report)\n")
    sections = [line for line in page.splitlines()[3:] if line and not line.startswith(" ")]
    assert [
        "Recognised by",
        "Reads",
        "Link",
        "Rules",
        "Self-tests",
        "Sources",
        "Doubts",
    ] == sections
    assert "  reject_cadence_below: Fewer than 45 strides" in page
    assert "  2a53 04800315 as expected (synthetic" in page


def test_show_tells_what_a_radio_must_know(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a device that serves one listener WHEN its page is shown THEN that stands there, and on
    whose word.
    """
    assert main(["profiles", "show", "polar-h10"]) == 0
    assert "  connections 1 (report: openrowingmonitor issue 132" in capsys.readouterr().out


@pytest.mark.parametrize("id_", IDS)
def test_every_profile_can_be_shown_and_keeps_its_word(
    id_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No page breaks, nothing in it fails, and ``check`` agrees."""
    assert main(["profiles", "show", id_]) == 0
    assert "FAILS" not in capsys.readouterr().out
    assert main(["profiles", "check", str(SENSORS.shipped_folder / f"{id_}.toml")]) == 0


def test_show_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` prints the file's content with its digest."""
    assert main(["profiles", "show", "stryd", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (64, "stryd", "stride") == (
        len(found["sha256"]),
        found["profile"]["id"],
        found["provides"]["rsc"]["cadence_unit"],
    )


def test_check_of_a_new_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a good file of one's own THEN check says so, and leaves with 0."""
    path = _mine(tmp_path)
    assert main(["profiles", "check", path]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{path}: a valid profile, mine\n")
    assert out.endswith("2 self-tests, 0 failed; 0 problems with matching\n")


def test_check_of_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN several files THEN each is checked, what is none is told beside the others, and the
    worst status is left with.
    """
    good, none = str(SENSORS.shipped_folder / "stryd.toml"), str(tmp_path / "none.toml")
    bad = _mine(tmp_path, ("cadence_spm = 180", "cadence_spm = 90"))
    assert main(["profiles", "check", good, good, "--json"]) == 0
    assert [good, good] == [
        json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()
    ]
    assert main(["profiles", "check", bad, good]) == 1
    assert main(["profiles", "check", none, bad, good]) == 2
    out, err = capsys.readouterr()
    assert 1 == err.count("\n")
    assert none in err
    assert f"{good}: a valid profile, stryd\n" in out


def test_check_of_a_failing_vector(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a vector that does not hold THEN check tells which and how, and leaves with 1."""
    path = _mine(tmp_path, ("cadence_spm = 180", "cadence_spm = 90"))
    assert main(["profiles", "check", path]) == 1
    out = capsys.readouterr().out
    assert "2a53 0780035ae90039300000 FAILS: cadence_spm: expected 90.0, got 180" in out
    assert out.endswith("2 self-tests, 1 failed; 0 problems with matching\n")


def test_check_of_a_profile_that_claims_too_much(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a profile that matches a shipped one's device THEN check tells, and leaves with 1."""
    path = _mine(tmp_path, ('name = "mine*"', 'name = "*"'))
    assert main(["profiles", "check", path, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (False, [None, None]) == (
        found["ok"],
        [vector["failure"] for vector in found["vectors"]],
    )
    assert "example 'Polar H7 419B2F1B' of polar-h7 also matches mine" in found["match_problems"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('id = "mine"', 'id = "mine"\nidd = 1'), "profile.idd: unknown key, did you mean 'id'?"),
        (("schema = 1", "schema = "), "line 2, column 10: not TOML: "),
    ],
)
def test_check_of_what_is_no_profile(
    change: tuple[str, str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file that is no valid profile THEN one line tells why, and check leaves with 2."""
    path = _mine(tmp_path, change)
    assert main(["profiles", "check", path]) == 2
    out, err = capsys.readouterr()
    assert "" == out
    assert re.match(rf"kickcue: {path}(, line \d+)?(: |, ){re.escape(expected)}", err)
    assert err.count("\n") == 1


def test_check_of_an_id_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a copy of a shipped profile elsewhere THEN check says that the id is taken."""
    path = tmp_path / "stryd.toml"
    path.write_text(STRYD)
    assert main(["profiles", "check", str(path)]) == 2
    assert "which is built in: choose another one" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["show"], ["check"], ["show", "strid"], ["lst"]])
def test_asked_wrongly(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing or unknown is told in one line, with exit status 2."""
    assert main(["profiles", *argv]) == 2
    assert capsys.readouterr().err.count("\n") == 1
