"""Which server is meant, what it was found to be, and a local one started."""
