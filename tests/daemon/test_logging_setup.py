import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kickcue.daemon import logging_setup
from kickcue.edges.mqtt.address import parse_address

LOG = logging.getLogger("kickcue.test")
SENTINEL = "sentinel-7f3a"

PROGRAM = """
import logging, os, sys
from kickcue.daemon import logging_setup

found = os.fstat(2)
if "journal" in sys.argv:
    os.environ["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
if "other" in sys.argv:
    os.environ["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino + 1}"
logging_setup.configure(headless="screen" not in sys.argv, verbose="verbose" in sys.argv)
log = logging.getLogger("kickcue.daemon")
logging_setup.event(log, logging.DEBUG, "tick")
logging_setup.event(log, logging.INFO, "sensor_up", sensor="strap")
log.warning("broker mqtt://pi:1883: connection lost")
logging.getLogger("bleak").info("chatter")
logging.getLogger("bleak").warning("trouble")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("recorder_failed")
"""


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Give the test run its logging back."""
    root, ours = logging.getLogger(), logging.getLogger("kickcue")
    handlers, levels = list(root.handlers), (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def written(tmp_path: Path, *how: str) -> list[str]:
    """Return the lines that a process of its own writes to a standard error which is a file."""
    path = tmp_path / "stderr"
    environ = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
    with path.open("wb") as stderr:
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *how], stderr=stderr, env=environ, check=True
        )
    return path.read_text().splitlines()


def message(name: str, caplog: pytest.LogCaptureFixture, **fields: object) -> str:
    """Return what ``event`` makes of the fields."""
    with caplog.at_level(logging.INFO, logger="kickcue"):
        logging_setup.event(LOG, logging.INFO, name, **fields)
    return caplog.messages[-1]


def test_lines_for_journald(tmp_path: Path) -> None:
    """GIVEN standard error that leads to journald THEN each line has its priority, a traceback's
    too, and none has a time.
    """
    lines = written(tmp_path, "journal")
    assert lines[:4] == [
        "<6>sensor_up sensor=strap",
        "<4>broker mqtt://pi:1883: connection lost",
        "<4>trouble",
        "<3>recorder_failed",
    ]
    assert "<3>ZeroDivisionError: division by zero" == lines[-1]
    assert all(line.startswith("<3>") for line in lines[3:])


@pytest.mark.parametrize("how", [(), ("other",), ("screen",)])
def test_lines_for_people(how: tuple[str, ...], tmp_path: Path) -> None:
    """GIVEN standard error that leads to a file, whatever journald is elsewhere THEN each message
    begins with its time and level.
    """
    lines = written(tmp_path, *how)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d INFO sensor_up sensor=strap", lines[0]
    )
    assert [line.split(" ", 1)[1] for line in lines[1:4]] == [
        "WARNING broker mqtt://pi:1883: connection lost",
        "WARNING trouble",
        "ERROR recorder_failed",
    ]


def test_verbose_adds_our_own_debug_lines(tmp_path: Path) -> None:
    """GIVEN --verbose THEN kickcue's debug lines come too, and no library's chatter."""
    lines = written(tmp_path, "journal", "verbose")
    assert lines[0] == "<7>tick"
    assert "<6>chatter" not in lines


def test_a_screen_is_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a live screen on the terminal WHEN something is logged THEN nothing goes to standard
    error, not even a warning.
    """

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    logging_setup.configure(headless=False)
    LOG.error("trouble")
    assert terminal.getvalue() == ""


