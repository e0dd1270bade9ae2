"""Values and small rules that all rooms share; the standard library only."""
