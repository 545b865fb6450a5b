import sys

if sys.platform == "linux":
    from tests.beds.fixtures import bluez, bus

    __all__ = ["bluez", "bus"]
else:
    collect_ignore_glob = ["test_*.py"]  # BlueZ is Linux's, and bleak brings dbus-fast there alone
