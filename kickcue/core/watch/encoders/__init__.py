"""One file a wire form: what a watch must be sent to play what ``lowering`` left of a cue."""
