"""Where the runner is, how sure that is, and what the body is doing."""
