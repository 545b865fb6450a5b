"""Where the runner is: the pod counts, marks count the laps, and how sure that is."""
