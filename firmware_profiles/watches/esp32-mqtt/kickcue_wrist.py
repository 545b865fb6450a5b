"""What the watch does with arm, disarm and cue: felt once, never late.

Pure: the same file runs under MicroPython and CPython.

This is ``kickcue/core/watch/``, ``state_machine.py`` and ``clock_offset.py``, once more, in what a
microcontroller has; a test plays the same schedules to both.

=========  =======================  ==================  =======================  =================
state      arm                      disarm              cue                      its time has come
=========  =======================  ==================  =======================  =================
(unknown)  ARMED                    DISARMED            felt or late, then OVER  -
ARMED      new time, if sent later  DISARMED, if later  felt or late, then OVER  felt, then OVER;
                                                                                 late: DISARMED
DISARMED   ARMED, if sent later     -                   felt or late, then OVER  -
OVER       -                        -                   the first answer again   -
=========  =======================  ==================  =======================  =================
-                   the first answer once more       - =========  ========================
==================  ==============================  =================================

Lateness needs no clock that is set: of all ``received_ms - sent_ms`` of a run the smallest belongs
to the fastest message, and what another message has above it is what it lost on its way. That can
be believed once it has settled: once two messages, sent some time apart, agree. A cue is none of
the two, for it is what is judged. Until then no timer fires, and a cue is kept like an armed one
whose time has come. A message that undercuts the smallest by more than jitter shows that those two
were held up: a cue is kept until there is another. A clock that went back (the sender was started
again under its old name) is told from messages that were held up by several in a row that agree;
then what it had armed is cancelled. All times are milliseconds below 2^31.
"""

from collections import namedtuple

WINDOW_MS = 300_000  # two windows bound the drift of two crystals: 50 ppm is 30 ms in ten minutes
APART_MS = 900  # a status is sent each second
AGREE_MS = 400  # the jitter of Wi-Fi that sleeps is 100 to 300 ms
MOST_FAST = 8
BACK_MS = 3000
BACK_COUNT = 4
MOST_RUNS = 8
MOST_CUES = 64
LATE = "late"

ARMED = "armed"
DISARMED = "disarmed"
OVER = "over"

# MicroPython has no typing.
Play = namedtuple("Play", ("touch", "late_ms", "from_timer"))  # noqa: PYI024
"""Do it now. ``touch``: the message; ``from_timer``: the armed time came before the cue did."""
Answer = namedtuple("Answer", ("run_id", "cue_id", "felt", "why", "latency_ms"))  # noqa: PYI024
"""Acknowledge cue ``cue_id`` of run ``run_id``; ``latency_ms`` is how late it was."""


class Clock:
    """Milliseconds since it was made, from a counter that wraps.

    ``time.ticks_ms`` does so at 2^30, after twelve days. Ask it more often than that.
    """

    def __init__(self, ticks_ms, ticks_diff):
        self._ticks_ms = ticks_ms
        self._ticks_diff = ticks_diff
        self._last = ticks_ms()
        self._now_ms = 0

    def now_ms(self):
        """Return the time."""
        ticks = self._ticks_ms()
        self._now_ms += self._ticks_diff(ticks, self._last)
        self._last = ticks
        return self._now_ms


class _Back:
    """How many messages in a row would fit a clock that went back, and the limits they lie in."""

    def __init__(self, sent_ms, offset_ms):
        self.count = 1
        self.first_ms = self.last_ms = sent_ms
        self.least_ms = self.most_ms = offset_ms

    def fits(self, offset_ms):
        return max(self.most_ms, offset_ms) - min(self.least_ms, offset_ms) <= AGREE_MS

    def take(self, sent_ms, offset_ms):
        self.count += sent_ms > self.last_ms  # the same one once more proves nothing
        self.first_ms, self.last_ms = min(self.first_ms, sent_ms), max(self.last_ms, sent_ms)
        self.least_ms, self.most_ms = min(self.least_ms, offset_ms), max(self.most_ms, offset_ms)

    def proven(self):
        return self.count >= BACK_COUNT and self.last_ms - self.first_ms >= BACK_MS


