"""The page of every odd recording, as a browser shows it: on a phone and on a desk, light and
dark.
"""

from pathlib import Path
from typing import Final, Literal

import pytest

from kickcue.recording import read
from kickcue.replay.reviewed import reviewed
from kickcue.report.page import report_page
from tests.browser.page import DESKTOP, PHONE, Device, Watched, axe, overflow_px
from tests.odd.recordings import EMPTY, ODD, odd

pytestmark = pytest.mark.chromium

QUICK: Final = ("two hundreds", "no cadence", "a gap of minutes", "strange texts: markup")
NAMES: Final = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.long)
    for name in ODD
    if name not in EMPTY
]
LOOKS: Final[tuple[tuple[Device, Literal["light", "dark"]], ...]] = (
    (PHONE, "light"),
    (DESKTOP, "dark"),
)


@pytest.mark.parametrize("name", NAMES)
async def test_the_page_of_an_odd_recording(browser: Watched, tmp_path: Path, name: str) -> None:
    """GIVEN an odd recording WHEN its page is opened THEN nothing is asked of anybody, no script
    fails, no stranger's text has become a part of it, axe finds nothing, and nothing has to be
    scrolled sideways.
    """
    page = tmp_path / "page.html"
    page.write_text(report_page(reviewed(read(odd(name, tmp_path)))), encoding="utf-8")

    for device, scheme in LOOKS:
        shown = await browser.open(page, device, scheme=scheme)
        await axe(shown)
        assert await overflow_px(shown) == 0
        assert await shown.evaluate("window.owned") is None
        assert await shown.locator("h1").count() == 1
