"""A port for a program that is still to be started."""

import secrets
import socket
from typing import Final

# Below the ports that a system gives by itself: between being found and being listened on, one of
# those may become the other end of anybody's connection.
PORTS: Final = range(20_000, 32_000)


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
