"""kickcue knows where the runner is and cues the kick."""

__version__ = "0.1.0"
