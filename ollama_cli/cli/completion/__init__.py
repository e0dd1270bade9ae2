"""Completion: the words that fit at the cursor of a command line."""
