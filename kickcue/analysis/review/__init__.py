"""What became of a race, a session or any run: from a recording to one ``Review``. Pure."""
