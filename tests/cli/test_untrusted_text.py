"""Text from strangers in every command: names, words and files that try to move the cursor, ring,
or turn the line around.
"""

import ast
import asyncio
import contextlib
import json
import os
import pty
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from rich.table import Table
from rich.text import Text

from kickcue.cli import COMMANDS, main
from kickcue.cli.format.console import console
from kickcue.cli.format.printing import Printing, printing
from kickcue.config.profile_files import SENSORS
from kickcue.core.events import Command, CommandKind, Cue, CueKind, Disarm, Level, Notice
from kickcue.core.printable import LINES, is_printable
from kickcue.core.units import s_to_ns
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.topics import Topics
from kickcue.recording import Header
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from tests.beds.fake_bluez import FakeBluez
from tests.cli.tui.terminals import in_a_pipe, on_a_terminal, seeing

EVIL: Final = "x\x1b]0;owned\x07\x1b[35;46m\x9b2J\u202eesrever\u2066\u200b\u2028\x85y"
OURS: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What rich writes between texts."""
PACKAGE: Final = Path(__file__).resolve().parents[2] / "kickcue"


def assert_harmless(text: str, *, terminal: bool = False) -> None:
    """Say that only printable text is left, and on a terminal what rich draws with, in which no
    escape of the stranger's stands.
    """
    assert "\x1b[35;46m" not in text
    rest = OURS.sub("", text).replace("\r\n", "\n").replace("\r", "") if terminal else text
    odd = {letter for letter in rest if letter not in LINES and not is_printable(letter)}
    assert set() == odd, f"{odd} in {rest!r}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a recording, a profile, a race file and a file that is none, all of them
    made by a stranger.
    """
    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    header = Header(
        "1500m", 400.0, "2026-06-14T10:09:11Z", {EVIL: EVIL}, None, ticks=False, made_by=EVIL
    )
    with McapWriter(tmp_path / "evil.mcap", header) as writer:
        writer.write(Command(0, CommandKind.START))
        for second in range(60):
            writer.write(
                pod_notification(s_to_ns(second), PodSample(5.0, 92, 5.0 * second), sensor=EVIL)
            )
        writer.write(Cue(s_to_ns(60), EVIL, CueKind.LAST_LAP, EVIL, EVIL, (), 2, 3000, 400.0, 1.0))
        writer.write(Disarm(s_to_ns(60), EVIL, EVIL))
        writer.write(Notice(s_to_ns(60), "odd", EVIL, Level.WARNING, EVIL))
    (tmp_path / "mine.toml").write_text(_profile(), encoding="utf-8")
    (tmp_path / f"{EVIL.replace('/', '')}.fit").write_bytes(b"none")
    (tmp_path / "race.toml").write_text(
        f'race = "1500m"\nlanguage = {json.dumps(EVIL)}\n', encoding="utf-8"
    )
    (tmp_path / "kickcue").mkdir(mode=0o700)
    (tmp_path / "kickcue" / "plans").mkdir()
    for path in ("plan.toml", "kickcue/plans/evil.toml"):
        (tmp_path / path).write_text(
            f"title = {json.dumps(EVIL)}\nabout = {json.dumps(EVIL)}\n"
            f'[[steps]]\nrun = "200m"\nimagery = {json.dumps(EVIL)}\n',
            encoding="utf-8",
        )
    return tmp_path


def _profile() -> str:
    """Return a valid profile of a foot pod whose every free text is hostile."""
    text = (
        (SENSORS.shipped_folder / "stryd.toml")
        .read_text(encoding="utf-8")
        .replace('id = "stryd"', 'id = "mine"')
    )
    text = text.replace('name = "stryd*"', 'name = "mine*"').replace(
        'name = "Stryd5"', 'name = "Mine 5"'
    )
    text = text.replace('name = "foot pod"', f"name = {json.dumps(EVIL)}")
    return re.sub(
        r'^(vendor|source) = ".*"$',
        lambda found: f"{found[1]} = {json.dumps(EVIL)}",
        text,
        flags=re.MULTILINE,
    )


