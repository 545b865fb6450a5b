"""Files in files: what is packed is unpacked, within bounds, and what is wrong is told."""

import gzip
import random
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from kickcue.core.errors import DataError
from kickcue.recording import file_bytes, read
from kickcue.recording.file_bytes import LARGEST_BYTES, load
from tests.recording.fit_bytes import simple_run

RUN = bytes(simple_run(20))


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "original.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"1_ACTIVITY.fit": RUN}, "1_ACTIVITY.fit"),
        ({"export/": b"", "export/Run.FIT": RUN}, "export/Run.FIT"),
        (
            {
                "__MACOSX/._run.fit": b"x",
                ".DS_Store": b"x",
                "run.fit": RUN,
                "run.json": b"{}",
                "readme.txt": b"x",
            },
            "run.fit",
        ),
        ({"run.gpx": b"<gpx/>", "run.fit": RUN, "run.tcx": b"x"}, "run.fit"),
        ({"run.fit.gz": gzip.compress(RUN)}, "run.fit.gz"),
        ({"activity_1": RUN}, "activity_1"),
        ({"run.zip.fit": zipped({"a.fit": RUN})}, "a.fit"),
    ],
)
def test_the_one_recording_of_a_zip_is_read(
    tmp_path: Path, files: dict[str, bytes], name: str
) -> None:
    """GIVEN a zip with one activity, in several forms or beside other things, THEN it is read, and
    a note names it.
    """
    found = read(saved(tmp_path, zipped(files)))
    assert ("FIT", 19.0, ()) == (found.kind, found.duration_s, found.problems)
    assert f"read from the zip: {name!r}" in found.notes


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            zipped({"a.fit": RUN, "b.fit": RUN}),
            ("expected a zip with one recording, got 2 ('a.fit', 'b.fit'): unpack it and name one"),
        ),
        (
            zipped({f"{n}.gpx": b"" for n in range(9)}),
            "got 9 ('0.gpx', '1.gpx', '2.gpx'...)",
        ),
        (
            zipped({"photo.jpg": b"x", "b.txt": b"x"}),
            "got none ('photo.jpg', 'b.txt')",
        ),
        (zipped({}), "got none (it is empty)"),
        (zipped({"a.fit": b""}), "the zip file is empty; nothing could be recovered"),
        (zipped({"a.fit": RUN})[:60], "the zip file is damaged; nothing could be recovered"),
        (b"PK\x03\x04", "the zip file is damaged"),
        (zipped({f"{'n' * 200}{n}.txt": b"" for n in range(5000)}), "got too many files"),
    ],
    ids=[
        "two_recordings",
        "nine",
        "none_but_a_photo",
        "empty",
        "an_empty_file",
        "cut_off",
        "a_head_alone",
        "too_many",
    ],
)
def test_a_zip_that_is_not_one_recording_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    """Several recordings, none, nothing, damage: one line that says what would be right."""
    with pytest.raises(DataError) as caught:
        read(saved(tmp_path, data))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_member_gives_what_is_before_the_damage(tmp_path: Path) -> None:
    """GIVEN a zipped file whose checksum does not match THEN it is read as far as it goes, and that
    is told.
    """
    noise = random.Random(1).randbytes(50_000)
    data = bytearray(zipped({"a.fit": noise}))
    data[len(data) // 2] ^= 0xFF
    loaded = load(saved(tmp_path, bytes(data)))
    assert ["the zip file is damaged: everything after the damage is lost"] == loaded.problems
    assert noise.startswith(loaded.data[:20_000])
    assert 20_000 < len(loaded.data)


def test_all_members_of_a_gzip_are_read(tmp_path: Path) -> None:
    """GIVEN a gzip file of several parts, as tools that append write it, with zeros behind THEN all
    parts are read.
    """
    packed = gzip.compress(RUN[:100]) + gzip.compress(RUN[100:]) + bytes(512)
    loaded = load(saved(tmp_path, packed))
    assert (RUN, []) == (loaded.data, loaded.problems)


@pytest.mark.parametrize(
    "wrap",
    [
        gzip.compress,
        lambda data: zipped({"a.fit": data}),
        lambda data: gzip.compress(zipped({"a.fit": data})),
    ],
)
def test_a_bomb_is_refused(tmp_path: Path, wrap: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a small file that unpacks to more than any recording has THEN it is refused before it
    is in memory.
    """
    monkeypatch.setattr(file_bytes, "LARGEST_BYTES", 1_000_000)
    assert callable(wrap)
    for size, refused in ((1_000_000, False), (1_000_001, True), (30_000_000, True)):
        path = saved(tmp_path, wrap(bytes(size)))
        if refused:
            with pytest.raises(
                DataError, match=r"too large when unpacked: expected at most 128 MB"
            ):
                load(path)
        else:
            assert size == len(load(path).data)


def test_a_file_without_end_is_refused() -> None:
    """GIVEN a device that gives bytes for ever THEN reading stops at the bound."""
    with pytest.raises(DataError, match=f"expected at most {LARGEST_BYTES // 2**20} MB, got more"):
        load(Path("/dev/zero"))
