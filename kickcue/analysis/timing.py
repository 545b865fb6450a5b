"""How well a time is known, by what took it: one place for all figures of this kind."""

from math import hypot, sqrt
from typing import Final

from kickcue.core.events import MarkSource
from kickcue.core.position.mark_models import BOARD_SD_M
from kickcue.core.position.uncertainty import SIGMAS_95

PRESSED_SD_S: Final = 0.3
"""How well a time between two presses is known: a thumb is off by 0.2 s at each end."""
FOUND_SD_S: Final = 0.5
"""The same of a repetition between a start and an end found by the pod's speed: in simulated
sessions each end is within 0.7 s in 95 %."""
LINE_SD_S: Final = 1.0
"""The same of a lap between two lines found by position or a beacon, once a second each."""
BY_FILE_SD_S: Final = 1.0
"""The same of what is found in an imported activity, which has a record a second at best."""
SAME_MARK_S: Final = 3.0
"""A press and the order to finish within this time are one crossing of the finish line."""


THUMB_SD_S: Final = 0.3
"""How well the time at one line is known by a thumb, as the engine takes it; two presses of one
runner differ by less, for both are late."""


def line_error_s(source: MarkSource, board_mps: float | None = None) -> float:
    """Return half of the 95 % interval of the time at one line, by who marked it.

    ``board_mps``: the pace on the road, where a board hangs somewhere near its kilometre; None on
    the track.
    """
    by_hand = source in (MarkSource.BUTTON, MarkSource.TRACKSIDE)
    sd_s = THUMB_SD_S if by_hand else LINE_SD_S / sqrt(2.0)
    return SIGMAS_95 * (hypot(sd_s, BOARD_SD_M / board_mps) if board_mps else sd_s)
