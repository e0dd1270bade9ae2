"""The checks of a connection, in order: from the address to the first token."""
