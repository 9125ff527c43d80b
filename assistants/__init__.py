"""Who could help, and the handing over. Builds on tasks, never imports delegator."""
