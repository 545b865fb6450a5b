"""A phone's camera that sees a QR code: pictures of codes, and Chromium with one as its camera."""

import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageFilter
from playwright.async_api import Browser, async_playwright

from tests.conftest import require_chromium
from tests.patience import PATIENCE_S

WIDTH: Final = 640
HEIGHT: Final = 480
GREY: Final = 190


@dataclass(frozen=True)
class Sight:
    """How a code is held before the camera."""

    degrees: float = 0.0
    blur_px: float = 0.0
    side_px: int = 380
    contrast: float = 1.0


STRAIGHT: Final = Sight()


def code_picture(text: str, sight: Sight = STRAIGHT) -> Image.Image:
    """Return a frame of a camera with the code of ``text`` in it, on a grey wall."""
    buffer = io.BytesIO()
    segno.make(text, error="l", micro=False).save(buffer, kind="png", scale=8, border=4)
    code = (
        Image.open(buffer).convert("L").resize((sight.side_px, sight.side_px), Image.Resampling.BOX)
    )
    turned = code.rotate(sight.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=GREY)
    frame = Image.new("L", (WIDTH, HEIGHT), GREY)
    frame.paste(turned, ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2))
    seen = frame.filter(ImageFilter.GaussianBlur(sight.blur_px))
    return seen.point(lambda grey: int(128 + (grey - 128) * sight.contrast))


def film(picture: Image.Image, path: Path) -> Path:
    """Write a film (YUV4MPEG2) in which nothing moves."""
    luma, chroma = picture.tobytes(), bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + luma + chroma
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)
    return path


@asynccontextmanager
async def chromium_with_camera(seen: Path) -> AsyncIterator[Browser]:
    """Start a Chromium whose camera sees a film, and whose user allows it."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=require_chromium(),
            timeout=PATIENCE_S * 1000,
            chromium_sandbox=os.geteuid() != 0,  # Chromium refuses to start as root with it
            args=[
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={seen}",
            ],
        )
        try:
            yield running
        finally:
            await running.close()
