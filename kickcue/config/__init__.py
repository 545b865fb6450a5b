"""Settings and profile files: what people write, checked and turned into the core's values."""
