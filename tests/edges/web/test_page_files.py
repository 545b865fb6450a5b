"""The page's files as they are served."""

import re
from collections.abc import Iterator

import pytest

from kickcue.edges.web.page_files import page_files

MOST_BYTES = 150_000
FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write",
    r"\beval\(|new Function|setAttribute\(.style|javascript:",
    r"<style|<script(?![^>]* src=)|\son\w+=[\"']|\sstyle=[\"']",
    r"(?:https?|wss?)://(?!\$\{location\.host\}|www\.w3\.org)\w",
)
FILES = page_files("kickcue.page")
TEXTS = {
    path: each.body.decode()
    for path, each in FILES.items()
    if each.content_type.startswith("text/") and "vendor" not in path
}


def forbidden(text: str) -> Iterator[str]:
    """Yield what a file of the page must not have: HTML or code from text, scripts and styles
    within the HTML, and other servers.
    """
    for pattern in FORBIDDEN:
        yield from (found[0] for found in re.finditer(pattern, text))


def test_the_page_is_small() -> None:
    """All of it, Python in the browser apart, is loaded over a phone's hotspot in a moment."""
    sizes = {
        path: len(each.body)
        for path, each in FILES.items()
        if path != "/" and "pyodide" not in path
    }
    assert 20_000 < sum(sizes.values()) <= MOST_BYTES, sizes


def test_what_the_app_alone_needs_is_not_served() -> None:
    """The scripts that the page loads are served, those of the app without a computer are not."""
    assert {"/js/app.js", "/js/link.js", "/vendor/u8-mqtt.basic-v4.min.js"} < set(FILES)
    assert not {
        "/js/standalone/app.js",
        "/js/standalone/setup_view.js",
        "/sw.js",
    } & set(FILES)


@pytest.mark.parametrize("path", TEXTS)
def test_no_file_needs_what_its_policy_forbids(path: str) -> None:
    """No file has a script, a style or a handler in the HTML, builds HTML or code from text, or
    names another server.
    """
    assert [] == list(forbidden(TEXTS[path]))
