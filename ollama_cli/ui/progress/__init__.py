"""Progress of a pull: bars, lines, JSON lines, or nothing."""
