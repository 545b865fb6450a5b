# mypy: ignore-errors
"""Reads schedules from a file and tells what they led to: ``schedules.json`` to standard output."""

import json

import kickcue_wrist
from play_schedule import play

with open("schedules.json") as file:
    told = json.load(file)
print(json.dumps([play(kickcue_wrist, steps, told["over"]) for steps in told["schedules"]]))
