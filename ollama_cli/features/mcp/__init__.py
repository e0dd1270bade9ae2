"""Tools of MCP servers: which servers there are, what they offer, and calls of it."""
