"""The commands, one file each, named as the word that the user types."""
