"""A race by QR code: the page's own scripts with a real camera, a photo, and a drawn code.

Without Pyodide: what a code says is only text here.
"""

import io
import json
import re
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from hypothesis import given, strategies as st
from PIL import Image
from playwright.async_api import Page

from kickcue.standalone.app_files import app_files
from tests.browser.page import PHONE, Watched, watched
from tests.conftest import absent, find_program
from tests.page.conftest import until
from tests.standalone.camera import (
    GREY,
    HEIGHT,
    WIDTH,
    Sight,
    chromium_with_camera,
    code_picture,
    film,
)
from tests.standalone.conftest import Hosted

TEXT: Final = 'race = "5000m"\ntarget_s = 990.0\nlanguage = "de"\n'
SPY: Final = """
window.streams = [];
const devices = navigator.mediaDevices; // about:blank has none
const asked = devices?.getUserMedia.bind(devices);
if (devices) {
  devices.getUserMedia = async (wanted) => {
    const found = await asked(wanted);
    streams.push(found);
    return found;
  };
}
"""
FREE: Final = (
    "streams.length > 0 && "
    "streams.every((stream) => stream.getTracks().every((each) => each.readyState === 'ended'))"
)
BY_CAMERA: Final = """async () => {
  const { codeByCamera } = await import("/js/standalone/code_camera.js");
  window.reading = codeByCamera().catch(({ message }) => `error: ${message}`);
  return null;
}"""
READ: Final = "window.reading"
IN_PHOTO: Final = """async ([bytes, type]) => {
  const { codeInPhoto } = await import("/js/standalone/code_camera.js");
  const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "photo", { type });
  return codeInPhoto(file).catch(({ message }) => `error: ${message}`);
}"""
DRAW: Final = """async (text) => {
  const { RaceCode } = await import("/js/standalone/race_code.js");
  const code = new RaceCode();
  document.body.replaceChildren(code);
  await code.show(text);
  return code.textContent;
}"""

