"""Ways to show an answer: for people text and tables, for programs JSON, JSON lines, CSV, names."""
