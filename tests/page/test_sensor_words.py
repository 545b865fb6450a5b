"""What keeps a sensor away is said in the runner's words, in each language, as a real Chromium finds
it out.
"""

import asyncio
import json
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import private_bus
from tests.browser.page import PHONE, Watched, watched
from tests.page.air import CONNECT, SAID, Air, air, gateway, world
from tests.page.chooser import blocked_chromium
from tests.page.conftest import Track, a_track, hasten, until

__all__ = ["air", "world"]
pytestmark = pytest.mark.chromium

WORDS: Final = {
    "en": {
        "left": "No sensor was chosen.",
        "wrong": "This device sends no heart rate or pod data.",
        "away": "The sensor does not answer",
        "off": "Bluetooth is off or missing",
        "blocked": "This browser lets no page use Bluetooth: allow it",
        "unsure": "No sensor was chosen. Did no list",
        "unavailable": "Bluetooth is off, missing, or not allowed",
    },
    "de": {
        "left": "Kein Sensor gewählt.",
        "wrong": "Dieses Gerät sendet weder Puls noch Laufdaten.",
        "away": "Der Sensor antwortet nicht",
        "off": "Bluetooth ist aus oder fehlt",
        "blocked": "Dieser Browser erlaubt Seiten kein Bluetooth",
        "unsure": "Kein Sensor gewählt. Kam keine Liste",
        "unavailable": "Bluetooth ist aus, fehlt oder ist hier nicht erlaubt",
    },
    "fr": {
        "left": "Aucun capteur choisi.",
        "wrong": "Cet appareil n'envoie ni fréquence cardiaque ni foulée.",
        "away": "Le capteur ne répond pas",
        "off": "Bluetooth éteint ou absent",
        "blocked": "Ce navigateur interdit le Bluetooth aux pages",
        "unsure": "Aucun capteur choisi. Aucune liste",
        "unavailable": "Bluetooth éteint, absent ou interdit ici",
    },
}