class _Run:
    """The smallest ``received_ms - sent_ms`` of this window and of the one before.

    Messages move the window, a silence does not.
    """

    def __init__(self, run_id, since_ms, offset_ms):
        self.run_id = run_id
        self.since_ms = since_ms
        self.minimum_ms = offset_ms
        self.previous_ms = offset_ms
        self.settled = False
        self.undercut_ms = (
            None  # sent_ms of a message that undercut a settled measure, until that is sure again
        )
        self.later = 0  # how many have come since that were sent after it
        self.newest_ms = -1  # the largest sent_ms heard
        self.back = None
        self._fast = []  # the fastest messages until it has settled, (sent_ms, offset_ms)

    def went_back(self, sent_ms, offset_ms, judged):
        """Tell whether a message is late and was sent before the newest one.

        Those in a row that agree are kept.
        """
        if sent_ms >= self.newest_ms or offset_ms <= self.offset_ms() + AGREE_MS:
            self.newest_ms, self.back = max(self.newest_ms, sent_ms), None
            return False
        if judged:
            return True
        if self.back is None or not self.back.fits(offset_ms):
            self.back = _Back(sent_ms, offset_ms)
        else:
            self.back.take(sent_ms, offset_ms)
        return True

    def note(self, sent_ms, offset_ms, received_ms, judged):
        if self.settled and offset_ms < self.offset_ms() - AGREE_MS:
            self.undercut_ms, self.later, self._fast = sent_ms, 0, []
        if received_ms - self.since_ms >= WINDOW_MS and not judged:
            self.since_ms, self.previous_ms, self.minimum_ms = (
                received_ms,
                self.minimum_ms,
                offset_ms,
            )
        else:
            self.minimum_ms = min(self.minimum_ms, offset_ms)
        if not self.sure() and not judged:
            self._settle(sent_ms, offset_ms)

    def _settle(self, sent_ms, offset_ms):
        self._fast.append((sent_ms, offset_ms))
        fast = [each for each in self._fast if each[1] <= self.offset_ms() + AGREE_MS]
        sent = [each[0] for each in fast]
        enough = bool(sent) and max(sent) - min(sent) >= APART_MS
        if self.undercut_ms is not None:
            self.later += sent_ms > self.undercut_ms
            enough = enough or (self.later >= BACK_COUNT and sent_ms - self.undercut_ms >= BACK_MS)
        if enough:
            self.settled, self.undercut_ms, self._fast = True, None, []
        else:
            self._fast = fast[:1] + fast[1:][-MOST_FAST:]

    def sure(self):
        return self.settled and self.undercut_ms is None

    def offset_ms(self):
        return min(self.minimum_ms, self.previous_ms)


class MinimumDelay:
    """Tells how late messages are; the runs heard last are kept."""

    def __init__(self):
        self.resets = 0  # how often a sender's clock went back
        self._runs = []  # the one heard last is at the end

    def lateness_ms(self, run_id, sent_ms, received_ms, judged=False):
        """Take note of a message and return how much later it came than the fastest one.

        ``judged``: it is a cue, which does not vouch for the measure.
        """
        offset_ms = received_ms - sent_ms
        run = self._find(run_id)
        if run is None:
            run = _Run(run_id, received_ms, offset_ms)
        else:
            self._runs.remove(run)
        self._runs.append(run)
        if len(self._runs) > MOST_RUNS:
            self._runs.pop(0)
        if not run.went_back(sent_ms, offset_ms, judged):
            run.note(sent_ms, offset_ms, received_ms, judged)
        elif run.back is not None and run.back.proven():
            self._begin_anew(run, received_ms)
        return offset_ms - self._find(run_id).offset_ms()

    def _begin_anew(self, before, received_ms):
        """Measure by the clock that went back; its messages agree, so it has settled."""
        self.resets += 1
        run = _Run(before.run_id, received_ms, before.back.least_ms)
        run.settled, run.newest_ms = True, before.back.last_ms
        self._runs[-1] = run

    def received_ms(self, run_id, sent_ms):
        """Return when a message sent at ``sent_ms`` would have come at best.

        None for a run never heard.
        """
        run = self._find(run_id)
        return None if run is None else sent_ms + run.offset_ms()

    def settled(self, run_id):
        """Say whether it has been seen how late messages in a run are: enough for a timer."""
        run = self._find(run_id)
        return run is not None and run.settled

    def sure(self, run_id):
        """Tell whether a message that came just now, perhaps out of a queue, can be judged late."""
        run = self._find(run_id)
        return run is not None and run.sure()

    def _find(self, run_id):
        for run in self._runs:
            if run.run_id == run_id:
                return run
        return None


class _Entry:
    def __init__(self, run_id, cue_id, sent_ms):
        self.run_id = run_id
        self.cue_id = cue_id
        self.state = DISARMED
        self.sent_ms = sent_ms  # of the order that holds, on the sender's clock
        self.due_sent_ms = (
            0  # on the sender's clock too: the difference of the clocks may still sharpen
        )
        self.said_now = False  # armed by a cue that came before the measure had settled
        self.touch = None
        self.answer = None


