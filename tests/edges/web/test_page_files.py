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
