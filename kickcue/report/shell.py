"""One HTML file that asks for nothing outside of itself.

Its content security policy allows the styles and scripts that are in it, by their hashes, and
nothing else: not even this page's own author could add a request to it by a runner's name.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

from kickcue import __version__
from kickcue.report.markup import Markup, join, text

ASSETS: Final = files("kickcue.report") / "assets"
GENERATOR: Final = f"kickcue {__version__}"
_MARK: Final = b'<meta name="generator" content="kickcue '
_HEAD_BYTES: Final = 2000
"""The generator stands within so many bytes of the beginning."""


def self_contained(
    title: str, body: Markup, *, styles: Sequence[str], scripts: Sequence[str], data: Any
) -> str:
    """Return a page of ``body``, with the named assets in it.

    ``data`` is what the scripts find under the id ``data``; it must be JSON without NaN.
    """
    style, code = _assets(styles), [_asset(name) for name in scripts]
    return Template(_asset("report.html")).substitute(
        title=text(title),
        generator=text(GENERATOR),
        policy=_policy(style, code),
        style=style,
        body=body,
        data=for_script(data),
        scripts=join(Markup(f"<script>{each}</script>") for each in code),
    )


def for_script(data: Any) -> str:
    """Return compact JSON that ends no script element, whatever strings are in it."""
    plain = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return plain.replace("<", "\\u003c")


def is_our_page(path: Path) -> bool:
    """Tell whether the file is a page that kickcue wrote.

    Errors are those of ``open``.
    """
    with path.open("rb") as file:
        return _MARK in file.read(_HEAD_BYTES)


def _policy(style: str, scripts: Sequence[str]) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _assets(names: Sequence[str]) -> str:
    return "\n".join(_asset(name) for name in names)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
