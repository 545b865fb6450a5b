"""One file a wire form.

What a certain watch has to be sent so that it plays what ``lowering`` left of a cue.
"""
