"""The shape that an answer shall have."""
