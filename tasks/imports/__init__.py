"""Hours of other time trackers: their files, from bytes to entries of the log."""
