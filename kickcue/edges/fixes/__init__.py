"""The edge of positions: a GNSS receiver by gpsd, or the phone's own by Termux.

For engineers: ``docs/gate.md``.
"""

from kickcue.edges.fixes.gpsd import Gpsd
from kickcue.edges.fixes.receiver import Receiver
from kickcue.edges.fixes.termux import Termux

__all__ = ["Gpsd", "Receiver", "Termux"]
