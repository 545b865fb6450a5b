"""Runs an engine over recorded events."""
