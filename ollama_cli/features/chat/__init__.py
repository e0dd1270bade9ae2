"""Answers to a prompt, and conversations."""
