"""Ways to watch a model being pulled: bars, lines, JSON lines, or nothing."""
