"""Writes the diagram of ``docs/phases.md`` from the table: ``python
tests/core/cueing/phases_document.py``; a test fails when it has drifted.
"""

import re
from pathlib import Path
from typing import Final

from kickcue.core.cueing.phases import diagram

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "phases.md"
_BLOCK: Final = re.compile(r"(<!-- generated: phases -->\n).*?(<!-- end -->)", re.DOTALL)


def made_anew(text: str) -> str:
    """Return the page with its diagram made anew; what people wrote around it stays."""
    return _BLOCK.sub(lambda found: f"{found[1]}```mermaid\n{diagram()}```\n{found[2]}", text)


if __name__ == "__main__":
    PAGE.write_text(made_anew(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
