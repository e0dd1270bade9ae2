"""`ollama-cli hosts …`."""
