"""Bytes to values and values to bytes, nothing else: no network, no printing."""
