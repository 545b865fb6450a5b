"""How late a message is, without any clock being set: the minimum-delay filter.

Every message carries the sender's ``run_id`` and ``sent_ms``, milliseconds on a monotonic clock
that started with that run. The receiver has a monotonic clock of its own. Neither knows the other's
zero, so ``received_ms - sent_ms`` by itself says nothing: it is the unknown difference of the two
zeros plus the delay of that message. But the difference of the zeros is the same for all messages
of a run. The smallest value seen belongs to the fastest message, and what a later message has above
it is what it lost on its way more than that one::

    lateness_ms = (received_ms - sent_ms) - min over the run of (received_ms - sent_ms)

So no NTP, no time zone and no date is needed, a watch without a real-time clock is as good as any,
and numbers stay small.

Limits, and what stands against each:

* *The delay of the fastest message is invisible.* On Bluetooth or Wi-Fi that is some milliseconds
  to some tens of them.
* *The first message of a run has nothing to be compared with*: held up for ten seconds it still
  looks on time. The sender therefore sends its status each second, long before there is a cue. A
  receiver acts on nothing before the measure has ``settled``: before two messages, sent at least
  ``APART_MS`` apart, were of about the same delay. Messages that were held up by different things
  hardly ever agree, and those that were held up by one thing come together, which their times of
  sending do not. What the broker had retained must not be given to the filter: its age is unknown.
* *What is judged at once does not vouch for itself.* A cue may lower the minimum, which makes the
  others look later. But it is none of the two that agree, moves no window and proves no new clock:
  one that was held up by the same as the message before it would settle its own measure.
* *A message that undercuts the minimum by more than* ``AGREE_MS`` shows that what had agreed was
  held up; and it may itself come out of the same queue. So the measure is not ``sure`` until a
  message agrees with the new minimum. Or until ``BACK_COUNT`` have come that were sent after it,
  the last ``BACK_MS`` after it or more: one lucky message must not make a watch mute, and lateness
  by it errs to the safe side.
* *Clocks drift.* 50 ppm (a bare crystal) is 180 ms an hour. The minimum is therefore taken over the
  present and the previous window of ``WINDOW_MS`` only: at most 10 minutes, 30 ms. Windows follow
  the messages, not the time: a silence of any length forgets nothing, or what was held up during it
  would come in as the new measure.
* *A clock that goes back* (a gateway that was started again under its old name, a clock that was
  set, one message with an absurd ``sent_ms``) would make everything look late until it is where it
  was. A message that was held up looks the same: it was sent before others that have come. But what
  was held up comes at once, or between messages that are in time; a clock that went back says the
  same thing again and again. So ``BACK_COUNT`` messages in a row, of one delay to ``AGREE_MS``,
  sent over ``BACK_MS`` or more, each before the newest one heard, are a new clock: the measure
  begins anew with them. A single one that is in time, or later than it should be by another delay,
  and the count begins anew. ``resets`` counts how often that was so.
* *A sender that slept* (a laptop's lid) looks late for up to two windows, for its clock stood
  still. That errs to the safe side.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

WINDOW_MS: Final = 300_000  # 5 minutes; see "Clocks drift"
APART_MS: Final = 900  # a status is sent each second
AGREE_MS: Final = (
    400  # the jitter of Wi-Fi that sleeps and of an idle Bluetooth link is 100 to 300 ms
)
MOST_FAST: Final = 8
BACK_MS: Final = 3000
BACK_COUNT: Final = 4
MOST_RUNS: Final = 8  # a receiver hears one sender, or a few after restarts; more is a flood


@dataclass(slots=True)
class _Back:
    """How many messages in a row would fit a clock that went back, and the limits they lie in."""

    count: int
    first_ms: int
    last_ms: int
    """Of ``sent_ms``."""
    least_ms: int
    most_ms: int
    """Of ``received_ms - sent_ms``."""

    def fits(self, offset_ms: int) -> bool:
        return max(self.most_ms, offset_ms) - min(self.least_ms, offset_ms) <= AGREE_MS

    def take(self, sent_ms: int, offset_ms: int) -> None:
        self.count += sent_ms > self.last_ms  # the same one once more proves nothing
        self.first_ms, self.last_ms = min(self.first_ms, sent_ms), max(self.last_ms, sent_ms)
        self.least_ms, self.most_ms = min(self.least_ms, offset_ms), max(self.most_ms, offset_ms)

    @property
    def proven(self) -> bool:
        return self.count >= BACK_COUNT and self.last_ms - self.first_ms >= BACK_MS


@dataclass(slots=True)
class _WindowMinimum:
    """The smallest ``received_ms - sent_ms`` of this window and of the one before."""

    since_ms: int
    minimum_ms: int
    previous_ms: int
    fast: list[tuple[int, int]] = field(default_factory=list)
    """The fastest messages until it has settled, (``sent_ms``, ``received_ms - sent_ms``)."""
    settled: bool = False
    undercut_ms: int | None = None
    """``sent_ms`` of a message that undercut a settled measure, until that is sure again."""
    later: int = 0
    """How many have come since that were sent after it."""
    newest_ms: int = -1
    """The largest ``sent_ms`` heard."""
    back: _Back | None = None

    def went_back(self, sent_ms: int, offset_ms: int, *, judged: bool) -> bool:
        """Tell whether a message is late and was sent before the newest one.

        Those in a row that agree are kept.
        """
        if sent_ms >= self.newest_ms or offset_ms <= self.offset_ms + AGREE_MS:
            self.newest_ms, self.back = max(self.newest_ms, sent_ms), None
            return False
        if judged:
            return True
        if self.back is None or not self.back.fits(offset_ms):
            self.back = _Back(1, sent_ms, sent_ms, offset_ms, offset_ms)
        else:
            self.back.take(sent_ms, offset_ms)
        return True

    def usual_lateness_ms(self, sent_ms: int, offset_ms: int, received_ms: int) -> int | None:
        """Take note of a message that changes little, and return how late it is.

        None where it was not taken: it is for ``went_back`` and ``note``, which do the same with
        it. Nearly all come while the measure is sure and its window goes on, in order, and do not
        undercut it.
        """
        if not self.settled or self.undercut_ms is not None or sent_ms < self.newest_ms:
            return None
        minimum_ms, previous_ms = self.minimum_ms, self.previous_ms
        least_ms = min(minimum_ms, previous_ms)
        if offset_ms < least_ms - AGREE_MS or received_ms - self.since_ms >= WINDOW_MS:
            return None
        self.newest_ms, self.back = sent_ms, None
        if offset_ms < minimum_ms:
            self.minimum_ms = offset_ms
        return offset_ms - least_ms if offset_ms > least_ms else 0

    def note(self, sent_ms: int, offset_ms: int, received_ms: int, *, judged: bool) -> None:
        if self.settled and offset_ms < self.offset_ms - AGREE_MS:
            self.undercut_ms, self.later, self.fast = sent_ms, 0, []
        if received_ms - self.since_ms >= WINDOW_MS and not judged:
            self.since_ms, self.previous_ms, self.minimum_ms = (
                received_ms,
                self.minimum_ms,
                offset_ms,
            )
        else:
            self.minimum_ms = min(self.minimum_ms, offset_ms)
        if not self.sure and not judged:
            self._settle(sent_ms, offset_ms)

    def _settle(self, sent_ms: int, offset_ms: int) -> None:
        fast = [
            each
            for each in (*self.fast, (sent_ms, offset_ms))
            if each[1] <= self.offset_ms + AGREE_MS
        ]
        sent = [each[0] for each in fast]
        enough = bool(sent) and max(sent) - min(sent) >= APART_MS
        if self.undercut_ms is not None:
            self.later += sent_ms > self.undercut_ms
            enough |= self.later >= BACK_COUNT and sent_ms - self.undercut_ms >= BACK_MS
        if enough:
            self.settled, self.undercut_ms, self.fast = True, None, []
        else:
            self.fast = fast[:1] + fast[1:][-MOST_FAST:]

    @property
    def sure(self) -> bool:
        return self.settled and self.undercut_ms is None

    @property
    def offset_ms(self) -> int:
        return min(self.minimum_ms, self.previous_ms)


class MinimumDelayFilter:
    """Tells how late messages are; one per receiver, any number of senders.

    Memory is bounded: the runs heard last are kept.
    """

    def __init__(self) -> None:
        self.resets = 0
        """How often a sender's clock went back."""
        self._runs: OrderedDict[str, _WindowMinimum] = OrderedDict()

    def lateness_ms(
        self, run_id: str, sent_ms: int, received_ms: int, *, judged: bool = False
    ) -> int:
        """Take note of a message and return how much later it came than its run's fastest one.

        Never negative. ``judged``: it is a cue, which is acted on by its lateness alone, so it does
        not vouch for the measure.
        """
        offset_ms = received_ms - sent_ms
        run = self._runs.get(run_id)
        if run is not None and not judged:
            usual_ms = run.usual_lateness_ms(sent_ms, offset_ms, received_ms)
            if usual_ms is not None:
                self._runs.move_to_end(run_id)
                return usual_ms
        if run is None:
            run = self._runs[run_id] = _WindowMinimum(received_ms, offset_ms, offset_ms)
            if len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)
        self._runs.move_to_end(run_id)
        if not run.went_back(sent_ms, offset_ms, judged=judged):
            run.note(sent_ms, offset_ms, received_ms, judged=judged)
        elif run.back is not None and run.back.proven:
            run = self._begin_anew(run_id, run.back, received_ms)
        return offset_ms - run.offset_ms

    def _begin_anew(self, run_id: str, back: _Back, received_ms: int) -> _WindowMinimum:
        """Measure by the clock that went back; its messages agree, so it has settled."""
        self.resets += 1
        run = _WindowMinimum(
            received_ms, back.least_ms, back.least_ms, settled=True, newest_ms=back.last_ms
        )
        self._runs[run_id] = run
        return run

    def received_ms(self, run_id: str, sent_ms: int) -> int | None:
        """Return when, on the receiver's clock, a message sent at ``sent_ms`` would come at best.

        None for a run never heard.
        """
        run = self._runs.get(run_id)
        return None if run is None else sent_ms + run.offset_ms

    def settled(self, run_id: str) -> bool:
        """Say whether it has been seen how late messages in a run are: enough for a timer."""
        run = self._runs.get(run_id)
        return run is not None and run.settled

    def sure(self, run_id: str) -> bool:
        """Tell whether a message that came just now, perhaps out of a queue, can be judged late."""
        run = self._runs.get(run_id)
        return run is not None and run.sure
