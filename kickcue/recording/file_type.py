"""What kind of file some bytes are, by the bytes and not by the name."""

import re
from pathlib import Path
from typing import Final

from kickcue.core.errors import DataError
from kickcue.recording.file_bytes import READABLE
from kickcue.recording.text_decoding import decode

MCAP_MAGIC: Final = b"\x89MCAP0\r\n"

_HEAD_BYTES: Final = 65536  # more than any prolog with comments that an exporter writes
_ROOT: Final = re.compile(r"<(?:[A-Za-z0-9_.-]+:)?(TrainingCenterDatabase|gpx)[\s>/]")
_KINDS: Final = (
    ("JSONL", re.compile(r'\{[^\n]*"kickcue"')),
    (
        "Polar Flow JSON",
        re.compile(r'\{(?=.*"exportVersion")(?=.*"(?:exercises|startTime)")', re.DOTALL),
    ),
    (
        "Strava streams",
        re.compile(
            r'[\[{](?=.*"(?:time|distance|latlng|heartrate|velocity_smooth)")(?=.*"data"\s*:\s*\[)',
            re.DOTALL,
        ),
    ),
    ("Bangle.js CSV", re.compile(r"Time,(?:[^\n]*,)?(?:Latitude|Heartrate|Steps)\b")),
)
"""Texts by how they begin."""

_OTHERS: Final = (
    (
        re.compile(r"<(?:!DOCTYPE )?html", re.IGNORECASE),
        "this is a web page: download the file again while signed in",
    ),
    (
        re.compile(r"<.{0,4096}\bHealthData\b", re.DOTALL),
        (
            "this is an Apple Health export: the runs are the .gpx files in its workout-routes "
            "folder"
        ),
    ),
    (
        re.compile(r"(?:<.{0,4096})?<(?:\w+:)?kml\b", re.DOTALL),
        "this is a KML file, which has positions but no times: export GPX, TCX or FIT instead",
    ),
    (
        re.compile(r"(?:<.{0,4096})?<(?:\w+:)?pwx\b", re.DOTALL),
        "this is a TrainingPeaks PWX file: export the original FIT instead",
    ),
    (
        re.compile(r"(?:<.{0,4096})?<(?:\w+:)?(?:sml|Move|ambitLog)\b", re.DOTALL),
        "this is a Suunto file: export FIT or GPX instead",
    ),
    (
        re.compile(r'\{.{0,4096}"DeviceLog"', re.DOTALL),
        ("this is a Suunto app file: export FIT or GPX instead"),
    ),
    (re.compile(r"\[Params\]"), "this is a Polar HRM file: export TCX or GPX instead"),
    (
        re.compile(r"Type,Local Number,Message"),
        "this is FitCSVTool output: use the FIT file itself",
    ),
    (
        re.compile(r'\{.{0,4096}"(?:summaryDTO|activityId|metricDescriptors)"', re.DOTALL),
        'this is Garmin Connect JSON: use "Export Original" to get the FIT file',
    ),
)
"""Files that people have, and what they would have to export instead."""


def kind_of(path: Path, data: bytes) -> str:
    """Return the kind of a recording; DataError for anything else.

    The error names what it is, or what its name promises, and what would do.
    """
    if data.startswith(MCAP_MAGIC):
        return "MCAP"
    if data[8:12] == b".FIT":
        return "FIT"
    return _kind_of_text(path, decode(data[:_HEAD_BYTES]))


def _kind_of_text(path: Path, text: str) -> str:
    root = _ROOT.search(text) if text.startswith("<") else None
    if root is not None:
        return "TCX" if root[1] == "TrainingCenterDatabase" else "GPX"
    kind = next((kind for kind, begins in _KINDS if begins.match(text)), None)
    if kind is not None:
        return kind
    other = next((kind for begins, kind in _OTHERS if begins.match(text)), None)
    if other is not None:
        raise DataError(f"{path}: {other}")
    if text.startswith("{"):
        return "JSONL"  # its reader reports what is wrong with it
    promised = _promised(path)
    if promised:
        raise DataError(f"{path}: not {promised}; readable are {READABLE}")
    raise DataError(f"{path}: not a recording kickcue can read; readable are {READABLE}")


_PROMISES: Final = {
    ".fit": "a FIT file (no .FIT at byte 8)",
    ".mcap": "an MCAP file (no MCAP magic at the start)",
    ".tcx": "a TCX file (no <TrainingCenterDatabase> at the start)",
    ".gpx": "a GPX file (no <gpx> at the start)",
    ".jsonl": "a kickcue JSONL file (no { at the start)",
}


def _promised(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in (".gz", ".zip")]
    return _PROMISES.get(suffixes[-1], "") if suffixes else ""
