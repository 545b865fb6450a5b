"""The file by which a run tells where its page is: what is written is read, and anything else is
nothing.
"""

import json
import stat
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from kickcue.config.page_record import PAGE_FILE, PageRecord, forget_page, page_record
from kickcue.core.errors import UsageError

RECORD: Final = PageRecord(
    8017, ("192.0.2.7", "localhost"), secure=True, tokens={"athlete": "a"}, name="kickcue-a.local"
)


@pytest.mark.parametrize("name", [None, "kickcue-anna.local"])
def test_what_is_written_is_read(name: str | None, tmp_path: Path) -> None:
    """GIVEN a page THEN its record comes back as it was, and is nobody's but its owner's."""
    record = PageRecord(8017, ("::1", "localhost"), secure=False, tokens={"viewer": "v"}, name=name)
    record.write(tmp_path)
    assert record == page_record(tmp_path)
    assert 0o600 == stat.S_IMODE((tmp_path / PAGE_FILE).stat().st_mode)


def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    """GIVEN a file that everybody may read WHEN the record is written in its place THEN nobody else
    may any more: it holds what lets people in.
    """
    (tmp_path / PAGE_FILE).write_text("{}")
    (tmp_path / PAGE_FILE).chmod(0o644)
    RECORD.write(tmp_path)
    assert 0o600 == stat.S_IMODE((tmp_path / PAGE_FILE).stat().st_mode)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
damaged = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("port", "hosts", "secure", "tokens", "name"), json_values),
)


@given(st.one_of(json_values, damaged).map(json.dumps) | st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_anything_else_is_no_record(tmp_path: Path, text: str) -> None:
    """GIVEN a file of whatever THEN it is no record, or one whose parts are of their kinds."""
    (tmp_path / PAGE_FILE).write_text(text, encoding="utf-8")
    found: Any = page_record(tmp_path)
    assert found is None or (
        isinstance(found.port, int)
        and all(isinstance(each, str) for each in (*found.hosts, *found.tokens.values()))
    )


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    """GIVEN a record, or none, or no folder at all THEN there is none afterwards."""
    RECORD.write(tmp_path)
    for _ in range(2):
        forget_page(tmp_path)
        assert page_record(tmp_path) is None
    forget_page(tmp_path / "nowhere")


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    """GIVEN no folder for it THEN that is said."""
    with pytest.raises(UsageError, match="cannot write"):
        RECORD.write(tmp_path / "nowhere")
