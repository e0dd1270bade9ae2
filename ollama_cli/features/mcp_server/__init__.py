"""`mcp serve`: what agents may ask of a local model, by the Model Context Protocol."""
