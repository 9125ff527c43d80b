"""The weekly summary: when it is due, what it says, its email and its page."""
