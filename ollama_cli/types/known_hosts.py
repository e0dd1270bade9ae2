"""Hosts that are known by their names alone."""

from typing import Final

ANTHROPIC: Final = "api.anthropic.com"
OLLAMA: Final = frozenset({"ollama.com", "www.ollama.com"})
