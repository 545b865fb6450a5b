"""Screens that several commands share: the sensors around, the choice among them, the race."""
