"""The version of this package, and the day of it."""

__version__ = "0.1.0"
RELEASED = "2026-11-29"