def test_configuring_again_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN logging that was configured before WHEN it is configured again THEN each line still
    comes once, to the new place.
    """
    first, second = io.StringIO(), io.StringIO()
    for stream in (first, second):
        monkeypatch.setattr(sys, "stderr", stream)
        logging_setup.configure(headless=True)
    LOG.info("once")
    assert (first.getvalue(), second.getvalue().count("once")) == ("", 1)


def test_a_reader_that_is_gone_stops_nothing() -> None:
    """GIVEN a standard error that nobody reads any more WHEN something is logged THEN the daemon
    goes on to its end.
    """
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([sys.executable, "-c", PROGRAM], stderr=writing, check=False)
    finally:
        os.close(writing)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("strap", "strap"),
        ("C8:0F:10:AB:CD:EF", "C8:0F:10:AB:CD:EF"),
        ("Zürich", "Zürich"),
        ("Polar H10 8A2B", '"Polar H10 8A2B"'),
        ('say "hi"', r'"say \"hi\""'),
        ("a=b", '"a=b"'),
        ("", '""'),
        ("x\n<0>forged", r'"x\n<0>forged"'),
        ("\x1b[31mred", r'"\u001b[31mred"'),
        ("line\u2028end", r'"line\u2028end"'),
        (True, "true"),
        (3, "3"),
        (3.25, "3.25"),
        (1200.0, "1200"),
        (float("nan"), "nan"),
    ],
)
def test_a_value_is_one_word_or_quoted(value: object, expected: str) -> None:
    """GIVEN any value, a device's name from the air among them THEN it is one word or one quoted
    text on one line.
    """
    record = logging.LogRecord(
        "kickcue",
        logging.INFO,
        __file__,
        1,
        f"sensor_up name={logging_setup._value(value)}",
        None,
        None,
    )
    assert [f"sensor_up name={expected}"] == logging_setup._lines(logging.Formatter(), record)


def test_fields_follow_in_order_and_the_unknown_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The event's name comes first, its fields in the order given,
    and what is unknown not at all.
    """
    assert (
        message("cue_given", caplog, id="c1", late_ms=None, to_go_m=400.5)
        == "cue_given id=c1 to_go_m=400.5"
    )


def test_a_plain_message_cannot_forge_a_line() -> None:
    """GIVEN a plain message with a line end in it, from a broker or a device THEN it stays one
    line.
    """
    record = logging.LogRecord(
        "kickcue", logging.INFO, __file__, 1, "device %s", ("x\nrace_over",), None
    )
    assert [r"device x\nrace_over"] == logging_setup._lines(logging.Formatter(), record)


def test_a_password_is_not_in_the_line(caplog: pytest.LogCaptureFixture) -> None:
    """GIVEN a broker with a password WHEN its address is logged, as a field or in a message THEN
    the password is not there.
    """
    address = parse_address(f"mqtt://runner:{SENTINEL}@pi/kickcue")
    assert SENTINEL not in message("broker_connected", caplog, broker=address)
    assert "broker_connected broker=mqtt://runner@pi:1883/kickcue" == caplog.messages[-1]


def lines_of(
    records: list[tuple[str, float, str]],
    capsys: pytest.CaptureFixture[str],
    level: int = logging.INFO,
) -> list[str]:
    """Return what is written of (logger, time in s, text)."""
    logging_setup.configure(headless=True, verbose=True)
    for name, at_s, text in records:
        record = logging.LogRecord(name, level, __file__, 1, "%s refused: junk", (text,), None)
        record.created = at_s
        logging.getLogger(name).handle(record)
    return [
        line.partition(f" {logging.getLevelName(level)} ")[2]
        for line in capsys.readouterr().err.splitlines()
    ]


def test_junk_from_outside_does_not_fill_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN 8,000 refusals of one kind in 20 s WHEN logged THEN a dozen are written, and those
    after the tenth tell how many were not.
    """
    flood = [
        ("kickcue.edges.mqtt.inbound", number / 400, f"topic{number}") for number in range(8000)
    ]
    found = lines_of([*flood, ("kickcue.edges.mqtt.inbound", 120.0, "50 % of it")], capsys)
    assert [f"topic{number} refused: junk" for number in range(10)] == found[:10]
    assert 11 <= len(found) <= 13
    assert [" more like it)" in line for line in found] == [False] * 10 + [True] * (len(found) - 10)
    assert found[-1].startswith("50 % of it refused: junk (and ")


def test_what_is_ours_is_always_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN many lines of kickcue itself WHEN logged THEN all are written: a race has as many as it
    has.
    """
    assert (
        len(
            lines_of(
                [("kickcue.daemon.race_daemon", 0.0, str(number)) for number in range(50)], capsys
            )
        )
        == 50
    )
    attempts = [("kickcue.edges.mqtt.session", 0.0, str(number)) for number in range(50)]
    assert len(lines_of(attempts, capsys, logging.DEBUG)) == 50
