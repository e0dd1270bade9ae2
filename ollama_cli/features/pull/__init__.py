"""Models pulled: planned, begun again when they fail, shown, and remembered."""
