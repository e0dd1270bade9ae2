"""Markdown on a terminal, block by block."""
