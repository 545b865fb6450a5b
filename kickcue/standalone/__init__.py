"""A race run in the browser itself: the core, and what stands around it where there is no daemon."""