WALK: Final = (
    ("info", "evil.mcap"),
    ("info", "--verbose", "evil.mcap"),
    ("info", "--json", "evil.mcap"),
    ("info", f"{EVIL}.fit"),
    ("info", "evil.mcap", f"{EVIL}.fit"),
    ("replay", "evil.mcap", "--why", "--estimates"),
    ("replay", "evil.mcap", "--why", "--json"),
    ("replay", "evil.mcap", "--race", EVIL),
    ("replay", "evil.mcap", "--rate", EVIL),
    ("verify", "evil.mcap"),
    ("reps", "evil.mcap"),
    ("gate", "evil.mcap"),
    ("calibrate", "learn", "evil.mcap"),
    ("calibrate", "show", EVIL),
    ("profiles", "show", "mine.toml"),
    ("profiles", "show", "mine.toml", "--json"),
    ("profiles", "check", "mine.toml"),
    ("profiles", "check", "mine.toml", "--json"),
    ("profiles", "show", EVIL),
    ("profiles", EVIL),
    ("decode", "2a29", EVIL.encode().hex()),
    ("decode", "2a29", EVIL.encode().hex(), "--json"),
    ("decode", EVIL, "00"),
    ("decode", "2a37", EVIL),
    ("course", EVIL),
    ("course", "1500m", f"--{EVIL}"),
    ("say", EVIL),
    ("visualise", "--race", "1500m", "--goal", "5:00", "--language", "en", "--script", EVIL),
    ("visualise", "--race", "mile", "--goal=5:00", "--language=en", "--show", "--rival", EVIL),
    ("doctor", EVIL),
    ("run", EVIL),
    ("run", "--headless"),
    ("watch", "--broker", EVIL),
    ("watch", "--as", EVIL),
    ("serve", "--broker", EVIL),
    ("serve", "--host", EVIL),
    ("export-app", "app", "--pyodide", EVIL),
    ("press", EVIL),
    ("bridge", "--watch", EVIL),
    ("record", EVIL),
    ("pair", EVIL, "--yes", "--strap", EVIL),
    ("simulate", "--race", EVIL),
    ("simulate", "--scenario", EVIL),
    ("evaluate", "--scenario", EVIL),
    ("evaluate", "--archive", EVIL),
    ("unit", EVIL),
    ("broker", EVIL),
    ("set", EVIL, EVIL),
    ("set", "language", EVIL),
    ("init", "new.toml", "--yes", "--race", EVIL),
    ("demo", EVIL),
    ("scan", "--seconds", EVIL),
    ("belief", "evil.mcap"),
    ("report", "evil.mcap"),
    ("report", "evil.mcap", "--text"),
    ("report", "evil.mcap", "--json"),
    ("report", f"{EVIL}.fit"),
    ("report", "evil.mcap", "-o", EVIL),
    ("compare", "evil.mcap", "evil.mcap", "--text"),
    ("compare", "evil.mcap", "evil.mcap", "--json"),
    ("compare", "evil.mcap", f"{EVIL}.fit"),
    ("history", ".", "--json"),
    ("history", EVIL),
    ("export", "evil.mcap", "--to", "csv"),
    ("export", f"{EVIL}.fit", "--to", "gpx"),
    ("plan", "show", "plan.toml"),
    ("plan", "show", "plan.toml", "--json"),
    ("plan", "list"),
    ("plan", "list", "--json"),
    ("plan", "check", "plan.toml", "race.toml"),
    ("plan", "new", EVIL),
    ("plan", "block", "--race", EVIL),
    (EVIL,),
)


SHOWN: Final = frozenset(WALK[:3] + WALK[14:17] + WALK[20:22] + WALK[-8:-4])
"""What shows the stranger's words among its own, not only in an error."""


def test_the_walk_meets_every_command() -> None:
    """No command is left out: one that is added must be walked too."""
    assert {words[0] for words in WALK} - {EVIL} == set(COMMANDS)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", WALK, ids=lambda words: " ".join(words).replace(EVIL, "EVIL"))
