"""Measures what an event costs kickcue's Python in a browser, against CPython on this machine.

Not a test: ``python -m tests.benchmarks.phone_core`` prints it, ``KICKCUE_PYODIDE`` as for
tests/standalone. Both sides do the same work: the requests of a whole race handed to a
``BrowserRace`` as JavaScript does, what it answers read. In Chromium it is done in a worker, as on
a phone; what counts is that thread's own processor time, whatever else the machine does, and the
whole process's (compilers and collectors of V8) beside it.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from playwright.async_api import Page, async_playwright

from kickcue.cli import main as kickcue
from kickcue.standalone.phone_race import PhoneRace
from tests.benchmarks.renderer import Renderer, renderer_of
from tests.conftest import find_chromium
from tests.standalone.conftest import Hosted
from tests.standalone.played import RUN, ZERO_MS, Request, played, shipped
from tests.standalone.played import Asked

DOCUMENT: Final = {"race": "5000m", "target_s": 1200.0}
ROUNDS: Final = 12
