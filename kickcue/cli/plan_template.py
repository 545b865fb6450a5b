"""A plan file that explains itself, to begin one's own with."""

import re
from typing import Final

_NAME: Final = re.compile(r"\Aname *=.*\n|(?<=\n)name *=.*\n")
"""A copy is called as its own file is."""

HEAD: Final = """\
# A plan of yours. Lines that begin with # are for you, and kickcue does not read them.
#
# A session is a list of steps, each begun by [[steps]]. A step is one of:
#   run = "200m"       a stretch: "1km", "1mile", a time "3:00" or "90s", or "lap" (until you press)
#   rest = "2:00"      a pause: a time; metres to walk or jog, "200m"; "start" (until you run off);
#                      or "lap" (until you press)
#   repeat = 5         the steps beside it so many times: steps = [ { run = ... }, { rest = ... } ]
#   race = "5000m"     a race; lap_m = 200 and kick_m = 600 may stand beside it
# Beside run may stand:
#   effort = "easy"    for warming up and cooling down (the default is "hard")
#   imagery = "..."    what you imagine in it, in your own words
#   cues = { turnover = 200, drive = 100 }
#                      cues with so many metres to go; last_lap, relax, turnover, drive; a list for
#                      several: drive = [150, 100, 50]
#
# 'kickcue plan check FILE' tells you whether it is right, 'kickcue plan show FILE' draws it.

"""


def template(copied: str) -> str:
    """Return the text of a new plan: how one is written, and then a plan that is one.

    ``copied`` is the text of that plan; what it says of itself before its first key is left out.
    """
    lines = copied.splitlines(keepends=True)
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        del lines[0]
    return HEAD + _NAME.sub("", "".join(lines), count=1)
