"""The diagnosis of a connection, rung by rung: from the address to the first token."""
