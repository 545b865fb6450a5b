"""A package, not a folder: garmin-fit-sdk installs one named alike, which would come first."""
