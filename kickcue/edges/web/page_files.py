"""The files of the page, as they are served: read once, named by themselves alone."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final
from urllib.parse import urljoin

CONTENT_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
INDEX: Final = "/"
_NAMED: Final = re.compile(r"""(?:src=|href=|from |import |import\()["']([^"'?#]+)["']""")
CA_PATH: Final = "/kickcue-ca.crt"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file; ``etag`` changes with its bytes."""

    content_type: str
    body: bytes
    etag: str


def page_files(package: str) -> dict[str, PageFile]:
    """Return the files of a package's folder by their path, ``/`` being ``index.html``.

    What has no known ending is not served, nor scripts that ``index.html`` does not come to: those
    are of the app that needs no computer.
    """
    found = dict(_below(files(package), "/"))
    if "/index.html" in found:
        reached = set(_reached("/index.html", found))
        found = {path: each for path, each in found.items() if path in reached or not _run(path)}
        found[INDEX] = found["/index.html"]
    return found


def ca_file(pem: bytes) -> PageFile:
    """Return the certificate of a page's own CA, as phones take it in."""
    return _file("application/x-x509-ca-cert", pem)


def _below(folder: Traversable, path: str) -> "list[tuple[str, PageFile]]":
    found: list[tuple[str, PageFile]] = []
    for entry in folder.iterdir():
        name = f"{path}{entry.name}"
        if entry.is_dir():
            found += _below(entry, f"{name}/")
        elif (kind := CONTENT_TYPES.get(f".{entry.name.rpartition('.')[2]}")) is not None:
            found.append((name, _file(kind, entry.read_bytes())))
    return found


def _run(path: str) -> bool:
    return path.endswith((".html", ".js"))


def _reached(start: str, found: Mapping[str, PageFile]) -> Iterator[str]:
    """Yield a page or script, and those that it names, and so on."""
    seen, wanted = {start}, [start]
    while wanted:
        here = wanted.pop()
        yield here
        text = found[here].body.decode() if _run(here) else ""
        named = (urljoin(here, name) for name in _NAMED.findall(text))
        new = {path for path in named if path in found} - seen
        seen |= new
        wanted += new


def _file(kind: str, body: bytes) -> PageFile:
    return PageFile(kind, body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
