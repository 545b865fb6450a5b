"""The edge of positions: a GNSS receiver by gpsd, or the phone's own by Termux.

For engineers: ``docs/gate.md``.
"""

from kickcue.edges.gnss.gpsd import Gpsd
from kickcue.edges.gnss.receiver import Receiver
from kickcue.edges.gnss.termux import Termux

__all__ = ["Gpsd", "Receiver", "Termux"]
