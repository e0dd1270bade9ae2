"""`ollama-cli config …`."""
