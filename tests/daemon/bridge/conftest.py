"""A race's sender, a real broker, the bridge, and a watch in the fake world of ``tests/beds``; the
wrist settles in a fifth of a second.
"""

import sys

if sys.platform == "linux":
    from tests.beds.fixtures import bluez, bus
    from tests.daemon.bridge.bench import broker, quick
    from tests.edges.mqtt.conftest import own_runtime_folder

    __all__ = ["bluez", "broker", "bus", "own_runtime_folder", "quick"]
else:
    collect_ignore_glob = ["test_*.py"]  # BlueZ is Linux's, and bleak brings dbus-fast there alone