class Wrist:
    """The watch's memory: feed it what comes and do what it returns.

    Call ``tick`` no later than ``next_due_ms``.

    A ``touch`` is a dict with ``id`` and ``ttl_ms``, the message as it came. ``over``: what the
    watch had answered before it was switched off, as far as it still knows.
    """

    def __init__(self, over=()):
        self._delays = MinimumDelay()
        self._entries = []
        self._runs = []
        for answer in over:
            entry = _Entry(answer.run_id, answer.cue_id, 0)
            entry.state, entry.answer = OVER, answer
            self._entries.append(entry)

    def hear(self, run_id, sent_ms, received_ms):
        """Take note of any message but a cue that the broker had not retained.

        Return how late it is in ms.
        """
        before = self._delays.resets
        late_ms = self._delays.lateness_ms(run_id, sent_ms, received_ms)
        if self._delays.resets != before:
            self._forget_orders(run_id)
        return late_ms

    def clock_resets(self):
        """Return how often a sender's clock went back."""
        return self._delays.resets

    def arm(self, run_id, sent_ms, received_ms, touch, due_in_ms):
        """Set the timer of a cue, or set it anew: due ``due_in_ms`` after the message was sent."""
        self.hear(run_id, sent_ms, received_ms)
        self._take_over(run_id)
        entry = self._entry(run_id, touch["id"], sent_ms)
        if entry.state != OVER and sent_ms >= entry.sent_ms:
            entry.state, entry.sent_ms, entry.touch = ARMED, sent_ms, touch
            entry.due_sent_ms, entry.said_now = sent_ms + due_in_ms, False
        return self.tick(received_ms)

    def disarm(self, run_id, sent_ms, received_ms, cue_id):
        """Forget the timer of a cue."""
        self.hear(run_id, sent_ms, received_ms)
        entry = self._entry(run_id, cue_id, sent_ms)
        if entry.state != OVER and sent_ms >= entry.sent_ms:
            entry.state, entry.sent_ms, entry.touch = DISARMED, sent_ms, None
        return self.tick(received_ms)

    def cue(self, run_id, sent_ms, received_ms, touch):
        """Feel it now: once, and only if it is not late."""
        late_ms = self._delays.lateness_ms(run_id, sent_ms, received_ms, True)
        self._take_over(run_id)
        entry = self._entry(run_id, touch["id"], sent_ms)
        if entry.answer is not None:
            # MicroPython does not unpack into a list.
            return [entry.answer] + self.tick(received_ms)  # noqa: RUF005
        if not self._delays.sure(run_id):
            entry.state, entry.sent_ms, entry.touch = ARMED, sent_ms, touch
            entry.due_sent_ms, entry.said_now = sent_ms, True
            return self.tick(received_ms)
        return _settle(entry, touch, late_ms, False) + self.tick(received_ms)

    def tick(self, now_ms):
        """Fire the armed cues whose time has come."""
        actions = []
        for entry in self._entries:
            due_ms = self._due_ms(entry)
            if due_ms is None or due_ms > now_ms:
                continue
            if now_ms - due_ms > entry.touch["ttl_ms"] and not entry.said_now:
                entry.state, entry.touch = DISARMED, None
            else:
                actions += _settle(entry, entry.touch, now_ms - due_ms, True)
        return actions

    def next_due_ms(self):
        """Return when the next armed cue is due.

        None while none is armed, or the measure has not settled.
        """
        earliest_ms = None
        for entry in self._entries:
            due_ms = self._due_ms(entry)
            if due_ms is not None and (earliest_ms is None or due_ms < earliest_ms):
                earliest_ms = due_ms
        return earliest_ms

    def _due_ms(self, entry):
        known = self._delays.sure if entry.said_now else self._delays.settled
        if entry.state != ARMED or not known(entry.run_id):
            return None
        return self._delays.received_ms(entry.run_id, entry.due_sent_ms)

    def _entry(self, run_id, cue_id, sent_ms):
        for entry in self._entries:
            if entry.cue_id == cue_id and entry.run_id == run_id:
                return entry
        entry = _Entry(run_id, cue_id, sent_ms)
        self._entries.append(entry)
        if len(self._entries) > MOST_CUES:
            self._entries.pop(0)
        return entry

    def _forget_orders(self, run_id):
        """Forget what a run had ordered: its times were of another clock."""
        for entry in self._entries:
            if entry.run_id == run_id and entry.state != OVER:
                entry.state, entry.sent_ms, entry.touch = DISARMED, -1, None

    def _take_over(self, run_id):
        """Cancel the timers of other runs when this one was never heard before.

        Its sender was restarted.
        """
        if run_id in self._runs:
            return
        self._runs.append(run_id)
        if len(self._runs) > MOST_RUNS:
            self._runs.pop(0)
        for entry in self._entries:
            if entry.state == ARMED:
                entry.state, entry.touch = DISARMED, None


def _settle(entry, touch, late_ms, from_timer):
    """End a cue: felt if it is not late; return what to do."""
    felt = late_ms <= touch["ttl_ms"]
    entry.state, entry.touch = OVER, None
    entry.answer = Answer(entry.run_id, entry.cue_id, felt, None if felt else LATE, late_ms)
    return [Play(touch, late_ms, from_timer), entry.answer] if felt else [entry.answer]
