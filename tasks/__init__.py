"""The ground: the owner, and what the owner does. Imports Django, never the other apps."""
