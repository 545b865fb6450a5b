"""``python -m kickcue`` is the same as ``kickcue``."""

import sys

from kickcue.cli import main

if __name__ == "__main__":
    sys.exit(main())
