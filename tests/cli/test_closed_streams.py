"""A process that is started without some of its standard streams, as ``kickcue ... >&-`` or a
careless service does.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STREAMS = {"input": 0, "output": 1, "error": 2}
COMMANDS = {
    ("course", "800m"): 0,
    ("profiles", "list"): 0,
    ("plan", "show", "strides"): 0,
    ("info", "recording.jsonl"): 0,
    ("info", "no-such-file"): 2,
    ("init", "made.toml", "--race", "800m"): 2,  # nobody is there to be asked for the rest
    ("init", "made.toml", "--race", "800m", "--yes"): 0,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small recording."""
    folder = tmp_path_factory.mktemp("closed")
    made = ("simulate", "--race", "800m", "--out", "recording.jsonl")
    assert (
        0
        == subprocess.run(
            [sys.executable, "-m", "kickcue", *made],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=False,
        ).returncode
    )
    return folder


@pytest.mark.parametrize(
    "closed",
    [
        ("input", "output", "error"),
        pytest.param(("input",), marks=pytest.mark.long),
        pytest.param(("output",), marks=pytest.mark.long),
        pytest.param(("error",), marks=pytest.mark.long),
    ],
)
def test_a_closed_stream_is_no_mistake(folder: Path, closed: tuple[str, ...]) -> None:
    """GIVEN input, output, error or all of them closed WHEN a command is run THEN it does what it
    does, with the status it has then.
    """

    def close() -> None:
        for name in closed:
            os.close(STREAMS[name])

    for words, status in COMMANDS.items():
        (folder / "made.toml").unlink(missing_ok=True)
        program = [sys.executable, "-m", "kickcue", *words]
        done = subprocess.run(
            program,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=close,
            check=False,
        )
        assert (status, False) == (done.returncode, b"Traceback" in done.stderr), (
            words,
            done.stderr,
        )
        assert "error" in closed or bool(done.stderr) == bool(status), words
