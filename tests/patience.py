"""How long a test waits for what must come.

Only a test that fails waits so long; on a machine that does much else at once, a program may need
half a minute to start.
"""

from typing import Final

PATIENCE_S: Final = 60.0
