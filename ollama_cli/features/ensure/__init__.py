"""A server brought to what a file requires."""
