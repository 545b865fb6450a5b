"""Whether a race run again gives what was recorded.

The last digits of a sum, a logarithm or an exponential are the Python's and the C library's own.
They move a number by far less than a millionth and a time by far less than a millisecond, and
change no decision. So equality is: the same outputs in the same order, the same kinds and words,
each number within a millionth of itself or of its unit, each time within a millisecond. Notices
are compared by code and disarms by cue: their texts are for people, and may be worded better in a
later version.
"""

import json
import math
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Final

from kickcue.core.events import Disarm, Notice, Output
from kickcue.core.printable import printable
from kickcue.core.units import NS_PER_MS, ns_to_s
from kickcue.recording import Recording
from kickcue.recording.codec import shape_of

NUMBERS_ALIKE: Final = 1e-6
"""Of the number, and of its unit."""

TIMES_ALIKE: Final[Mapping[str, int]] = {"t_ns": NS_PER_MS, "due_in_ms": 1}
"""How far apart times may be, by their keys: a millisecond each."""

FOR_PEOPLE: Final[Mapping[type, str]] = {Notice: "text", Disarm: "why"}
"""The key whose words count only where all must be ``exact``."""


def first_difference(
    recording: Recording, again: tuple[Output, ...], *, exact: bool = False
) -> str | None:
    """Say where the outputs first differ from the recorded ones, None where they do not.

    A recording that was cut off may lack the outputs of its last input; that is no difference.
    With ``exact``, the last digit is one: so the same Python must do it.
    """
    for number, (then, now) in enumerate(zip_longest(recording.outputs, again), start=1):
        if then == now or (then is None and recording.problems):
            continue
        if then is None or now is None or type(then) is not type(now):
            return f"output {number} was {_whole(then)} and is now {_whole(now)}"
        differing = _differing(then, now, exact=exact)
        if differing:
            return f"output {number}, {_name(then)}: {printable('; '.join(differing))}"
    return None


def _differing(then: Output, now: Output, *, exact: bool) -> list[str]:
    """Return one clause for each key whose values are not the same, with all their digits."""
    was, is_now = _leaves(_written(then)), _leaves(_written(now))
    return [
        f"{key} was {_shown(was.get(key))} and is now {_shown(is_now.get(key))}"
        for key in {**was, **is_now}
        if (exact or key != FOR_PEOPLE.get(type(then)))
        and (
            was.get(key) != is_now.get(key)
            if exact
            else not _alike(key, was.get(key), is_now.get(key))
        )
    ]


def _alike(key: str, then: Any, now: Any) -> bool:
    apart = TIMES_ALIKE.get(key.rpartition(".")[2])
    if apart is not None and then is not None and now is not None:
        return bool(abs(then - now) <= apart)
    if isinstance(then, float) and isinstance(now, float):
        return math.isclose(then, now, rel_tol=NUMBERS_ALIKE, abs_tol=NUMBERS_ALIKE)
    return bool(then == now)


def _written(output: Output) -> dict[str, Any]:
    return {"t_ns": output.t_ns, **shape_of(output).write(output)}


def _leaves(given: Any, at: str = "") -> dict[str, Any]:
    """Return all values of a JSON object by their paths (``cue.text``, ``pulses.0.on_ms``)."""
    if not isinstance(given, dict | list):
        return {at: given}
    inner = given.items() if isinstance(given, dict) else enumerate(given)
    return {
        path: value
        for key, each in inner
        for path, value in _leaves(each, f"{at}.{key}" if at else str(key)).items()
    }


def _name(output: Output) -> str:
    return f"{shape_of(output).kind} at {ns_to_s(output.t_ns):.9f} s"


def _whole(output: Output | None) -> str:
    if output is None:
        return "nothing"
    written = ", ".join(
        f"{key}: {_shown(value)}" for key, value in shape_of(output).write(output).items()
    )
    return printable(f"[{_name(output)}: {written}]")


def _shown(value: Any) -> str:
    return "unknown" if value is None else json.dumps(value, ensure_ascii=False)
