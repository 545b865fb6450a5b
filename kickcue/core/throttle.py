"""A bound on how often something may happen, be it messages that come in or lines of a log."""


class Throttle:
    """Lets ``burst`` things through at once, then ``per_s`` a second; counts what it holds back."""

    def __init__(self, burst: int, per_s: float) -> None:
        self.held_back = 0
        """How many since the last one that was let through."""
        self._burst = burst
        self._per_s = per_s
        self._left = float(burst)
        self._at_s: float | None = None

    def passes(self, now_s: float) -> bool:
        """Tell whether one more passes at this moment; a clock that goes back stands still."""
        gone_s = 0.0 if self._at_s is None else max(now_s - self._at_s, 0.0)
        self._at_s = now_s
        self._left = min(self._left + gone_s * self._per_s, float(self._burst))
        if self._left < 1.0:
            self.held_back += 1
            return False
        self._left -= 1.0
        self.held_back = 0
        return True
