"""`ollama-cli demo …`."""
