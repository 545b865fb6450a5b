"""Repetitions within a run, found by speed or by lap presses."""
