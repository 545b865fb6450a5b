"""Sessions: repetitions, rests and easy running, one leg of a plan after the other."""
