"""The canonical pulses made to fit a motor, one step a function, in the order of ``shaped``.

What counts in a race is the number of pulses (counting survives running, telling lengths apart does
not), so the count is given up last: first the intensity goes, then the exact lengths, then the
gaps, and only where the motor or the time does not allow that many pulses, the count.
"""

from dataclasses import dataclass, field
from typing import Final

from kickcue.core.events import Pulses
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.watch_profile import Actuator, Amplitude, Pattern

WEAKEST_LENGTH: Final = 0.6
"""Where there is no amplitude a weak pulse is this much of its length: shorter ones would vanish in
a run."""


@dataclass(slots=True)
class _Draft:
    """Pulses under work: ``off`` has one gap less than ``on`` has pulses."""

    on: list[int]
    off: list[int]
    level: list[float]
    lost: list[Downgrade] = field(default_factory=list)

    def lose(self, name: Downgrade, *, when: bool = True) -> None:
        if when and name not in self.lost:
            self.lost.append(name)

    def total_ms(self) -> int:
        return sum(self.on) + sum(self.off)

    def pulses(self) -> Pulses:
        return tuple(zip(self.on, [*self.off, 0], self.level, strict=True))


def audible(pulses: Pulses) -> Pulses:
    """Return the pulses without those that nobody feels: no length, or no intensity.

    Their time becomes part of the gap before; the last gap is 0.
    """
    kept: list[tuple[int, int, float]] = []
    for on_ms, off_ms, intensity in pulses:
        if on_ms > 0 and intensity > 0:
            kept.append((on_ms, off_ms, intensity))
        elif kept:
            before = kept.pop()
            kept.append((before[0], before[1] + on_ms + off_ms, before[2]))
    return (*kept[:-1], (kept[-1][0], 0, kept[-1][2])) if kept else ()


def shaped(pulses: Pulses, motor: Actuator) -> tuple[Pulses, tuple[Downgrade, ...]]:
    """Return the pulses as this motor plays them and what they lost.

    ``motor.pattern`` is SEQUENCE or EQUAL.
    """
    asked = audible(pulses)
    if not asked:
        return (), ()
    draft = _Draft([p[0] for p in asked], [p[1] for p in asked[:-1]], [p[2] for p in asked])
    _set_level(draft, motor)
    _clamp(draft, motor)
    _fit_count(draft, motor)
    if motor.pattern is Pattern.EQUAL:
        _equalise(draft)
    _put_on_grid(draft, motor)
    _fit_total(draft, motor)
    return draft.pulses(), tuple(draft.lost)


def _set_level(draft: _Draft, motor: Actuator) -> None:
    if motor.amplitude is Amplitude.NONE:
        draft.lose(Downgrade.INTENSITY_AS_LENGTH, when=any(level < 1.0 for level in draft.level))
        draft.on = [
            max(round(on * max(level, WEAKEST_LENGTH)), 1)
            for on, level in zip(draft.on, draft.level, strict=True)
        ]
        draft.level = [1.0] * len(draft.on)
        return
    if motor.amplitude is Amplitude.STEPS:
        had = [
            min(
                motor.amplitude_steps,
                # mypy loses the default of a lambda.
                key=lambda step, level=level: abs(step - level),  # type: ignore[misc]
            )
            for level in draft.level
        ]
    else:
        had = [max(level, motor.amplitude_floor) for level in draft.level]
    draft.lose(Downgrade.INTENSITY_ROUNDED, when=had != draft.level)
    draft.level = had


def _clamp(draft: _Draft, motor: Actuator) -> None:
    draft.lose(Downgrade.LENGTHENED, when=min(draft.on) < motor.min_on_ms)
    draft.lose(Downgrade.SHORTENED, when=max(draft.on) > motor.max_on_ms)
    draft.lose(Downgrade.GAPS_WIDENED, when=any(off < motor.min_gap_ms for off in draft.off))
    draft.on = [min(max(on, motor.min_on_ms), motor.max_on_ms) for on in draft.on]
    draft.off = [max(off, motor.min_gap_ms) for off in draft.off]


def _fit_count(draft: _Draft, motor: Actuator) -> None:
    """Close the shortest gaps.

    Where that makes a pulse too long, leave pulses out, but neither the first nor the last.
    """
    while len(draft.on) > motor.max_pulses:
        at = min(range(len(draft.off)), key=lambda i: draft.off[i])
        joined = draft.on[at] + draft.off[at] + draft.on[at + 1]
        if joined > motor.max_on_ms:
            _leave_one_out(draft)
            continue
        draft.on[at : at + 2] = [joined]
        draft.level[at : at + 2] = [max(draft.level[at : at + 2])]
        del draft.off[at]
        draft.lose(Downgrade.JOINED)


def _leave_one_out(draft: _Draft) -> None:
    at = len(draft.on) - 2 if len(draft.on) > 2 else 1
    del draft.on[at], draft.level[at]
    draft.off[at - 1 : at + 1] = [max(draft.off[at - 1 : at + 1])] if at < len(draft.on) else []
    draft.lose(Downgrade.CUT)


def _equalise(draft: _Draft) -> None:
    count = len(draft.on)
    draft.lose(
        Downgrade.EQUALISED,
        when=len({*draft.on}) > 1 or len({*draft.off}) > 1 or len({*draft.level}) > 1,
    )
    draft.on = [round(sum(draft.on) / count)] * count
    draft.off = [round(sum(draft.off) / (count - 1))] * (count - 1) if count > 1 else []
    draft.level = [max(draft.level)] * count


def _put_on_grid(draft: _Draft, motor: Actuator) -> None:
    step = motor.quantum_ms
    shortest, longest, gap = (
        _up(motor.min_on_ms, step),
        motor.max_on_ms // step * step,
        _up(motor.min_gap_ms, step),
    )
    on = [min(max(_nearest(ms, step), shortest), longest) for ms in draft.on]
    off = [max(_nearest(ms, step), gap) for ms in draft.off]
    draft.lose(Downgrade.ROUNDED, when=on != draft.on or off != draft.off)
    draft.on, draft.off = on, off


def _fit_total(draft: _Draft, motor: Actuator) -> None:
    """Shorten gaps, then pulses, each in proportion to what it has above its least.

    Leave pulses out only where that is not enough.
    """
    step = motor.quantum_ms
    shortest, gap = _up(motor.min_on_ms, step), _up(motor.min_gap_ms, step)
    while (
        len(draft.on) > 1 and len(draft.on) * shortest + len(draft.off) * gap > motor.max_total_ms
    ):
        _leave_one_out(draft)
    if draft.total_ms() > motor.max_total_ms and draft.off:
        draft.off = _squeezed(draft.off, gap, motor.max_total_ms - sum(draft.on), step)
        draft.lose(Downgrade.GAPS_SHORTENED)
    if draft.total_ms() > motor.max_total_ms:
        draft.on = _squeezed(draft.on, shortest, motor.max_total_ms - sum(draft.off), step)
        draft.lose(Downgrade.SHORTENED)


def _squeezed(times: list[int], least: int, budget: int, step: int) -> list[int]:
    """Return the times, shortened to add up to ``budget`` at most, or as near as ``least`` allows.

    Equal times stay equal.
    """
    above = sum(times) - least * len(times)
    room = max(budget - least * len(times), 0)
    return [least + (ms - least) * room // above // step * step if above else ms for ms in times]


def _nearest(ms: int, step: int) -> int:
    return (2 * ms + step) // (2 * step) * step


def _up(ms: int, step: int) -> int:
    return -(-ms // step) * step
