"""Who could help, and the handing off. Builds on tasks, never imports delegator."""
