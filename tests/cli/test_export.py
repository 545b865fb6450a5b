"""kickcue export: a recording in the forms of other tools, beside it, and never over anything."""

import builtins
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.recording import jsonl, read
from tests.analysis.review.made_up import race_recording
from tests.workouts.sdk import judged


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    race = race_recording()
    jsonl.write(Path("race.jsonl"), replace(race.header, ticks=True), race.entries)


def _export(*argv: str) -> int:
    return main(["export", *argv])


@pytest.mark.parametrize("to", ["fit", "tcx", "csv", "parquet", "mcap"])
def test_it_stands_beside_the_recording(to: str, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race WHEN exported THEN the file has its name with the format's suffix, and that is
    said; of CSV the laps are a second one.
    """
    assert _export("race.jsonl", "--to", to) == 0
    expected = ["race.csv", "race.laps.csv"] if to == "csv" else [f"race.{to}"]
    assert [f"{name}: written" for name in expected] == capsys.readouterr().out.splitlines()
    assert all(Path(name).stat().st_size for name in expected)
    assert {"race.jsonl", *expected} == {path.name for path in Path().iterdir()}


@pytest.mark.parametrize("to", ["fit", "tcx", "mcap", "jsonl"])
def test_kickcue_reads_what_it_exported(to: str) -> None:
    """GIVEN a race WHEN exported in a form that kickcue reads THEN it reads it, without a
    problem.
    """
    assert _export("race.jsonl", "--to", to, "-o", f"again.{to}") == 0
    assert () == read(Path(f"again.{to}")).problems


def test_nothing_is_overwritten_unless_forced(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a file of that name, be it the laps of a CSV WHEN exported THEN it stays as it is and
    nothing else is written, unless --force is given.
    """
    Path("race.laps.csv").write_text("mine", encoding="utf-8")
    assert _export("race.jsonl", "--to", "csv") == 2
    assert "race.laps.csv already exists and is not overwritten" in capsys.readouterr().err
    assert "mine" == Path("race.laps.csv").read_text(encoding="utf-8")
    assert not Path("race.csv").exists()

    assert _export("race.jsonl", "--to", "csv", "--force") == 0
    assert Path("race.laps.csv").read_text(encoding="utf-8").startswith("lap,")


def test_a_recording_is_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a recording of the very form that is asked for WHEN exported THEN --force does not
    overwrite it.
    """
    before = Path("race.jsonl").read_bytes()
    assert _export("race.jsonl", "--to", "jsonl", "--force") == 2
    assert "race.jsonl is the recording itself" in capsys.readouterr().err
    assert before == Path("race.jsonl").read_bytes()


def test_what_a_format_cannot_hold_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race without positions WHEN exported as GPX THEN the recording and another way are
    named, with exit status 1.
    """
    assert _export("race.jsonl", "--to", "gpx") == 1
    told = capsys.readouterr().err
    assert "race.jsonl: no positions are known" in told
    assert "--to tcx or fit" in told
    assert not Path("race.gpx").exists()


def test_a_made_up_date_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race of an unknown date WHEN exported in a form that must have one THEN it is said
    which stands there; a form that can do without has none and says nothing.
    """
    text = Path("race.jsonl").read_text(encoding="utf-8")
    header = json.loads(text.splitlines()[0])
    del header["utc"]
    Path("undated.jsonl").write_text(
        "\n".join([json.dumps(header), *text.splitlines()[1:]]), encoding="utf-8"
    )
    assert _export("undated.jsonl", "--to", "fit") == 0
    note = "Note: the date is unknown: 1999-01-01 stands in its place."
    assert note in capsys.readouterr().out
    assert read(Path("undated.fit")).header.utc is None
    assert _export("undated.jsonl", "--to", "csv") == 0
    assert "Note" not in capsys.readouterr().out


def test_an_anonymous_file_has_no_name_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN recordings whose names tell the runner's WHEN exported anonymously THEN the files are
    called otherwise, one apart from the other, and the date is left out.
    """
    for name in ("Emil 5000.jsonl", "Emil again.jsonl"):
        shutil.copy("race.jsonl", name)
    Path("out").mkdir()
    files = ("Emil 5000.jsonl", "Emil again.jsonl")
    assert _export(*files, "--to", "fit", "--anonymous", "-o", "out") == 0
    assert {"anonymous.fit", "anonymous-2.fit"} == {path.name for path in Path("out").iterdir()}
    assert "the date is left out" in capsys.readouterr().out
    assert read(Path("out/anonymous.fit")).header.utc is None


def test_another_race_can_be_wished() -> None:
    """GIVEN a 1500 m WHEN exported as a race of 1200 m THEN its laps and its length are those."""
    assert _export("race.jsonl", "--race", "1200m", "--to", "fit") == 0
    (session,) = judged(Path("race.fit").read_bytes())["session_mesgs"]
    assert 1200.0 == session["total_distance"]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["a", "b", "--to", "fit", "-o", "new"], "expected an existing folder"),
        (["race.jsonl", "--to", "fit", "-o", "race.gpx"], "expected a file that ends in .fit"),
        (["race.jsonl"], "--to"),
        (["race.jsonl", "--to", "kml"], "kml"),
        (["nowhere.fit", "--to", "tcx"], "nowhere.fit"),
        (["race.jsonl", "--to", "mcap", "-o", "no/such/race.mcap"], "cannot write"),
        (["race.jsonl", "--to", "fit", "-o", "no/such/race.fit"], "cannot write"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    argv: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options that make no sense are refused with exit status 2 and what would be right."""
    assert _export(*argv) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("to", "library", "extra"), [("fit", "fit_tool", "export"), ("parquet", "pyarrow", "parquet")]
)
def test_a_missing_library_is_said(
    to: str,
    library: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN an optional library that is not installed WHEN it is needed THEN it is said how to get
    it.
    """
    found = builtins.__import__

    def _without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == library:
            raise ImportError(name)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", _without)
    assert _export("race.jsonl", "--to", to) == 2
    assert f"pip install '.[{extra}]'" in capsys.readouterr().err


def test_json_names_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json there is one object a recording, and nothing else."""
    assert _export("race.jsonl", "--to", "csv", "--json") == 0
    assert {"file": "race.jsonl", "written": ["race.csv", "race.laps.csv"], "dated": True} == (
        json.loads(capsys.readouterr().out)
    )
