"""Draws the icons of ``icon.svg`` that phones want as pictures: ``python -m tests.page.icons``.

Those for Android's own shapes and for iOS fill the square; what is seen in each shape lies in the
middle.
"""

import asyncio
import io
import os
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import async_playwright

from tests.conftest import find_chromium

PAGE: Final = Path(__file__).parents[2] / "kickcue" / "page"
FOLDER: Final = PAGE / "icons"
ROUNDED: Final = {"icon-192.png": 192, "icon-512.png": 512}
FULL: Final = {"maskable-512.png": 512, "apple-touch-180.png": 180}
SAFE: Final = 0.82
"""Of the drawing: what any shape leaves is a circle of 80 % of the width."""
COLOURS: Final = 32
"""Two, and what is between them at the edges."""


def _filling(svg: str) -> str:
    """Return the drawing on a ground without corners, smaller."""
    moved = f'<g transform="translate(32 32) scale({SAFE}) translate(-32 -32)"><path'
    return svg.replace(' rx="14"', "").replace("<path", moved).replace("</svg>", "</g></svg>")


async def draw() -> dict[str, bytes]:
    """Return the PNG of each icon by its name."""
    svg = (PAGE / "icon.svg").read_text(encoding="utf-8")
    wanted = [(name, size, svg) for name, size in ROUNDED.items()]
    wanted += [(name, size, _filling(svg)) for name, size in FULL.items()]
    found = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=os.geteuid() != 0
        )
        for name, size, drawing in wanted:
            page = await browser.new_page(viewport={"width": size, "height": size})
            await page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{drawing}")
            found[name] = _small(await page.screenshot(omit_background=True))
        await browser.close()
    return found


def _small(png: bytes) -> bytes:
    picture = Image.open(io.BytesIO(png)).quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, png in asyncio.run(draw()).items():
        (FOLDER / name).write_bytes(png)
        print(f"{name}: {len(png)} bytes")  # noqa: T201  for who started it


if __name__ == "__main__":
    main()
