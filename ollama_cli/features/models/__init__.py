"""The installed models, and the one that a command uses."""
