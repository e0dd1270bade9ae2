"""`ollama-cli prompts …`: prompt files that have a name."""
