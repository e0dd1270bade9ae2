"""The diagnosis of a connection, check by check: from the address to the first token."""
