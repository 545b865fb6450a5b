"""``kickcue say`` and what the doctor says of sound: both with real processes, small scripts in the
place of players.
"""

from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.cli.doctor.audio import audio
from kickcue.cli.doctor.result import CheckLevel, Context, Result
from kickcue.config.settings import load_settings
from kickcue.core.events import CueKind
from tests.edges.audio.conftest import Programs, programs

__all__ = ["programs"]


@pytest.fixture
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home without a race file, and be there."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setattr("kickcue.config.paths.SYSTEM_FOLDER", home)
    monkeypatch.setattr("kickcue.cli.say.BETWEEN_S", 0.0)
    return home


def findings(race: str, folder: Path) -> list[Result]:
    path = folder / "r.toml"
    path.write_text(race)
    return list(
        audio(
            Context(path, load_settings(path, environ={}), None, {"STATE_DIRECTORY": str(folder)})
        )
    )


def test_every_cue_is_played(
    nobodys_home: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a player and no voice WHEN asked to say it all THEN every cue is shown and played, and
    what plays it is told.
    """
    programs.script("aplay")
    assert 0 == main(["say", "--voice", "none"])
    head, *lines = capsys.readouterr().out.splitlines()
    assert 'no voice, tones only; player aplay; silent in a race: [audio] output is "off"' == head
    assert [kind.replace("_", " ") for kind in CueKind] == list(
        dict.fromkeys(line[:9].strip() for line in lines)
    )
    assert 1 + len(lines) == len(programs.calls("aplay"))  # and the trial
    assert [] == list(nobodys_home.iterdir())


def test_one_cue_of_a_race_file(
    nobodys_home: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race in German WHEN asked for one cue THEN it is that one, in German, and what the
    race does with sound is told.
    """
    programs.script("aplay")
    (nobodys_home / "race.toml").write_text(
        'race = "5k"\nlanguage = "de"\n[audio]\noutput = "fallback"\nvoice = "none"\n'
    )
    assert 0 == main(["say", "drive"])
    head, line = capsys.readouterr().out.splitlines()
    assert head.endswith('[audio] output is "fallback", and the bell cue starts 200 ms early')
    assert line.startswith("drive     █ █ █ █")
    assert 2 == len(programs.calls("aplay"))
    (nobodys_home / "race.toml").write_text(
        'race = "5k"\nrules = "road"\n[audio]\noutput = "always"\nvoice = "none"\n'
    )
    assert 0 == main(["say", "drive"])
    assert "silent in this race (road race: cues by vibration only" in capsys.readouterr().out


def test_nothing_comes_out(
    nobodys_home: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a player that fails WHEN asked THEN the status is 1 and one line on the error output
    tells why.
    """
    programs.script("aplay", "echo 'No such device' >&2; exit 1")
    assert 1 == main(["say", "drive", "--voice", "none"])
    assert "kickcue: no sound: aplay failed: No such device\n" == capsys.readouterr().err
    assert [] == list(nobodys_home.iterdir())


def test_a_cue_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip is told with what there is."""
    assert 2 == main(["say", "bell"])
    assert "cue: expected one of ready, even, split, last_lap, " in capsys.readouterr().err


def test_the_doctor_tries_the_sound(programs: Programs, tmp_path: Path) -> None:
    """GIVEN sound that is wanted WHEN looked at THEN a player that plays is well, one that fails or
    none is a warning, never a fault.
    """
    race = 'race = "5000m"\n[audio]\noutput = "always"\nvoice = "none"\n'
    (none,) = findings(race, tmp_path)
    assert (CheckLevel.WARNING, True) == (
        none.level,
        none.why.startswith("no audio player found"),
    )
    programs.script("aplay")
    (well,) = findings(race, tmp_path)
    assert (CheckLevel.OK, "aplay plays; tones only; always") == (well.level, well.why)
    programs.script("aplay", "exit 1")
    (ill,) = findings(race, tmp_path)
    assert (CheckLevel.WARNING, "no sound: aplay failed: exit status 1") == (ill.level, ill.why)


def test_the_doctor_leaves_silence_alone(programs: Programs, tmp_path: Path) -> None:
    """GIVEN sound that is off, or against the rules WHEN looked at THEN no program is started."""
    programs.script("aplay")
    assert [] == findings('race = "5000m"\n', tmp_path)
    (road,) = findings('race = "5k"\nrules = "road"\n[audio]\noutput = "always"\n', tmp_path)
    assert (CheckLevel.OK, True) == (road.level, "ban headphones" in road.why)
    assert [] == programs.calls("aplay")
