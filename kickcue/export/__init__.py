"""A recording in the forms that other tools read."""
