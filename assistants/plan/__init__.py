"""The plan: the matcher's instance from rows, and its answer back to rows and words."""
