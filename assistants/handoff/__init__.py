"""Hand-offs and their offers: the state machine, what each side does, and the owner's pages."""
