"""This machine: files, folders, processes, SQLite."""
