"""The owner's pages that show both apps."""
