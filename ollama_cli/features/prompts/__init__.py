"""Prompts in files: read, filled in, and kept by name."""
