"""`ollama-cli mcp …`."""
