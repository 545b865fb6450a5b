"""``make test-mutated``: mutated recordings through all that looks at one, for so many minutes.

Each case has a number; ``python -m tests.mutated --seed 123`` shows it again. Exit status 1 where a
promise was broken.
"""

import argparse
import time
import traceback
from collections import Counter
from itertools import count

from tests.mutated.cases import Broken, broken
from tests.mutated.promises import PROMISES

MINUTE_S = 60.0


def main() -> int:
    """Look for broken promises; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutated")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, help="this case alone")
    parser.add_argument("--only", choices=tuple(PROMISES), action="append", help="what to run")
    args = parser.parse_args()
    names = tuple(args.only or PROMISES)
    if args.seed is not None:
        found = broken(args.seed, names)
        for each in found:
            _show(each)
        return 1 if found else 0
    ends_s = time.monotonic() + args.minutes * MINUTE_S
    counts: Counter[str] = Counter()
    for seed in count(args.first):
        if time.monotonic() >= ends_s:
            break
        counts["cases"] += 1
        for each in broken(seed, names):
            counts["broken"] += 1
            _show(each)
    print(f"{counts['cases']} mutated recordings, {counts['broken']} broken promises")
    return 1 if counts["broken"] else 0


def _show(each: Broken) -> None:
    print(f"case {each.seed} ({each.what}), {each.promise}:", flush=True)
    traceback.print_exception(each.error)


if __name__ == "__main__":
    raise SystemExit(main())
