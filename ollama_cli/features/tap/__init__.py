"""A relay before the server, which tells what other programs ask it."""
