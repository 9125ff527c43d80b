"""The people who can help: who they are, what they can do, when they are away."""