NO_CAMERA: Final = """
if (navigator.mediaDevices) { // about:blank has none
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("told", "%s"));
}
"""
DETECTOR: Final = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { window.asked = true; %s }
};
"""
LEAVE: Final = (
    "document.querySelector('dialog button').click()",
    """{
      Object.defineProperty(document, "hidden", { value: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }""",
)
READER: Final = "/js/standalone/code_reader.js"
LINKS: Final = Path(__file__).with_name("code_links.mjs")


class Links:
    """The page's own module in Node."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program, LINKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def of(self, texts: list[str]) -> dict[str, Any]:
        """Return the texts as links, what comes back of these, and what is in a text itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(texts)}\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """Let Node end."""
        self._process.communicate()


@pytest.fixture(scope="module")
def links() -> Iterator[Links]:
    found = Links(find_program("node") or absent("Node", "apt-get install nodejs"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """Return the app on a host, without Python in it. It looks at a photo for as long as a busy
    machine may need.
    """
    folder = tmp_path_factory.mktemp("app")
    for path, data in app_files({"pyodide.mjs": b""}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    reader = (folder / READER[1:]).read_text()
    assert "PATIENCE_MS = 3000" in reader
    found = Hosted(folder, {READER: reader.replace("PATIENCE_MS = 3000", "PATIENCE_MS = 60_000")})
    yield found
    found.stop()


async def blank(browser: Watched, host: Hosted, before: str = "") -> Page:
    """Open a page of the app, under its policy, that does nothing by itself."""
    address = f"{host.origin}/pyodide/LICENSE.txt"
    return await browser.visit(address, PHONE, origin=host.origin, before=before)


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Watched, host: Hosted) -> AsyncIterator[Page]:
    yield await blank(browser, host)


async def reading(browser: Watched, host: Hosted) -> Page:
    """Return a page that looks through its camera."""
    page = await blank(browser, host, SPY)
    await page.evaluate(BY_CAMERA)
    return page


async def read_and_free(page: Page) -> str | None:
    """Return what was read, once the camera is free."""
    text: str | None = await page.evaluate(READ)
    assert await page.evaluate(FREE), "the camera is still held"
    assert 0 == await page.locator("dialog").count()
    return text


@pytest.mark.chromium
@pytest.mark.parametrize(
    "sight",
    [
        Sight(degrees=33, blur_px=1.5, side_px=300, contrast=0.5),
        pytest.param(Sight(), marks=pytest.mark.long),
        pytest.param(Sight(degrees=180, blur_px=3), marks=pytest.mark.long),
    ],
)
async def test_the_camera_reads_it(host: Hosted, tmp_path: Path, sight: Sight) -> None:
    """GIVEN a code held before the camera, straight, or turned, blurred and pale WHEN it is read
    THEN it is the race's text, and the camera is free at once.
    """
    seen = film(code_picture(TEXT, sight), tmp_path / "seen.y4m")
    async with chromium_with_camera(seen) as phone, watched(phone, tmp_path) as browser:
        assert TEXT == await read_and_free(await reading(browser, host))


@pytest.mark.chromium
@pytest.mark.long
async def test_who_leaves_frees_the_camera(host: Hosted, tmp_path: Path) -> None:
    """GIVEN a camera that sees a wall WHEN the runner leaves, or the page is no longer in front
    THEN nothing was read, and the camera is free at once.
    """
    seen = film(Image.new("L", (WIDTH, HEIGHT), GREY), tmp_path / "seen.y4m")
    async with chromium_with_camera(seen) as phone, watched(phone, tmp_path) as browser:
        for leave in LEAVE:
            page = await reading(browser, host)
            await until(page, "document.querySelector('video')?.videoWidth > 0")
            assert not await page.evaluate(FREE)
            await page.evaluate(leave)
            assert await read_and_free(page) is None


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("before", "word"),
    [
        (NO_CAMERA % "NotAllowedError", "not allowed"),
        (NO_CAMERA % "NotFoundError", "No camera"),
        (NO_CAMERA % "NotReadableError", "another app"),
        ("Object.defineProperty(navigator, 'mediaDevices', { value: undefined });", "https"),
        ("", "amera"),  # what this machine's browser says itself: it has none
    ],
)
async def test_no_camera_is_said(browser: Watched, host: Hosted, before: str, word: str) -> None:
    """GIVEN a camera that was denied, is absent, in use, or kept from an insecure page WHEN a code
    is to be read THEN it is said in words of a runner, with the photo as the way out.
    """
    page = await blank(browser, host, before)
    await page.evaluate(BY_CAMERA)
    said = await page.evaluate(READ)
    assert said.startswith("error: ")
    assert word in said
    assert "photo of the code" in said
    assert 0 == await page.locator("dialog").count()


def photo(picture: Image.Image, kind: str) -> list[str]:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return [b64encode(buffer.getvalue()).decode(), f"image/{kind}"]


@pytest.mark.chromium
async def test_a_photo_is_read(page: Page) -> None:
    """GIVEN photos of a code in several formats, turned and large WHEN they are chosen THEN each
    is read; one without a code, and a file that is no picture, are refused in words.
    """
    picture = code_picture(TEXT, Sight(degrees=-20, blur_px=1))
    for kind in ("png", "jpeg", "webp"):
        assert TEXT == await page.evaluate(IN_PHOTO, photo(picture, kind))
    large = picture.resize((4 * WIDTH, 4 * HEIGHT))
    assert TEXT == await page.evaluate(IN_PHOTO, photo(large, "jpeg"))
    wall = Image.new("L", (WIDTH, HEIGHT), GREY)
    assert "no QR code" in await page.evaluate(IN_PHOTO, photo(wall, "png"))
    assert "no picture" in await page.evaluate(
        IN_PHOTO, [b64encode(b"GIF89a").decode(), "image/gif"]
    )


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("return [{ rawValue: 'by the browser' }];", "by the browser"),
        ("throw new DOMException('x', 'NotSupportedError');", TEXT),
        ("return [];", TEXT),
    ],
)
async def test_by_the_browser_where_it_can(
    browser: Watched, host: Hosted, answer: str, text: str
) -> None:
    """GIVEN a browser that reads codes itself WHEN it does THEN that counts; WHEN it fails, or
    finds none in a photo, THEN the library is asked.
    """
    page = await blank(browser, host, DETECTOR % answer)
    assert text == await page.evaluate(IN_PHOTO, photo(code_picture(TEXT), "png"))
    assert await page.evaluate("window.asked")


@pytest.mark.chromium
@pytest.mark.parametrize("lines", [1, 12])
async def test_what_is_drawn_is_read(page: Page, lines: int) -> None:
    """GIVEN a short and a long race WHEN their codes are drawn and photographed from the screen
    THEN they are read as they were, black on white, and as a link to this app where that is wanted.
    """
    text = TEXT * lines
    await page.evaluate(DRAW, text)
    shot = [b64encode(await page.locator(".code").screenshot()).decode(), "image/png"]
    assert text == await page.evaluate(IN_PHOTO, shot)
    assert "#fff" == await page.locator(".code rect").get_attribute("fill")
    await page.get_by_label("With this app's address").check()
    await until(page, "document.querySelector('.code').dataset.text.startsWith('http')")
    await until(page, "document.querySelector('.code svg') !== null")
    shot = [b64encode(await page.locator(".code").screenshot()).decode(), "image/png"]
    link = await page.evaluate(IN_PHOTO, shot)
    assert link == await page.locator(".code").get_attribute("data-text")
    assert link.startswith(f"{page.url}#race=race+=+")


@pytest.mark.chromium
async def test_too_much_for_a_code(page: Page) -> None:
    """GIVEN a race that is too large WHEN its code is wanted THEN a file is named as the way."""
    assert "too large" in await page.evaluate(DRAW, "#" * 1201)
    assert 0 == await page.locator(".code svg").count()


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=20))
def test_a_link_gives_back_what_it_was_made_of(links: Links, texts: list[str]) -> None:
    """Any text comes back from its link, whose letters are those of a URL."""
    found = links.of(texts)
    assert texts == found["back"]
    for link in found["links"]:
        assert re.fullmatch(r"https://example\.org/app/#race=[\w%+=:,/.!~*'()-]+", link, re.ASCII)


def test_a_code_that_is_no_race(links: Links) -> None:
    """GIVEN codes of other things WHEN they are read THEN text is text, which kickcue judges, and
    no link of another page or of half a letter is one.
    """
    odd = ["https://example.org/", "https://example.org/#race=", "https://x/#race=%E4", "x" * 8001]
    assert [None] * 4 == links.of(odd)["plain"]
    assert ["race = 1"] == links.of(["race = 1"])["plain"]
