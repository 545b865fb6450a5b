"""What tests share: the real recordings, the real programs, and a plain word at the end on which of
them were absent.

A test that needs a real part is marked (``mosquitto``, ``recordings``, ``chromium``) or asks for it
(``data_dir``, ``real_program``). Where the part is absent the test is skipped with a reason, or
fails where ``KICKCUE_REQUIRE_REAL=1`` demands the programs, as ``.ci/run`` does.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NoReturn

import pytest
from hypothesis import HealthCheck, settings

REPO: Final = Path(__file__).resolve().parent.parent
MOSQUITTO: Final = ("mosquitto", "mosquitto_pub", "mosquitto_sub")
INSTALL: Final = "apt-get install mosquitto mosquitto-clients"
SOUND: Final = "apt-get install espeak-ng alsa-utils"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
# Often not on a user's PATH.
DAEMON_FOLDERS: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/homebrew/bin")

# A page shows the day and the hour of the runner's place: here one place, wherever it is tested.
os.environ["TZ"] = "UTC"
time.tzset()

# What a shell starts in the background ignores Ctrl-C, and so would all that the tests start:
# many of them end a program by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline, and none for making them up: how long an example takes says nothing about it, least
# of all on a Pi.
# The same examples each time: who changed nothing breaks nothing. ``--hypothesis-profile=search``
# looks for new ones.
for _name, _examples, _same in (("quick", 25, True), ("long", 400, True), ("search", 400, False)):
    settings.register_profile(
        _name,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        max_examples=_examples,
        derandomize=_same,
    )
settings.load_profile("quick")


def find_program(name: str) -> Path | None:
    """Return where ``name`` is, looking also where daemons live."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *DAEMON_FOLDERS)))
    return Path(found) if found else None


def find_data() -> Path | None:
    """Return the folder with the real recordings: ``KICKCUE_DATA``, or ``shared/data`` beside the
    checkout.
    """
    told = os.environ.get("KICKCUE_DATA")
    folder = Path(told) if told else REPO.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def require_data() -> Path:
    """Return the folder with the real recordings; skip where there is none, fail where
    ``KICKCUE_DATA`` points nowhere.
    """
    folder = find_data()
    if folder is not None:
        return folder
    if os.environ.get("KICKCUE_DATA"):
        pytest.fail(f"KICKCUE_DATA={os.environ['KICKCUE_DATA']} is not a folder")
    pytest.skip("the real recordings are absent (set KICKCUE_DATA to their folder)")


def absent(what: str, cure: str) -> NoReturn:
    """Skip, or fail where the real parts are demanded."""
    if os.environ.get("KICKCUE_REQUIRE_REAL", "") not in ("", "0"):
        pytest.fail(f"{what} is absent but KICKCUE_REQUIRE_REAL demands it ({cure})")
    pytest.skip(f"{what} is absent ({cure})")


def require_or_skip(program: str) -> Path:
    """Return where ``program`` is; where it is absent skip,
    or fail if the real parts are demanded.
    """
    found = find_program(program)
    return found if found is not None else absent(program, INSTALL)


def find_chromium() -> Path | None:
    """Return where a Chromium is, under any of its names."""
    return next((found for name in CHROMIUM if (found := find_program(name))), None)


def require_chromium() -> Path:
    """Return where a Chromium is; where there is none skip, or fail if the real parts are
    demanded.
    """
    return find_chromium() or absent("Chromium", "apt-get install chromium")


@pytest.fixture(scope="session", autouse=True)
def no_word_to_the_network() -> Iterator[None]:
    """Let no run announce its page to whoever shares the network with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "zeroconf", None)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Leave out the waiting for the disk, thousands of times on a busy machine: no test cuts the
    power. That it is waited for is claimed by tests that put something else in its place.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def real_program() -> Callable[[str], Path]:
    """Return ``require_or_skip``: ``real_program("mosquitto")`` is the path; the test is skipped
    (or fails) without it.
    """
    return require_or_skip


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder with ``ble_vectors.tsv``, ``truth.tsv`` and ``recordings/``."""
    return require_data()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests with a browser the session's one event loop, in which it lives."""
    for item in items:
        if item.get_closest_marker("chromium") is not None:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip marked tests whose real part is absent."""
    if item.get_closest_marker("mosquitto") is not None:
        for program in MOSQUITTO:
            require_or_skip(program)
    if item.get_closest_marker("recordings") is not None:
        require_data()
    if item.get_closest_marker("chromium") is not None:
        require_chromium()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one plain line which optional real parts these tests had and which they did
    without.
    """
    missing = [program for program in MOSQUITTO if find_program(program) is None]
    mosquitto = (
        f"Mosquitto ABSENT, its tests did not run ({INSTALL})" if missing else "Mosquitto found"
    )
    dbus = (
        "D-Bus found"
        if find_program("dbus-daemon")
        else "D-Bus ABSENT, the radio was not tested (apt-get install dbus-daemon)"
    )
    qemu = (
        "QEMU found"
        if find_program("qemu-system-x86_64")
        else "QEMU ABSENT (apt-get install qemu-system-x86; make test-bluez needs it)"
    )
    sound = (
        "espeak-ng and aplay found"
        if find_program("espeak-ng") and find_program("aplay")
        else f"espeak-ng or aplay ABSENT ({SOUND})"
    )
    node = (
        "Node found"
        if find_program("npm")
        else (
            "Node ABSENT, the watch firmware was not tested in WebAssembly (apt-get install "
            "nodejs npm)"
        )
    )
    gpsd = (
        "gpsd found"
        if find_program("gpsfake")
        else "gpsd ABSENT (apt-get install gpsd gpsd-clients)"
    )
    chromium = (
        "Chromium found"
        if find_chromium()
        else "Chromium ABSENT, no page was looked at (apt-get install chromium)"
    )
    recordings = (
        "recordings found"
        if find_data()
        else "recordings ABSENT, their tests did not run (set KICKCUE_DATA)"
    )
    terminalreporter.write_line(
        f"Real parts: {mosquitto}; {dbus}; {qemu}; {sound}; {node}; {gpsd}; {chromium}; "
        f"{recordings}."
    )
