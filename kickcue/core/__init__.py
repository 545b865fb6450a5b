"""The pure core: bytes in, where the runner is, cue out.

Nothing below this folder reads a clock, a file or a socket, and nothing here imports anything
outside the standard library. Time arrives as ``t_ns`` on every event.
``tests/test_architecture.py`` enforces both.
"""
