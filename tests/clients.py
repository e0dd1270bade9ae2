"""Clients and servers for tests of one request, and not of the question for the version."""

from typing import Any

from hostile import Script, Server

from ollama_cli.services.ollama import OllamaClient


def known(url: str, **options: Any) -> OllamaClient:
    """A client whose server is known to be Ollama: its version is not asked for."""
    client = OllamaClient(url, **options)
    client.is_ollama = True
    return client


def stranger(*scripts: Script) -> Server:
    """A server of which nothing is known but what its scripts say."""
    return Server(*scripts, is_ollama=False)
