"""The machine itself: versions, clock, power, terminal."""

import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from kickcue import __version__
from kickcue.cli.doctor.result import Context, Result, ok, warning
from kickcue.daemon.system_clock import kernel_clock_is_set

KNOWN_SYSTEMS: Final = ("Linux", "Darwin", "Windows")
LONG_PAST_S: Final = (
    1_735_689_600  # 2025-01-01: no kickcue is older, so a clock that shows less was never set
)
MODEL: Final = Path("/proc/device-tree/model")
TIMESYNCD: Final = Path("/run/systemd/timesync/synchronized")
ASK_S: Final = 3.0
UNDERVOLTAGE: Final = 0x1
UNDERVOLTAGE_SINCE_START: Final = 0x10000
"""Bits of ``vcgencmd get_throttled``: raspberrypi.com/documentation/computers/os.html"""


def versions(_: Context) -> Iterator[Result]:
    """Tell what this is; only systems that bleak knows can have sensors."""
    text = (
        f"kickcue {__version__}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.release()} {platform.machine()}"
    )
    model = pi_model()
    text = text if model is None else f"{text}, {model}"
    if platform.system() in KNOWN_SYSTEMS:
        yield ok("machine", text)
    else:
        yield warning(
            "machine",
            text,
            "Bluetooth works on Linux, macOS and Windows; elsewhere use sensors over MQTT",
        )


def clock(_: Context) -> Iterator[Result]:
    """Look at the clock that dates recordings; races are timed by one that nobody can set."""
    if time.time() < LONG_PAST_S:
        yield warning(
            "clock",
            f"it shows {time.strftime('%Y-%m-%d')}, so it was never set: races are fine, but "
            "recordings get wrong dates",
            "connect to the internet once after each start, set it with `sudo date -s`, or add a "
            "battery-backed clock (RTC)",
        )
    elif TIMESYNCD.exists() or kernel_clock_is_set():
        yield ok("clock", f"it shows {time.strftime('%Y-%m-%d %H:%M')}, set over the network")
    else:
        yield warning(
            "clock",
            f"it shows {time.strftime('%Y-%m-%d %H:%M')}, not set since the start",
            "if that is wrong, recordings get wrong dates; connect to the internet once, or set "
            "it with `sudo date -s`",
        )


def power(_: Context) -> Iterator[Result]:
    """Ask a Raspberry Pi whether its voltage is or was too low: its radio suffers first."""
    vcgencmd = shutil.which("vcgencmd")
    if vcgencmd is None:
        return
    done = subprocess.run(  # noqa: S603  fixed words
        [vcgencmd, "get_throttled"], capture_output=True, text=True, timeout=ASK_S, check=False
    )
    with suppress(ValueError):
        bits = int(done.stdout.strip().removeprefix("throttled="), 16)
        remedy = "use a thicker, shorter cable and a supply or battery that holds 5 V under load"
        if bits & UNDERVOLTAGE:
            yield warning("power", "undervoltage right now: Bluetooth and SD card may fail", remedy)
        elif bits & UNDERVOLTAGE_SINCE_START:
            yield warning("power", "undervoltage at least once since the start", remedy)
        else:
            yield ok("power", "no undervoltage since the start")


def terminal(_: Context) -> Iterator[Result]:
    """Signs that a terminal lacks are shown as question marks."""
    encoding = sys.stdout.encoding if sys.stdout is not None else "none"
    try:
        "±█…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        yield warning(
            "terminal",
            (f"its encoding is {encoding}, so ± and bars show as ?"),
            "export LANG=C.UTF-8",
        )
    else:
        yield ok("terminal", f"its encoding is {encoding}")


def pi_model() -> str | None:
    """Return which Raspberry Pi this is, None where it is none."""
    with suppress(OSError):
        model = MODEL.read_text(errors="replace").strip("\0\n ")
        return model if "Raspberry Pi" in model else None
    return None
