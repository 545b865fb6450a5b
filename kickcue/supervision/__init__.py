"""What everything that must not end has in common: its tasks, its pauses, how it is doing."""
