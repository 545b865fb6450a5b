"""Bluetooth to test with: the fake BlueZ of ``tests/beds`` under an unmodified bleak, a strap and a
pod in it.
"""

import sys

if sys.platform == "linux":
    from tests.edges.radio.bed import bluez, bus, ear, hasty, impatient, pod, strap, unhurried

    __all__ = ["bluez", "bus", "ear", "hasty", "impatient", "pod", "strap", "unhurried"]
else:
    collect_ignore_glob = ["test_*.py"]  # BlueZ is Linux's, and bleak brings dbus-fast there alone
