"""The files of the page, as they are served: read once, named by themselves alone."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

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
CA_PATH: Final = "/kickcue-ca.crt"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file; ``etag`` changes with its bytes."""

    content_type: str
    body: bytes
    etag: str


def page_files(package: str) -> dict[str, PageFile]:
    """Return the files of a package's folder by their path, ``/`` being ``index.html``.

    What has no known ending is not served.
    """
    found = dict(_below(files(package), "/"))
    if "/index.html" in found:
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


def _file(kind: str, body: bytes) -> PageFile:
    return PageFile(kind, body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
