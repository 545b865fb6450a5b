"""The whole way from a recording to what is exported, and from a watch's file back to one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from garmin_fit_sdk import Encoder

from kickcue.config.profile_files import load_profile
from kickcue.export.activity import ExportActivity
from kickcue.export.make import export_activity
from kickcue.export.mcap import write_mcap
from kickcue.recording import Recording
from kickcue.replay.reviewed import reviewed
from kickcue.replay.source import sensors_of

FILE_ID, RECORD, LAP, SESSION = 0, 20, 19, 18
START_S = 1_149_000_000


def activity_of(recording: Recording, *, each_second: bool = False) -> ExportActivity:
    return export_activity(recording, reviewed(recording), each_second=each_second)


def as_mcap(recording: Recording, path: Path) -> Path:
    profiles = {each.profile: load_profile(each.profile) for each in sensors_of(recording).values()}
    write_mcap(recording, path, profiles)
    return path


def watch_fit(
    path: Path, records: Sequence[dict[str, Any]], laps: Sequence[dict[str, Any]] = ()
) -> Path:
    """Write a watch's file by Garmin's own SDK: a record a second, and laps."""
    encoder = Encoder()
    about = {"type": "activity", "manufacturer": 255, "product": 0, "time_created": START_S}
    encoder.write_mesg({"mesg_num": FILE_ID, **about})
    for second, record in enumerate(records):
        encoder.write_mesg({"mesg_num": RECORD, "timestamp": START_S + second, **record})
    for lap in laps:
        encoder.write_mesg({"mesg_num": LAP, **lap})
    encoder.write_mesg(
        {
            "mesg_num": SESSION,
            "timestamp": START_S + len(records) - 1,
            "start_time": START_S,
            "sport": "running",
        }
    )
    path.write_bytes(bytes(encoder.close()))
    return path
