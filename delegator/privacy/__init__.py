"""What is an owner's own: taking it along, having it erased, and what is not kept for ever."""
