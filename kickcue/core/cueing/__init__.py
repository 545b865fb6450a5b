"""When to touch the wrist, and how it should feel."""
