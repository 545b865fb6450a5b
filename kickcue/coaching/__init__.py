"""What is done for a race outside of it: the race in the mind, with its own cues."""
