"""What can go wrong with sound."""

from kickcue.core.errors import KickcueError


class AudioError(KickcueError):
    """There is no player or no such voice, or one of them failed.

    The sentence says what to install or set.
    """
