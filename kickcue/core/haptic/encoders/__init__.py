"""One file a wire form: what a certain watch has to be sent so that it plays what ``lowering`` left of a cue."""
