"""Where kickcue meets the world: each edge knows the core and nothing of the other edges."""
