"""Measures `ollama-cli` beside references and peers: `python -m benchmarks`."""
