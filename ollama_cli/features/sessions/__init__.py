"""Conversations that are kept: their store, and what is done with it."""
