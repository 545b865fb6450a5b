"""Crossing the finish line: the line, learning it, positions and beacons that tell of it."""
