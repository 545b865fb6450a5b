"""A session as a sound file, listened to by its figures."""

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kickcue.cli import main
from kickcue.edges.audio.voices import PROGRAMS
from tests.edges.audio.conftest import Programs, programs

__all__ = ["programs"]

HUSH = 0.001
"""Of full scale, -60 dB: below it nothing is heard."""
SCRIPT = """language = "en"
minutes = 1.5
""" + "".join(
    f'[[line]]\nat = "{at}"\nsay = "{say}"\npause_s = {pause_s}\n'
    for at, say, pause_s in (
        ("before", "Close your eyes", 8),
        ("gun", "The gun", 4),
        ("bell", "You hear the bell", 2),
        ("50 to go", "Tall", 6),
        ("line", "Through the line", 8),
    )
)
PAUSES_S = (8, 4, 1.5, 2, 1.5, 1.5, 6, 8)
"""As the script wants them, and those after the three cues."""
BETWEEN_WORDS_S = 0.7
"""Silences within what is said are shorter than this, the pauses of the script longer."""


def silences(path: Path) -> tuple[list[float], float, float]:
    """Return the lengths in s of the silences of a file, its length in s, and its peak of 1."""
    with wave.open(str(path)) as file:
        assert (1, 2) == (file.getnchannels(), file.getsampwidth())
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
    loud = np.flatnonzero(np.abs(samples) > HUSH)
    edges = [*loud, len(samples)]
    gaps = [(after - before) / rate_hz for before, after in pairwise(edges)]
    return (
        [gap for gap in gaps if gap > BETWEEN_WORDS_S],
        len(samples) / rate_hz,
        float(np.abs(samples).max()),
    )


def test_a_session_by_its_figures(
    tmp_path: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN espeak-ng WHEN a session is written THEN it is silent where the script pauses and as
    long, within 0.2 s, lasts its minutes within 2 %, clips nowhere and is not faint.
    """
    programs.real("espeak-ng", "apt install espeak-ng")
    script, target = tmp_path / "mine.toml", tmp_path / "mine.wav"
    script.write_text(SCRIPT)
    words = ("visualise", "--race", "5000m", "--goal", "15:30", "--language", "en")
    assert 0 == main([*words, "--script", str(script), "--wav", str(target)])
    assert f"{target}: 1:30, 5 lines and 3 cues, voice espeak-ng en\n" == capsys.readouterr().out
    found_s, length_s, peak = silences(target)
    assert length_s == pytest.approx(90, rel=0.02)
    assert 0.85 <= peak < 1.0
    assert len(PAUSES_S) == len(found_s)
    scale = sum(found_s) / sum(PAUSES_S)
    assert [scale * pause_s for pause_s in PAUSES_S] == pytest.approx(found_s, abs=0.2)
    assert 2 == main([*words, "--script", str(script), "--wav", str(target)])
    assert "expected a new file" in capsys.readouterr().err


def test_no_voice_no_file(
    tmp_path: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no voice WHEN a file is wanted THEN status 1, what to install, and no file."""
    del programs
    target = tmp_path / "session.wav"
    words = ("visualise", "--race", "5000m", "--goal", "15:30", "--language", "en")
    assert 1 == main([*words, "--wav", str(target)])
    assert "no voice is installed" in capsys.readouterr().err
    assert not target.exists()
    assert 1 == main([*words, "--wav", str(target), "--voice", "none"])
    assert f"--voice {PROGRAMS[2]}" in capsys.readouterr().err
