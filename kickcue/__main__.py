"""``python -m kickcue`` is the same as ``kickcue``."""

import sys

from kickcue.ending import end_in_good_order, nothing_left_to_end

end_in_good_order()  # before the imports that take their time

from kickcue.cli import main  # noqa: E402  see above


def run() -> int:
    """Run the command that was asked for, as a process of its own."""
    status = main()
    nothing_left_to_end()
    return status


if __name__ == "__main__":
    sys.exit(run())
