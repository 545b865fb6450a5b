"""The only live wiring: sensors, engine, delivery and recording, for one race."""
