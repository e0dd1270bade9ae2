"""`ollama-cli cache …`."""
