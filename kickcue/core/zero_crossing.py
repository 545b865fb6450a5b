"""Root finding by Ridders' method: where a function changes its sign, in few evaluations.

It halves the bracket at least, as bisection does, and near a smooth root it is far quicker.
Source: C. Ridders, "A new algorithm for computing a single root of a real continuous function",
IEEE Transactions on Circuits and Systems 26 (1979).
"""

import math
from collections.abc import Callable


def zero_crossing(
    function: Callable[[float], float],
    low: tuple[float, float],
    high: tuple[float, float],
    tolerance: float,
) -> float:
    """Return where ``function`` changes its sign, to ``tolerance`` where it is smooth.

    ``low``, ``high``: (x, value) on both sides of the change. Where both values have the same sign
    there is none between: the end that is nearer to one is returned.
    """
    (x0, y0), (x1, y1) = low, high
    if (y0 > 0.0) is (y1 > 0.0):
        return x0 if abs(y0) < abs(y1) else x1
    found = math.inf
    while abs(x1 - x0) > tolerance:
        middle = 0.5 * (x0 + x1)
        at_middle = function(middle)
        root = math.sqrt(at_middle * at_middle - y0 * y1)
        if root == 0.0:
            return middle
        step = (middle - x0) * at_middle / root
        before, found = found, middle + (step if y0 > y1 else -step)
        at_found = function(found)
        if at_found == 0.0 or abs(found - before) <= tolerance:
            return found
        if (at_found > 0.0) is not (at_middle > 0.0):
            x0, y0, x1, y1 = middle, at_middle, found, at_found
        elif (at_found > 0.0) is (y0 > 0.0):
            x0, y0 = found, at_found
        else:
            x1, y1 = found, at_found
    return 0.5 * (x0 + x1)
