"""A built-in server on loopback that speaks the Ollama protocol, to try the tool without Ollama.

It is no substitute for a real model: it draws its words from a few kilobytes of statistics.
"""

from ollama_cli.demo.script import FAULTS
from ollama_cli.demo.server import DemoServer

__all__ = ["FAULTS", "DemoServer"]
