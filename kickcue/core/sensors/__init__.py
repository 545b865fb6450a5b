"""What sensors say, whether it can be believed, and which of several counts."""
