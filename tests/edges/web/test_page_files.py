"""The page's files as they are served."""

import re

import pytest

from kickcue.edges.web.page_files import page_files

MOST_BYTES = 150_000
FILES = page_files("kickcue.page")
TEXTS = {
    path: each.body.decode()
    for path, each in FILES.items()
    if each.content_type.startswith("text/") and "vendor" not in path
}


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
    assert not {"/js/standalone.js", "/js/setup_view.js", "/standalone.html", "/sw.js"} & set(FILES)


@pytest.mark.parametrize("path", TEXTS)
def test_no_file_needs_what_its_policy_forbids(path: str) -> None:
    """No file has a script, a style or a handler in the HTML, builds HTML or code from text, or
    names another server.
    """
    text = TEXTS[path]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
    assert not re.search(r"\beval\(|new Function|setAttribute\(.style|javascript:", text)
    assert not re.search(r"<style|<script(?![^>]* src=)|\son\w+=[\"']|\sstyle=[\"']", text)
    assert not re.search(r"(?:https?|wss?)://(?!\$\{location\.host\}|www\.w3\.org)[\w.]", text)
