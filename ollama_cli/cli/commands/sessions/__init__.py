"""`ollama-cli sessions …`."""
