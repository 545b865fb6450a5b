"""The app for any static host: the page, kickcue's Python, Pyodide, and what makes it installable.

All paths are relative, so that it may lie in any folder of any host.
"""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from kickcue import __version__
from kickcue.standalone.brokers import let_reach
from kickcue.standalone.catalogue import NOTHING_OWN, catalogue
from kickcue.standalone.own_files import OwnThings
from kickcue.standalone.python_zip import python_zip

NOT_IN_APP: Final = frozenset({"__init__.py", "js/app.js", "js/armed_again.js"})
"""Of the page's files: those of a page that has a computer behind it."""
INDEX: Final = "index.html"
APP: Final = "app_files.js"
HEADERS: Final = "_headers"
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_IN_A_PAGE: Final = "; frame-ancestors 'none'"
"""WebAssembly is compiled, which is all that ``wasm-unsafe-eval`` allows."""
_CHARSET: Final = '<meta charset="utf-8">'
_POLICY: Final = '<meta http-equiv="Content-Security-Policy" content="{}">'
_OF_A_RUN: Final = (
    (' crossorigin="use-credentials"', ""),
    ("js/app.js", "js/standalone/app.js"),
    ("<script ", '<script src="app_files.js"></script>\n    <script '),
)
"""What in the page is of one that a run serves, and what the app has in its place."""
_UNCHANGED: Final = ("sw.js", HEADERS)
"""What the browser must look for anew each time, or is not a file of the page."""


def app_files(
    pyodide: Mapping[str, bytes], own: OwnThings = NOTHING_OWN, brokers: Sequence[str] = ()
) -> dict[str, bytes]:
    """Return all files by their paths; ``pyodide`` has Pyodide's by name.

    ``own``: what of the user's own goes along. ``brokers``: URLs that the page may connect to.
    UsageError for one that no page can reach.
    """
    policy = let_reach(POLICY, brokers)
    page = dict(_below(files("kickcue.page"), ""))
    found = {path: data for path, data in page.items() if path not in NOT_IN_APP}
    found[INDEX] = _index(page[INDEX].decode(), policy).encode()
    found["python/kickcue.zip"] = python_zip()
    found["python/catalogue.json"] = json.dumps(catalogue(own), separators=(",", ":")).encode()
    found |= {f"pyodide/{name}": data for name, data in pyodide.items()}
    found["pyodide/LICENSE.txt"] = _PYODIDE_LICENCE.encode()
    found[APP] = _list_of(found, brokers)
    found[HEADERS] = _headers(policy)
    return dict(sorted(found.items()))


def _index(page: str, policy: str) -> str:
    """Return the page with the app's scripts and policy, where a host sends none by itself."""
    for of_a_run, of_the_app in _OF_A_RUN:
        page = page.replace(of_a_run, of_the_app, 1)
    own = _POLICY.format(policy.removesuffix(NOT_IN_A_PAGE))
    return page.replace(_CHARSET, f"{_CHARSET}\n    {own}", 1)


def zipped_bytes(data: bytes) -> int:
    """Return how many bytes of a file go over the network, where its host compresses."""
    return len(gzip.compress(data, 6))


def _list_of(found: Mapping[str, bytes], brokers: Sequence[str]) -> bytes:
    """Return the script that names the app's version, brokers and files: a change makes another."""
    digest = sha256(f"{__version__} {' '.join(brokers)}".encode())
    for path, data in sorted(found.items()):
        digest.update(path.encode() + sha256(data).digest())
    cached = ["./", APP, *sorted(path for path in found if path not in _UNCHANGED)]
    app = {"version": digest.hexdigest()[:16], "kickcue": __version__, "brokers": [*brokers]}
    app["files"] = cached
    return f"self.APP = {json.dumps(app, indent=1)};\n".encode()


def _headers(policy: str) -> bytes:
    """Return the headers in the form of Netlify, Cloudflare Pages and others."""
    wanted = (
        f"Content-Security-Policy: {policy}",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Cross-Origin-Opener-Policy: same-origin",
        "Permissions-Policy: screen-wake-lock=(self), camera=(self), microphone=(), geolocation=()",
    )
    return ("/*\n" + "".join(f"  {each}\n" for each in wanted)).encode()


def _below(folder: Traversable, path: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _below(entry, f"{path}{entry.name}/")
        elif entry.is_file() and not entry.name.startswith("."):
            yield f"{path}{entry.name}", entry.read_bytes()


_PYODIDE_LICENCE: Final = (
    "Pyodide is licensed under the Mozilla Public License 2.0: https://mozilla.org/MPL/2.0/.\n"
    "Its source: https://github.com/pyodide/pyodide. Python's standard library in "
    "python_stdlib.zip\nis under the PSF License: https://docs.python.org/3/license.html; modules "
    "that the app\nhas no use for are left out of it.\n"
)
