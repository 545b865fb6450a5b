"""Running checks side by side: none waits for another, holds up the report or brings it down."""

import threading
import time
from collections.abc import Mapping
from typing import Final

from kickcue.cli.doctor.result import Check, Context, Result, fault

PATIENCE_S: Final = 9.0


def examine(
    patient: Context, checks: Mapping[str, Check], *, patience_s: float = PATIENCE_S
) -> list[Result]:
    """Return what the checks find, in their order.

    One that fails or does not end in time is a finding itself. Threads, not tasks: a hung disk or
    an SD card at its end blocks whoever asks it, and may then block its thread alone.
    """
    found: dict[str, list[Result]] = {}

    def look(name: str, check: Check) -> None:
        try:
            found[name] = list(check(patient))
        except Exception as error:  # noqa: BLE001  a doctor that dies of a finding helps nobody
            found[name] = [
                fault(
                    name,
                    f"check failed ({type(error).__name__}: {error})",
                    "please report this as a bug of kickcue",
                )
            ]

    threads = [
        threading.Thread(target=look, args=each, daemon=True, name=f"doctor {each[0]}")
        for each in checks.items()
    ]
    until_s = time.monotonic() + patience_s
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until_s - time.monotonic(), 0))
    late = [
        fault(name, f"no answer within {patience_s:g} s") for name in checks if name not in found
    ]
    return [finding for name in checks for finding in found.get(name, ())] + late
