"""Which models there are, and which to use."""
