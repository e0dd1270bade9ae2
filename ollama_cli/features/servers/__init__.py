"""The server of a run: its clients, a cache about it, and the start of a local one."""
