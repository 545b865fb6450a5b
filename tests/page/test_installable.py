"""Page and app can be put on a phone's home screen: the icons are there, and Chromium agrees."""

import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image
from playwright.async_api import Browser

from kickcue.edges.web.page_files import page_files
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, serving, site_files
from kickcue.standalone.app_files import app_files
from tests.conftest import find_chromium
from tests.edges.mqtt.conftest import TOPICS
from tests.edges.web.test_server import NOWHERE
from tests.patience import PATIENCE_S
from tests.standalone.conftest import Hosted

FILES: Final = page_files("kickcue.page")
MANIFEST: Final = json.loads(FILES["/app.webmanifest"].body)
MOST_ICON_BYTES: Final = 15_000
GROUND: Final = (181, 53, 10)
INK: Final = 0.69
"""From above, where the line lies on the ground."""
APPLE: Final = "/icons/apple-touch-180.png"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        *(
            (f"/{each['src']}", each["sizes"])
            for each in MANIFEST["icons"]
            if "png" in each["type"]
        ),
        (APPLE, "180x180"),
    ],
)
def test_an_icon_is_what_the_manifest_says(path: str, wanted: str) -> None:
    """Each picture has the size that it is named for, is small, and shows ink on its ground; those
    that a phone cuts to its own shape have no hole in a corner.
    """
    body = FILES[path].body
    picture = Image.open(io.BytesIO(body)).convert("RGBA")
    assert (wanted, "image/png") == ("{}x{}".format(*picture.size), FILES[path].content_type)
    assert len(body) < MOST_ICON_BYTES
    middle, ink = picture.width // 2, round(picture.height * INK)
    assert GROUND == pixel(picture, middle, picture.height // 10)[:3]
    assert min(pixel(picture, middle, ink)[:3]) > 250
    assert ("icons/icon-" in path) is (pixel(picture, 0, 0)[3] == 0)


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def test_both_pages_name_the_icons() -> None:
    """The page that is served asks for its manifest with the cookie, without which it is refused;
    the app has none to send.
    """
    served, app = FILES["/index.html"].body.decode(), app_files({})["index.html"].decode()
    assert '"app.webmanifest" crossorigin="use-credentials"' in served
    assert '"app.webmanifest"' in app
    for page in (served, app):
        assert f'rel="apple-touch-icon" href="{APPLE[1:]}"' in page


@asynccontextmanager
async def the_page() -> AsyncIterator[str]:
    """Serve the page; gives the runner's link."""
    site = WebSite(site_files(), RaceTokens(), lambda: Route(NOWHERE, TOPICS))
    async with serving(site, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/?t={site.tokens[Role.ATHLETE]}"


@asynccontextmanager
async def the_app(folder: Path) -> AsyncIterator[str]:
    """Put the app, but for Pyodide, on a static host."""
    for path, data in app_files({}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    hosted = Hosted(folder)
    try:
        yield f"{hosted.origin}/"
    finally:
        hosted.stop()


@pytest.mark.chromium
@pytest.mark.parametrize("which", ["page", pytest.param("app", marks=pytest.mark.long)])
async def test_chromium_finds_nothing_against_installing(
    chromium: Browser, tmp_path: Path, which: str
) -> None:
    """GIVEN the page that is served, or the app WHEN Chromium looks whether it can be installed
    THEN it reads the manifest without an error, and misses nothing.
    """
    async with the_page() if which == "page" else the_app(tmp_path / "app") as link:
        context = await chromium.browser_type.launch_persistent_context(
            tmp_path / "profile",  # a guest's window can install nothing
            executable_path=find_chromium(),
            chromium_sandbox=os.geteuid() != 0,
            timeout=PATIENCE_S * 1000,
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        page = await context.new_page()
        await page.goto(link)
        tools = await context.new_cdp_session(page)
        manifest: dict[str, Any] = await tools.send("Page.getAppManifest")
        found: dict[str, Any] = await tools.send("Page.getInstallabilityErrors")
        await context.close()
    assert [] == manifest["errors"]
    assert MANIFEST == json.loads(manifest["data"])
    assert [] == found["installabilityErrors"]
