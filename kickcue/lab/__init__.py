"""The lab: simulated races, replay, and how right kickcue is."""
