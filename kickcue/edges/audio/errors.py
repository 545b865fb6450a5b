"""What can go wrong with sound."""

from kickcue.core.errors import KickcueError


class AudioError(KickcueError):
    """No player or no such voice, or one of them failed; the text names what to install or set."""
