"""Output: text and tables for people; JSON, JSON lines, CSV and bare names for programs."""
