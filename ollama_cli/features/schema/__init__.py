"""The format that an answer must have."""
