"""What a lap press means in a session: it begins, ends, or corrects, and can be undone.

Nobody has to press anything. A press is believed all the same, and says more exactly what was found
without it: shortly after a start it is that start, shortly after an end that end.
"""

from dataclasses import replace
from typing import Final

from kickcue.core.events import (
    LegEnd,
    LegKind,
    LegResult,
    Notice,
    Output,
)
from kickcue.core.session.leg_before import Correction, LegBefore
from kickcue.core.session.session_legs import SessionLegs
from kickcue.core.session.stretch_progress import AT_LINE, StretchProgress
from kickcue.core.units import NS_PER_S

PRESS_LATE_NS: Final = 2 * NS_PER_S // 5
START_PRESS_NS: Final = 6 * NS_PER_S
END_PRESS_NS: Final = 6 * NS_PER_S
"""...and one so soon after an end that was found is that end's."""
TWICE_NS: Final = 2 * NS_PER_S
"""Two presses within so long are one: nobody runs a repetition in it."""
UNDO_NS: Final = 60 * NS_PER_S


class SessionPresses(SessionLegs):
    """The legs, and what presses, crossings of the line and a watch's timer do to them."""

    @property
    def undo_until_ns(self) -> int | None:
        """Until when an undo takes the last press back; None where there is none."""
        if self._correction is not None:
            return self._correction.t_ns + UNDO_NS
        left = self._left
        return left.t_ns + UNDO_NS if left is not None and left.by_press else None

    def press(self, t_ns: int, out: list[Output]) -> None:
        """Handle a lap press: it begins, ends, or corrects."""
        last_ns, self._last_press_ns = self._last_press_ns, t_ns
        if not self.running:
            told = f"lap press ignored: no session is on ({self.phase})"
            out.append(Notice(t_ns, "mark_ignored", told))
        elif last_ns is not None and t_ns - last_ns < TWICE_NS:
            out.append(Notice(t_ns, "mark_doubted", "lap press ignored: a double press"))
        elif self.stretch is None:
            self._press_in_rest(t_ns, out)
        else:
            self._press_in_stretch(t_ns, self.stretch, out)

    def _press_in_rest(self, t_ns: int, out: list[Output]) -> None:
        left = self._left
        pressed_ns = t_ns - PRESS_LATE_NS
        if (
            left is not None
            and left.stretch is not None
            and not self._by_press
            and pressed_ns - self.began_ns <= END_PRESS_NS
        ):
            if left.ended_by is LegEnd.LINE:
                told = "lap press ignored: the finish line has ended that repetition already"
                out.append(Notice(t_ns, "mark_ignored", told))
            else:
                self._correct_end(t_ns, max(pressed_ns, left.began_ns), left, left.stretch, out)
            return
        self._keep(t_ns, by_press=True)
        self.run_off(t_ns, max(pressed_ns, self.began_ns), out, by=LegEnd.PRESS)

    def _press_in_stretch(self, t_ns: int, stretch: StretchProgress, out: list[Output]) -> None:
        pressed_ns = t_ns - PRESS_LATE_NS
        is_start = pressed_ns - self.began_ns <= START_PRESS_NS and not self._by_press
        if is_start and stretch.leg.kind is not LegKind.EASY:
            self._correct(t_ns, pressed_ns, None)
            self._restart(pressed_ns, stretch)
            out.append(Notice(t_ns, "leg_start", f"start of {stretch.leg.text} by the lap press"))
            return
        self._keep(t_ns, by_press=True)
        pressed_ns = max(pressed_ns, stretch.began_ns)
        length_m, ran_m = stretch.leg.distance_m, stretch.distance_m(pressed_ns)
        if length_m is not None and (ran_m is None or abs(ran_m - length_m) <= AT_LINE * length_m):
            self._learn_scale(stretch, pressed_ns)
        self.end_stretch(t_ns, pressed_ns, LegEnd.PRESS, out)

    def pass_line(self, t_ns: int, passed_ns: int, out: list[Output]) -> None:
        """Handle a crossing of the finish line: the end of a repetition that is due there."""
        stretch = self.stretch
        if stretch is None or stretch.leg.kind is LegKind.EASY:
            return
        length_m, ran_m = stretch.leg.distance_m, stretch.distance_m(t_ns)
        if length_m is None or ran_m is None or abs(ran_m - length_m) > AT_LINE * length_m:
            return
        self._learn_scale(stretch, passed_ns)
        self.end_stretch(t_ns, passed_ns, LegEnd.LINE, out)

    def turn_timer(self, t_ns: int, *, running: bool, out: list[Output]) -> None:
        """Handle a watch that is stopped, or goes on: many stop theirs in the rests."""
        out.append(Notice(t_ns, "timer", f"timer {'running' if running else 'stopped'}"))
        if not self.running:
            return
        stretch = self.stretch
        if running and stretch is None:
            self._keep(t_ns, by_press=True)
            self.run_off(t_ns, t_ns, out, by=LegEnd.PRESS)
        elif not running and stretch is not None and stretch.leg.kind is not LegKind.EASY:
            self._keep(t_ns, by_press=True)
            self.end_stretch(t_ns, t_ns, LegEnd.PRESS, out)

    def undo(self, t_ns: int, out: list[Output]) -> None:
        """Take the last press back: go on with the leg that it ended."""
        left, until_ns = self._left, self.undo_until_ns
        if until_ns is None or t_ns > until_ns:
            out.append(Notice(t_ns, "undo_refused", "no lap press to undo"))
            return
        if self._correction is not None:
            self._undo_correction(t_ns, self._correction, out)
            return
        assert left is not None
        if left.stretch is not None and left.leg.kind is not LegKind.EASY:
            self.done -= 1
        self._left, self._last_press_ns = None, None
        self._index, self.leg, self.began_ns = left.index, left.leg, left.began_ns
        self.stretch, self.rest = left.stretch, left.rest
        self._by_press = False
        if self.stretch is not None:
            for reading in self._log.since(left.t_ns):
                self.stretch.estimator.handle_reading(*reading)
                self.stretch.note_reading(reading.t_ns)
        out.append(Notice(t_ns, "undone", f"last lap press undone: {left.leg.text} goes on"))
        self._tell_begin(t_ns, out)

    def _correct(self, t_ns: int, began_ns: int, result: LegResult | None) -> None:
        """Have the leg begin where it was pressed; ``result``: of the one before, to go back to."""
        self._correction = Correction(t_ns, self.began_ns, result, self.scale.prior)
        self.began_ns, self._by_press = began_ns, True

    def _undo_correction(self, t_ns: int, correction: Correction, out: list[Output]) -> None:
        """Have the leg begin where it was found to."""
        self._correction, self._last_press_ns, self._by_press = None, None, False
        self.began_ns, self.scale.prior = correction.began_ns, correction.prior
        if self.stretch is not None:
            self._restart(correction.began_ns, self.stretch)
        if self.rest is not None:
            self.rest.began_ns = correction.began_ns
        if correction.result is not None:
            out.append(replace(correction.result, t_ns=t_ns))
        assert self.leg is not None
        out.append(Notice(t_ns, "undone", f"last lap press undone: {self.leg.text} as found"))

    def _correct_end(
        self,
        t_ns: int,
        pressed_ns: int,
        left: LegBefore,
        stretch: StretchProgress,
        out: list[Output],
    ) -> None:
        """Take a press just after the end that was found for the end itself."""
        self._correct(t_ns, pressed_ns, stretch.result(t_ns, self.began_ns, left.ended_by))
        if self.rest is not None:
            self.rest.began_ns = pressed_ns
        left.slowed = True
        self._learn_scale(stretch, pressed_ns)
        out.append(stretch.result(t_ns, pressed_ns, LegEnd.PRESS))