def test_a_stranger_cannot_write_to_the_terminal(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN names, words and files of a stranger WHEN a command prints them THEN into a pipe and a
    terminal goes printable text alone.
    """
    main(list(words))
    out, err = capsys.readouterr()
    assert out + err
    assert "owned" in out or words not in SHOWN
    assert_harmless(out)
    assert_harmless(err)
    if "--json" in words:
        assert all(isinstance(json.loads(line), dict) for line in out.splitlines())
    with a_terminal() as shown:
        main(list(words))
    assert_harmless("".join(shown), terminal=True)


@contextlib.contextmanager
def a_terminal() -> Iterator[list[str]]:
    """Make standard output and standard error a terminal; all that was written stands in the list
    afterwards.
    """
    master, slave = pty.openpty()
    shown: list[str] = []
    reading = threading.Thread(target=_read, args=(master, shown))
    reading.start()
    before = sys.stdout, sys.stderr
    try:
        with os.fdopen(slave, "w", encoding="utf-8") as terminal:
            sys.stdout = sys.stderr = terminal
            yield shown
    finally:
        sys.stdout, sys.stderr = before
        reading.join()
        os.close(master)


def _read(master: int, shown: list[str]) -> None:
    with contextlib.suppress(OSError):  # the other end was closed
        while read := os.read(master, 65536):
            shown.append(read.decode(errors="replace"))


def test_a_maker_in_a_recording_cannot_begin_a_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a cue whose words hold a line end WHEN told THEN they stay in the one line that is the
    cue's.
    """
    with McapWriter(folder / "two.mcap", Header("1500m", 400.0)) as writer:
        writer.write(Command(0, CommandKind.START))
        writer.write(
            Cue(
                s_to_ns(1),
                "c",
                CueKind.LAST_LAP,
                "now\nPROBLEM   none",
                None,
                (),
                2,
                3000,
                400.0,
                1.0,
            )
        )
    assert main(["info", "two.mcap"]) == 0
    assert "\nPROBLEM" not in capsys.readouterr().out


def test_only_one_place_draws_and_writes() -> None:
    """No module of the command line makes a console of its own, or writes past ``printing``: what
    is not there cannot leak.
    """
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if not re.search("stdout|stderr|os.write|Console|rich", source):
            continue  # most modules: to take them apart takes its time
        for node in ast.walk(ast.parse(source)):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            imports_console = (
                isinstance(node, ast.ImportFrom)
                and node.module == "rich"
                and any(it.name == "print" for it in node.names)
            )
            own = path.name not in ("pictures.py", "printing.py")
            past = re.fullmatch(
                r"(sys\.)?__?std(out|err)__.*|sys\.std(out|err)(\.buffer)?\.write|os\.write"
                r"|(rich\.)?console\.Console",
                name,
            )
            if own and (past or imports_console or (name == "Console" and "rich" in source)):
                wrong.append(f"{path}: {name}")
    assert [] == wrong


def test_rich_draws_a_hostile_text_within_its_column(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a table with a stranger's name WHEN drawn THEN it is escaped, and the column as wide as
    it was to be.
    """
    grid = Table.grid()
    grid.add_column(width=12, no_wrap=True)
    grid.add_column()
    grid.add_row(Text(EVIL, style="red"), "next")
    with printing():
        console().print(grid)
        console().print(f"[bold]{EVIL}")
    out = capsys.readouterr().out
    assert_harmless(out)
    assert r"x\x1b]0;own" in out
    assert 12 == out.splitlines()[0].index("next")


def test_standard_output_is_what_it_was_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN any command WHEN it has ended THEN nothing of it stands before the streams, and a
    second ``printing`` adds nothing.
    """
    before = sys.stdout
    with printing():
        inner = sys.stdout
        assert isinstance(inner, Printing)
        with printing():
            assert sys.stdout is inner
        inner.write("\x07")
    assert sys.stdout is before
    assert r"\x07" == capsys.readouterr().out


# ---- over the air, over the wire


@pytest.mark.parametrize("how", [[], ["--json"]])
async def test_a_cue_cannot_write_to_the_watchs_terminal(how: list[str], folder: Path) -> None:
    """GIVEN cues with hostile words WHEN a watch shows them, as lines, as JSON and as a face THEN
    only printable text is shown.
    """
    began_ns = time.monotonic_ns()

    def now_ns() -> int:
        return time.monotonic_ns() - began_ns

    async with (
        private_broker(Topics()) as broker,
        deliver(broker.address, Topics(), run_id="run", now_ns=now_ns) as delivery,
    ):

        async def tell() -> None:
            for number in range(10_000):
                words = f"{EVIL}\n{number}"
                delivery.send(
                    Cue(
                        now_ns(),
                        f"{number}{EVIL}",
                        CueKind.LAST_LAP,
                        words,
                        None,
                        ((100, 0, 1.0),),
                        3,
                        2000,
                        400.0,
                        2.0,
                    )
                )
                delivery.send(Disarm(now_ns(), f"{number}{EVIL}", words))
                await asyncio.sleep(0.2)

        telling = asyncio.create_task(tell())
        try:
            async with on_a_terminal("watch", *how, folder=folder) as shown:
                await shown.shows("owned", "felt")
                shown.press("q")
                assert await shown.left() == 0
                # The face rings by itself, once for each pulse.
                assert_harmless(shown.raw.replace("\x07", ""), terminal=True)
        finally:
            telling.cancel()
            await asyncio.wait({telling})


async def test_a_sensors_name_cannot_write_to_the_terminal(bluez: FakeBluez, home: Path) -> None:
    """GIVEN a strap whose name is hostile WHEN scanned in a pipe, as JSON and on a terminal THEN
    only printable text is shown.
    """
    bluez.add_sensor("A0:9E:1A:00:00:01", EVIL, services={"180d": ["2a37"]})
    for how in ([], ["--json"]):
        status, out, err = await in_a_pipe(
            *("scan", "--seconds", "0.5", *how), folder=home, before=seeing("kickcue.cli.scan", 1)
        )
        assert status == 0
        assert "A0:9E:1A:00:00:01" in out
        assert_harmless(out + err)
    async with on_a_terminal("scan", folder=home) as shown:
        await shown.shows("A0:9E:1A:00:00:01")
        shown.press("q")
        assert await shown.left() == 0
        assert_harmless(shown.raw, terminal=True)
