"""Hours that assistants work: logged, approved, summed, paid, and what they brought."""
