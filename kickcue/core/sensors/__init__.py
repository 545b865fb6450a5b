"""What sensors report, whether it is plausible, and which of several is used."""
