"""A race run in the browser itself: the core, with what stands around it instead of a daemon."""
