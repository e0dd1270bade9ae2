"""Servers as objects: what they can do, in our words; one method, one request, one parse."""
