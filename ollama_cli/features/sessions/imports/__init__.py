"""Sessions of other programs, and our own exports, read to be kept here."""
