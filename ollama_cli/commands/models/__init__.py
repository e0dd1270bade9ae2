"""`ollama-cli models …`."""
